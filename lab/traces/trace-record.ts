/** One AI request of a trace, as far as the trace describes it. */
export type TraceRecord = {
  /** Milliseconds on the trace's own clock. Only differences between rows are meaningful. */
  atMs?: number | undefined;
  inputTokens: number;
  outputTokens: number;
  system?: string | undefined;
  userId?: string | undefined;
  departmentId?: string | undefined;
  operation?: string | undefined;
  model?: string | undefined;
  /** Conversation or item shared by several requests. */
  session?: string | undefined;
  /** One ID per 512 tokens of the prompt, each identifying its block and all earlier ones. */
  prefixBlocks?: readonly number[] | undefined;
};

export type SkipReason =
  'not valid JSON' | 'columns missing' | 'input tokens not positive' | 'output tokens not positive';

export type ParsedRow = { ok: true; record: TraceRecord } | { ok: false; reason: SkipReason };

const MAX_TOKENS = 100_000_000;

/** Accepts a row if both lengths are positive whole numbers of plausible size. */
export function checkedRow(record: TraceRecord): ParsedRow {
  if (!isLength(record.inputTokens)) return { ok: false, reason: 'input tokens not positive' };
  if (!isLength(record.outputTokens)) return { ok: false, reason: 'output tokens not positive' };
  return { ok: true, record };
}

const isLength = (tokens: number): boolean =>
  Number.isInteger(tokens) && tokens > 0 && tokens <= MAX_TOKENS;
