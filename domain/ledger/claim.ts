import { type Call, isOperators } from '../access/caller.ts';
import { NANO_PER_USD, type NanoUsd } from '../money.ts';

/** What a caller's key may claim as spent in one clock hour without a reservation that held it. */
export const DEFAULT_CLAIM_LIMIT_USD_PER_HOUR = 1_000;

/** What a key claims in one clock hour, so far or with one write. */
export type Claim = {
  organizationId: string;
  keyId: string;
  /** In UTC, such as `2026-11-21T10`. */
  hour: string;
  limitNanoUsd: NanoUsd;
  /** Claimed in the hour so far; absent when nothing was. */
  claimedNanoUsd?: NanoUsd | undefined;
};

/** What one write counts to a claim. */
export type Claimed = { claim: Claim; amountNanoUsd: NanoUsd };

/** The hour that a call claims in and its limit; `undefined` where its credential has none. */
export function claimOf(call: Call): Claim | undefined {
  const { organizationId, actor: keyId, nowMs, claimLimitUsdPerHour } = call;
  const limitUsd =
    claimLimitUsdPerHour ?? (isOperators(call) ? undefined : DEFAULT_CLAIM_LIMIT_USD_PER_HOUR);
  if (limitUsd === undefined) return undefined;
  const hour = new Date(nowMs).toISOString().slice(0, 13);
  return { organizationId, keyId, hour, limitNanoUsd: BigInt(limitUsd) * NANO_PER_USD };
}

/** What may still be claimed in the hour. */
export function claimableNanoUsd({ limitNanoUsd, claimedNanoUsd = 0n }: Claim): NanoUsd {
  return claimedNanoUsd < limitNanoUsd ? limitNanoUsd - claimedNanoUsd : 0n;
}
