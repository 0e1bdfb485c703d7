const MINUTE_MS = 60_000;

type Minute = { minute: number; tokens: number };

/** Tokens that a running call has taken from the quota of its minute. */
export type QuotaHold = {
  /** Replaces what the call reserved by what it used. */
  settle(tokens: number): void;
};

/**
 * Tokens per minute. As on Bedrock, a call reserves its whole prompt and its maximum output when it
 * starts, and gives back what it did not use when it ends.
 */
export class TokenQuota {
  private readonly minutes = new Map<string, Minute>();

  /** Reserves tokens, or returns `undefined` if fewer are left in this minute. */
  take(owner: string, tokens: number, perMinute: number, nowMs: number): QuotaHold | undefined {
    const minute = Math.floor(nowMs / MINUTE_MS);
    const stored = this.minutes.get(owner);
    const current = stored?.minute === minute ? stored : { minute, tokens: 0 };
    if (current.tokens + tokens > perMinute) return undefined;
    current.tokens += tokens;
    this.minutes.set(owner, current);
    return {
      settle: (used) => {
        current.tokens = Math.max(0, current.tokens - tokens + used);
      },
    };
  }

  clear(): void {
    this.minutes.clear();
  }
}
