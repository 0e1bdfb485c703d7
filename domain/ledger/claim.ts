import { type Call, isOperators } from '../access/caller.ts';
import { NANO_PER_USD, type NanoUsd } from '../money.ts';

/** How much a key may claim as spent per clock hour beyond what its reservations held. */
export const DEFAULT_CLAIM_LIMIT_USD_PER_HOUR = 1_000;

/** What a key has claimed in one clock hour, or claims with one write. */
export type Claim = {
  organizationId: string;
  keyId: string;
  /** In UTC, such as `2026-11-21T10`. */
  hour: string;
  limitNanoUsd: NanoUsd;
  /** Claimed in this hour so far; absent if nothing was. */
  claimedNanoUsd?: NanoUsd | undefined;
};

/** What one write adds to a claim. */
export type Claimed = { claim: Claim; amountNanoUsd: NanoUsd };

/**
 * The hour and limit that apply to a call's claims, or `undefined` if its credential has no limit.
 */
export function claimOf(call: Call): Claim | undefined {
  const { organizationId, actor: keyId, nowMs, claimLimitUsdPerHour } = call;
  const limitUsd =
    claimLimitUsdPerHour ?? (isOperators(call) ? undefined : DEFAULT_CLAIM_LIMIT_USD_PER_HOUR);
  if (limitUsd === undefined) return undefined;
  const hour = new Date(nowMs).toISOString().slice(0, 13);
  return { organizationId, keyId, hour, limitNanoUsd: BigInt(limitUsd) * NANO_PER_USD };
}

/** How much the key may still claim in this hour. */
export function claimableNanoUsd({ limitNanoUsd, claimedNanoUsd = 0n }: Claim): NanoUsd {
  return claimedNanoUsd < limitNanoUsd ? limitNanoUsd - claimedNanoUsd : 0n;
}
