/** How a client of the gateway wants its prompts shortened. */
export type ShorteningWish = {
  /** Whether rules take out what says nothing. */
  isOptimized: boolean;
  /** The most input tokens; messages from the middle go. */
  maxInputTokens?: number | undefined;
};

export type ReadWish =
  { ok: true; wish?: ShorteningWish } | { ok: false; field: string; message: string };

const HEADERS = {
  optimize: 'x-purser-optimize',
  most: 'x-purser-max-input-tokens',
  strategy: 'x-purser-window',
} as const;

export const SHORTENING_HEADERS: readonly string[] = Object.values(HEADERS);

const MOST_TOKENS = 100_000_000;

/** Reads the headers of a request, whose names are in lower case. */
export function shorteningIn(headers: Readonly<Record<string, string | undefined>>): ReadWish {
  const wish = headers[HEADERS.optimize];
  const most = headers[HEADERS.most];
  const strategy = headers[HEADERS.strategy];
  if (wish !== undefined && wish !== 'on') return wrong('optimize', 'must be on, or left out');
  if (strategy === 'summarize') {
    return wrong('strategy', 'summarize is not offered in this version; use drop');
  }
  if (strategy !== undefined && strategy !== 'drop') return wrong('strategy', 'must be drop');
  if (strategy !== undefined && most === undefined) {
    return wrong('strategy', `needs ${HEADERS.most}`);
  }
  const isCount =
    most === undefined || (/^[1-9]\d{0,8}$/.test(most) && Number(most) <= MOST_TOKENS);
  if (!isCount) return wrong('most', `must be a whole number from 1 to ${MOST_TOKENS}`);
  if (wish === undefined && most === undefined) return { ok: true };
  const maxInputTokens = most === undefined ? undefined : Number(most);
  return { ok: true, wish: { isOptimized: wish === 'on', maxInputTokens } };
}

const wrong = (header: keyof typeof HEADERS, message: string): ReadWish => ({
  ok: false,
  field: HEADERS[header],
  message,
});
