/** The sustained requests per second that a bucket admits, and the largest burst. Whole numbers. */
export type Rate = { perSecond: number; burst: number };

/**
 * A bucket's content in thousandths of a token. At one token per second it gains a thousandth per
 * millisecond, so no fraction is ever lost or invented.
 */
export type Bucket = { milliTokens: number; atMs: number };

const MILLI = 1_000;

export const fullBucket = ({ burst }: Rate, nowMs: number): Bucket => ({
  milliTokens: burst * MILLI,
  atMs: nowMs,
});

/**
 * Takes up to `count` whole tokens. If the clock ran backward, the bucket neither gains nor loses
 * any.
 */
export function takeTokens(
  bucket: Bucket,
  { perSecond, burst }: Rate,
  count: number,
  nowMs: number,
): { bucket: Bucket; taken: number } {
  const gained = Math.max(0, nowMs - bucket.atMs) * perSecond;
  const filledMilli = Math.min(burst * MILLI, bucket.milliTokens + gained);
  const taken = Math.min(count, Math.floor(filledMilli / MILLI));
  const atMs = Math.max(bucket.atMs, nowMs);
  return { bucket: { milliTokens: filledMilli - taken * MILLI, atMs }, taken };
}

/** Whole tokens available now. */
export const tokensIn = (bucket: Bucket, rate: Rate, nowMs: number): number =>
  takeTokens(bucket, rate, rate.burst, nowMs).taken;

/** Milliseconds until this many tokens are available; `Infinity` if they never will be. */
export function waitMsFor(bucket: Bucket, rate: Rate, tokens: number, nowMs: number): number {
  const { milliTokens, atMs } = takeTokens(bucket, rate, 0, nowMs).bucket;
  const missing = tokens * MILLI - milliTokens;
  if (missing <= 0) return 0;
  if (rate.perSecond === 0 || tokens > rate.burst) return Infinity;
  return atMs - nowMs + Math.ceil(missing / rate.perSecond);
}
