import type { PeriodSpan } from '../periods.ts';

/** Requests are dated before they are decided, so a run takes those that are a little older. */
const SLACK_MS = 60_000;

/**
 * The run of a session that an instant falls in: from its first request to the first of the next run.
 * Its key is the instant at which it began.
 * @param runs the beginnings of the runs in order, at least one
 */
export function runAt(runs: readonly number[], atMs: number): PeriodSpan {
  const position = Math.max(
    0,
    runs.findLastIndex((beginMs) => beginMs - SLACK_MS <= atMs),
  );
  const startsAtMs = runs[position] ?? atMs;
  return {
    period: 'total',
    key: new Date(startsAtMs).toISOString(),
    startsAtMs,
    endsAtMs: runs[position + 1] ?? Infinity,
  };
}

/**
 * The run with a key. If its beginning is not kept any more, its end is not known: it ended before the
 * kept runs began.
 */
export function runOfKey(runs: readonly number[], key: string): PeriodSpan | undefined {
  const startsAtMs = Date.parse(key);
  const isKey = !Number.isNaN(startsAtMs) && new Date(startsAtMs).toISOString() === key;
  const [firstMs = Infinity] = runs;
  const isKept = runs.includes(startsAtMs);
  if (!isKey || (!isKept && startsAtMs > firstMs)) return undefined;
  const endsAtMs = runs.find((beginMs) => beginMs > startsAtMs) ?? Infinity;
  return { period: 'total', key, startsAtMs, endsAtMs };
}
