/** What is known about an AI request before it runs; nothing here depends on its answer. */
export type KnownRequest = {
  /** On the trace's own clock; absent if a trace has only an order. */
  atMs?: number | undefined;
  inputTokens: number;
  model: string;
  system: string;
  operation?: string | undefined;
  userId?: string | undefined;
  /** Conversation or item shared by several requests. */
  session?: string | undefined;
  /** The text itself, if a data set has it. */
  prompt?: string | undefined;
};

/**
 * List prices of the request's model, in USD per million tokens, as numbers for statistics only.
 */
export type OwnPrices = { inputUsdPerMillion: number; outputUsdPerMillion: number };

/** Prices for requests whose trace names no model, or one without a known price. */
export const DEFAULT_PRICES: OwnPrices = { inputUsdPerMillion: 3, outputUsdPerMillion: 15 };

/** A request's cost for a given number of output tokens. */
export const requestCostUsd = (
  request: Pick<KnownRequest, 'inputTokens'> & OwnPrices,
  outputTokens: number,
): number =>
  (request.inputTokens * request.inputUsdPerMillion + outputTokens * request.outputUsdPerMillion) /
  1e6;
