import type { OutcomeKind } from './endpoint.ts';

/**
 * How an upstream answered, before any byte of an answer was passed on. `name`: the exception's name
 * in Amazon Bedrock's answer. Without a status nothing came back: the connection was not made, or
 * the answer did not come in time.
 */
export type UpstreamFault =
  | { status: number; name?: string | undefined }
  | { status?: undefined; lost: 'unconnected' | 'late' | 'broken' };

/** What Amazon Bedrock's exceptions say about the endpoint. Every other one is the caller's mistake. */
const BEDROCK_KINDS: ReadonlyMap<string, OutcomeKind> = new Map([
  ['ThrottlingException', 'throttled'],
  ['ModelNotReadyException', 'throttled'],
  ['ServiceQuotaExceededException', 'throttled'],
  ['ModelTimeoutException', 'timeout'],
  ['ServiceUnavailableException', 'failed'],
  ['InternalServerException', 'failed'],
]);

/**
 * What a fault says about the endpoint's health. A status below 500 is the caller's own, except that
 * the provider is too busy (429) or gave up waiting (408). A model's own failure (424) depends on the
 * prompt: one caller's bad prompts must not close an endpoint for the others.
 */
export function outcomeKindOf(fault: UpstreamFault): Exclude<OutcomeKind, 'ok'> {
  if (fault.status === undefined) return fault.lost === 'late' ? 'timeout' : 'failed';
  const named = fault.name === undefined ? undefined : BEDROCK_KINDS.get(fault.name);
  if (named !== undefined && named !== 'ok') return named;
  if (fault.status === 429) return 'throttled';
  if (fault.status === 408 || fault.status === 504) return 'timeout';
  return fault.status >= 500 ? 'failed' : 'refused';
}

/**
 * Statuses of those who gave up waiting: a provider for its model (408), a proxy for a provider (502,
 * 504), Nginx for its client (499), Cloudflare for a server (520 and 524). Work may have been done.
 */
const GAVE_UP: ReadonlySet<number> = new Set([408, 499, 502, 504, 520, 524]);

/**
 * Whether a provider may bill a call that failed before any of its answer came. It does not bill what
 * it refuses, throttles or says that it failed to do. Uncertain is where nobody said that: no answer
 * came in time, the connection broke, or somebody gave up waiting.
 */
export const mayBeBilled = ({ status, lost }: Failing): boolean =>
  status === undefined ? lost !== 'unconnected' : GAVE_UP.has(status);

type Failing = { status?: number | undefined; lost?: string | undefined };

/**
 * Whether the same request may be sent again, to this or another endpoint. Never once a byte of an
 * answer was passed on. Nor if the provider may bill it, because both would be paid for.
 */
export function mayRetry(fault: UpstreamFault, { isBegun }: { isBegun: boolean }): boolean {
  if (isBegun || mayBeBilled(fault)) return false;
  return fault.status === undefined || outcomeKindOf(fault) !== 'refused';
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2_000;

/**
 * How long to wait before the next attempt, in milliseconds. Another endpoint is tried at once. The
 * same one after a random time up to a limit that doubles with each failure (full jitter, AWS
 * Architecture Blog, 2015), but not before the time that its answer named, if that is short.
 * @param failures from 1
 * @param random from 0 to 1
 */
export function pauseBeforeRetryMs(
  failures: number,
  {
    isSameEndpoint,
    retryAfterMs = 0,
    random,
  }: { isSameEndpoint: boolean; retryAfterMs?: number | undefined; random: number },
): number {
  if (!isSameEndpoint) return 0;
  const longestMs = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
  return Math.max(random * longestMs, Math.min(Math.max(retryAfterMs, 0), LONGEST_PAUSE_MS));
}
