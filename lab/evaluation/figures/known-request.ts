/** What is known of an AI request before it is made; nothing here depends on its answer. */
export type KnownRequest = {
  /** On the trace's own clock; absent where a trace has only an order. */
  atMs?: number | undefined;
  inputTokens: number;
  model: string;
  system: string;
  operation?: string | undefined;
  userId?: string | undefined;
  /** Conversation or item that several requests are about. */
  session?: string | undefined;
  /** The text itself, where a data set tells it. */
  prompt?: string | undefined;
};

/** List prices of the request's model, in USD per million tokens, as numbers for statistics only. */
export type OwnPrices = { inputUsdPerMillion: number; outputUsdPerMillion: number };

/** Prices of requests whose trace names no model, or none with a known price. */
export const DEFAULT_PRICES: OwnPrices = { inputUsdPerMillion: 3, outputUsdPerMillion: 15 };

/** What a request costs when its output has so many tokens. */
export const requestCostUsd = (
  request: Pick<KnownRequest, 'inputTokens'> & OwnPrices,
  outputTokens: number,
): number =>
  (request.inputTokens * request.inputUsdPerMillion + outputTokens * request.outputUsdPerMillion) /
  1e6;
