/**
 * What a cache has under one name of one organization. Names have parts between slashes, and no part
 * has a slash or a star in it (`nameOf`). The organization is no part of the name, so no pattern
 * reaches another one.
 */
export type CacheKey = { organizationId: string; name: string };

/** A key as one text. */
export const idOf = ({ organizationId, name }: CacheKey): string =>
  JSON.stringify([organizationId, name]);

/** A text, and how long it lives. Instants in epoch milliseconds. */
export type Cached = { text: string; storedAtMs: number; expiresAtMs: number };

/** What a cache has done in this process. */
export type CacheStats = {
  hits: number;
  misses: number;
  sets: number;
  /** Texts that were not kept, because they were too big or too many waited to be written. */
  dropped: number;
  /** Calls of the store that failed or took too long. Each was a miss, or a text not kept. */
  faults: number;
};

/**
 * A cache of texts. Nothing in it is needed: what fails is a miss, and never an error for the caller.
 */
export type Cache = {
  get(key: CacheKey): Promise<Cached | undefined>;
  /**
   * Keeps a text for `lifeMs`, unless it is too big.
   * @param storedAtMs when what it says was asked for. Default: now
   */
  set(key: CacheKey, text: string, lifeMs: number, storedAtMs?: number): Promise<void>;
  /**
   * Removes every name of an organization that matches the pattern (`matchesPattern`).
   * @returns how many it removed
   */
  invalidate(organizationId: string, pattern: string): Promise<number>;
  stats(): CacheStats;
};

/** A store that processes share. It may fail: its caller turns that into a miss. */
export type SharedStore = {
  read(key: CacheKey, nowMs: number): Promise<Cached | undefined>;
  write(key: CacheKey, cached: Cached): Promise<void>;
  /** @returns how many it removed */
  remove(organizationId: string, pattern: string): Promise<number>;
  /**
   * Takes the right to fill a name, for a while. @returns false if another process has it
   */
  lease(key: CacheKey, owner: string, nowMs: number, untilMs: number): Promise<boolean>;
  /** Gives the right back, if this owner still has it. */
  release(key: CacheKey, owner: string): Promise<void>;
  /** Whether a process has the right now. */
  isLeased(key: CacheKey, nowMs: number): Promise<boolean>;
};

/** Whether a text may be used. A clock that was set back makes nothing live longer. */
export const isAlive = ({ storedAtMs, expiresAtMs }: Cached, nowMs: number): boolean =>
  nowMs < expiresAtMs && storedAtMs - nowMs < CLOCK_SKEW_MS;

/** Clocks of machines differ by less. */
const CLOCK_SKEW_MS = 5_000;
