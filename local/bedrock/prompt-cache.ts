import type { CacheTtl } from './model-call.ts';
import { promptTokens, type Segment } from './prompt.ts';

/** How the tokens of one prompt are billed. */
export type PromptUsage = {
  inputTokens: number;
  cacheReadTokens: number;
  cacheWrite5mTokens: number;
  cacheWrite1hTokens: number;
};

const TTL_MS: Record<CacheTtl, number> = { '5m': 5 * 60_000, '1h': 60 * 60_000 };
/** A cache point finds prefixes that ended up to this many parts before it. */
const LOOK_BACK = 20;

/**
 * The cached prefixes of prompts. A prompt reads the longest prefix that an earlier prompt of the
 * same owner (model and region) stored and that still lives, and stores what follows, up to its last
 * cache point. Reading a prefix makes it live for its whole time again.
 */
export class PromptCache {
  private readonly prefixes = new Map<string, { expiresAtMs: number; ttl: CacheTtl }>();

  /**
   * @param owner model and region
   * @param minimumTokens shorter prefixes are not stored; `undefined` for models without a cache
   */
  use(
    owner: string,
    segments: readonly Segment[],
    minimumTokens: number | undefined,
    nowMs: number,
  ): PromptUsage {
    const inputTokens = promptTokens(segments);
    if (minimumTokens === undefined) return uncached(inputTokens);
    const ends: number[] = [];
    let tokens = 0;
    for (const segment of segments) ends.push((tokens += segment.tokens));
    const points = [...segments.keys()].filter((at) => segments[at]?.cachePoint !== undefined);
    const endOf = (at: number | undefined): number => (at === undefined ? 0 : (ends[at] ?? 0));
    const storable = points.filter((at) => endOf(at) >= minimumTokens);

    const hit = this.longestHit(owner, segments, storable, nowMs);
    const cacheReadTokens = endOf(hit);
    const lastHour = storable.findLast((at) => segments[at]?.cachePoint === '1h');
    const hourEnd = Math.max(cacheReadTokens, endOf(lastHour));
    const writeEnd = Math.max(hourEnd, endOf(storable.at(-1)));
    for (const at of storable) this.store(owner, segments[at], nowMs);
    return {
      inputTokens: inputTokens - writeEnd,
      cacheReadTokens,
      cacheWrite5mTokens: writeEnd - hourEnd,
      cacheWrite1hTokens: hourEnd - cacheReadTokens,
    };
  }

  clear(): void {
    this.prefixes.clear();
  }

  private longestHit(
    owner: string,
    segments: readonly Segment[],
    points: readonly number[],
    nowMs: number,
  ): number | undefined {
    for (const point of points.toReversed()) {
      for (let at = point; at >= Math.max(0, point - LOOK_BACK); at -= 1) {
        const key = `${owner} ${segments[at]?.digest ?? ''}`;
        const prefix = this.prefixes.get(key);
        if (prefix === undefined) continue;
        if (prefix.expiresAtMs > nowMs) {
          prefix.expiresAtMs = nowMs + TTL_MS[prefix.ttl];
          return at;
        }
        this.prefixes.delete(key);
      }
    }
    return undefined;
  }

  private store(owner: string, segment: Segment | undefined, nowMs: number): void {
    if (segment?.cachePoint === undefined) return;
    const key = `${owner} ${segment.digest}`;
    const ttl = this.prefixes.get(key)?.ttl === '1h' ? '1h' : segment.cachePoint;
    this.prefixes.set(key, { expiresAtMs: nowMs + TTL_MS[ttl], ttl });
  }
}

/** The usage of a prompt that no cache serves. */
export const uncached = (inputTokens: number): PromptUsage => ({
  inputTokens,
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
});
