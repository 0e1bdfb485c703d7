/** One AI request of a trace, as far as the trace knows it. */
export type TraceRecord = {
  /** Milliseconds on the trace's own clock: only differences between rows mean anything. */
  atMs?: number | undefined;
  inputTokens: number;
  outputTokens: number;
  system?: string | undefined;
  userId?: string | undefined;
  departmentId?: string | undefined;
  operation?: string | undefined;
  model?: string | undefined;
  /** Conversation or item that several requests are about. */
  session?: string | undefined;
  /** One id per 512 tokens of the prompt, each standing for its block and all before it. */
  prefixBlocks?: readonly number[] | undefined;
};

export type SkipReason =
  'not valid JSON' | 'columns missing' | 'input tokens not positive' | 'output tokens not positive';

export type ParsedRow = { ok: true; record: TraceRecord } | { ok: false; reason: SkipReason };

const MAX_TOKENS = 100_000_000;

/** Accepts a row whose two lengths are whole, positive and of a possible size. */
export function checkedRow(record: TraceRecord): ParsedRow {
  if (!isLength(record.inputTokens)) return { ok: false, reason: 'input tokens not positive' };
  if (!isLength(record.outputTokens)) return { ok: false, reason: 'output tokens not positive' };
  return { ok: true, record };
}

const isLength = (tokens: number): boolean =>
  Number.isInteger(tokens) && tokens > 0 && tokens <= MAX_TOKENS;
