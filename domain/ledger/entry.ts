import type { NanoUsd } from '../money.ts';
import type { GivenIds } from '../naming/naming.ts';
import type { Rate } from '../pricing/rate.ts';
import type { TokenUsage } from '../token-usage.ts';
import { type Claim, type Claimed, claimableNanoUsd } from './claim.ts';
import { type Deviation, judgeStatement } from './deviation.ts';

export const ENTRY_STATES = ['reserved', 'settled', 'voided', 'expired'] as const;
export type EntryState = (typeof ENTRY_STATES)[number];

/** What was predicted when the money was reserved; the training of predictors reads it later. */
export type EntryPrediction = {
  expectedCostNanoUsd: NanoUsd;
  inputTokens: number;
  expectedOutputTokens: number;
  maxOutputTokens?: number | undefined;
  predictorVersion: string;
  /** `packShape` of what the text of the request said; absent without a text. */
  promptShape?: number | undefined;
};

/** What was corrected in a settled entry, by whom and why. */
export type Correction = {
  correctionId: string;
  previousNanoUsd: NanoUsd;
  chargedNanoUsd: NanoUsd;
  actor: string;
  reason: string;
  atMs: number;
};

/**
 * One request's money in the ledger: a reservation through its life, or a charge, which is usage
 * that was never reserved and is born settled. Only `state`, `chargedNanoUsd`, `version`, the facts
 * of the settlement, its dispute and its corrections ever change.
 */
export type Entry = {
  entryId: string;
  kind: 'reservation' | 'charge';
  organizationId: string;
  /** Id of the credential that made it; absent in entries from before it was kept. */
  keyId?: string | undefined;
  userId: string;
  departmentId?: string | undefined;
  system: string;
  /** Ids as the request gave them, where they stand under another spelling. */
  given?: GivenIds | undefined;
  operation?: string | undefined;
  model: string;
  region?: string | undefined;
  tags?: Record<string, string> | undefined;
  state: EntryState;
  /** Held while `reserved`; 0 in a charge. */
  amountNanoUsd: NanoUsd;
  /** Spent as far as the ledger knows; an expired reservation is presumed spent in full. */
  chargedNanoUsd: NanoUsd;
  /**
   * The part of what is charged that its balances do not count until an operator confirms it. It is
   * negative where they still count more than was stated. Absent when nothing is disputed.
   */
  disputedNanoUsd?: NanoUsd | undefined;
  /** How what was stated differs from what was to be expected; it stays when an operator has looked. */
  deviations?: Deviation[] | undefined;
  /** Since when an operator is asked to look at its deviations; absent when nobody has to. */
  disputedAtMs?: number | undefined;
  /** Id of the credential that settled it, where another one had made it. */
  settledKeyId?: string | undefined;
  /** What its prediction asked to hold, where the conduct of its key is watched (`conduct.ts`). */
  declaredNanoUsd?: NanoUsd | undefined;
  /** Names of the balances that hold this money (`balanceNameOf`). */
  balances: string[];
  /** Set when a wallet holds the money of balances that lend; a hint for which do not. */
  wallet?: { lane: number; exact: number[] } | undefined;
  occurredAtMs: number;
  expiresAtMs?: number | undefined;
  /** At its expiry the money is given back: every budget that holds it says so. */
  isReleasedAtExpiry?: boolean | undefined;
  /** Counts the changes of state, from 1. */
  version: number;
  /** Digest of the request that made it: the same key with another body is a conflict. */
  requestDigest: string;
  rate?: Rate | undefined;
  prediction?: EntryPrediction | undefined;
  usage?: TokenUsage | undefined;
  /** When it ended; for a charge, when the ledger took it. */
  closedAtMs?: number | undefined;
  /** Digest of the settlement: repeated it is answered, changed it is a conflict. */
  settlementDigest?: string | undefined;
  latencyMs?: number | undefined;
  quality?: number | undefined;
  /** Oldest first; absent until what was settled is corrected (`correctEntry`). */
  corrections?: Correction[] | undefined;
};

/** What a change of an entry does to each of its balances. */
export type BalanceChange = {
  headroomNanoUsd: NanoUsd;
  reservedNanoUsd: NanoUsd;
  settledNanoUsd: NanoUsd;
};

export type EntryChange =
  | { kind: 'change'; entry: Entry; change: BalanceChange; claimed?: Claimed | undefined }
  /** It is so already: answer as before, write nothing. */
  | { kind: 'repeat'; entry: Entry }
  | { kind: 'refused'; reason: 'settled' | 'voided' | 'expired' | 'settled-differently' };

export type Settlement = {
  chargedNanoUsd: NanoUsd;
  /** By the price of the model that served it; the same as charged where absent. */
  pricedNanoUsd?: NanoUsd | undefined;
  /** By the price of the reserved model, where another one served it. */
  reservedModelNanoUsd?: NanoUsd | undefined;
  /** Id of the credential that settles; the one that reserved where absent. */
  keyId?: string | undefined;
  /** What it claims in this hour, where it may overrun; absent without a limit. */
  claim?: Claim | undefined;
  /** An operator's credential settles: nothing of it is disputed. */
  isConfirmed?: boolean | undefined;
  usage: TokenUsage;
  model: string;
  settlementDigest: string;
  latencyMs?: number | undefined;
  quality?: number | undefined;
};

/**
 * Settles at the actual cost: an overrun is recorded in full. After expiry it
 * corrects the presumption. What deviates is marked, and partly disputed (`judgeStatement`).
 */
export function settleEntry(entry: Entry, settlement: Settlement, nowMs: number): EntryChange {
  if (entry.state === 'settled') {
    return entry.settlementDigest === settlement.settlementDigest
      ? { kind: 'repeat', entry }
      : { kind: 'refused', reason: 'settled-differently' };
  }
  if (entry.state === 'voided') return { kind: 'refused', reason: 'voided' };
  const { chargedNanoUsd, usage, model, settlementDigest, latencyMs, quality } = settlement;
  const { pricedNanoUsd = chargedNanoUsd, keyId, claim } = settlement;
  const { deviations, disputedNanoUsd } = judgeStatement({
    chargedNanoUsd,
    pricedNanoUsd,
    reservedModelNanoUsd: settlement.reservedModelNanoUsd ?? pricedNanoUsd,
    presumedNanoUsd: entry.isReleasedAtExpiry ? 0n : entry.amountNanoUsd,
    lateByMs: nowMs - (entry.expiresAtMs ?? nowMs),
    claimableNanoUsd: claim && claimableNanoUsd(claim),
    heldNanoUsd: entry.amountNanoUsd,
    isConfirmed: settlement.isConfirmed,
  });
  const told = { chargedNanoUsd, usage, model, settlementDigest, latencyMs, quality };
  const marks = {
    ...(deviations.length > 0 ? { deviations, disputedAtMs: nowMs } : {}),
    ...(disputedNanoUsd === 0n ? {} : { disputedNanoUsd }),
    ...(keyId === undefined || keyId === entry.keyId ? {} : { settledKeyId: keyId }),
  };
  const change = closed(entry, { ...told, ...marks, state: 'settled' }, nowMs);
  const overrunNanoUsd = chargedNanoUsd - disputedNanoUsd - entry.amountNanoUsd;
  return claim ? { ...change, claimed: { claim, amountNanoUsd: overrunNanoUsd } } : change;
}

/** Releases the money of a reservation whose AI call was not made. */
export function voidEntry(entry: Entry, nowMs: number): EntryChange {
  if (entry.state === 'voided') return { kind: 'repeat', entry };
  if (entry.state !== 'reserved') return { kind: 'refused', reason: entry.state };
  return closed(entry, { state: 'voided', chargedNanoUsd: 0n }, nowMs);
}

/**
 * Closes a reservation whose caller did not come back. The AI call may have been made, so the money
 * is presumed spent in full; giving it back could overspend, and happens only where every budget
 * that holds it wants that.
 */
export function expireEntry(entry: Entry, nowMs: number): EntryChange {
  if (entry.state !== 'reserved') return { kind: 'repeat', entry };
  if (entry.expiresAtMs === undefined || entry.expiresAtMs > nowMs) {
    return { kind: 'repeat', entry };
  }
  const chargedNanoUsd = entry.isReleasedAtExpiry ? 0n : entry.amountNanoUsd;
  return closed(entry, { state: 'expired', chargedNanoUsd }, nowMs);
}

/** What the balances of an entry count of what it charges: all that is not disputed. */
export const countedNanoUsd = ({
  chargedNanoUsd,
  disputedNanoUsd = 0n,
}: Pick<Entry, 'chargedNanoUsd' | 'disputedNanoUsd'>): NanoUsd => chargedNanoUsd - disputedNanoUsd;

/** What a reservation does to each of its balances. */
export const reservationChange = (amountNanoUsd: NanoUsd): BalanceChange => ({
  headroomNanoUsd: -amountNanoUsd,
  reservedNanoUsd: amountNanoUsd,
  settledNanoUsd: 0n,
});

/** What a charge does to each of its balances, as far as it is not disputed. */
export const chargeChange = (countedByNanoUsd: NanoUsd): BalanceChange => ({
  headroomNanoUsd: -countedByNanoUsd,
  reservedNanoUsd: 0n,
  settledNanoUsd: countedByNanoUsd,
});

/**
 * Names an entry within its organization. Systems choose the ids of their events, so one id may name
 * a charge of each; no identifier holds the sign in between.
 */
export const entryName = ({ kind, system, entryId }: Entry): string =>
  kind === 'charge' ? `${system}~${entryId}` : entryId;

/** What a settlement says besides its cost: the same in an entry and in its wallet's record. */
export type SettlementFacts = Partial<
  Pick<
    Entry,
    | 'usage'
    | 'model'
    | 'settlementDigest'
    | 'latencyMs'
    | 'quality'
    | 'disputedNanoUsd'
    | 'deviations'
    | 'disputedAtMs'
    | 'settledKeyId'
  >
>;

type Closing = Pick<Entry, 'state' | 'chargedNanoUsd'> & SettlementFacts;

function closed(
  entry: Entry,
  closing: Closing,
  nowMs: number,
): Extract<EntryChange, { kind: 'change' }> {
  const heldNanoUsd = entry.state === 'reserved' ? entry.amountNanoUsd : 0n;
  const presumedNanoUsd = countedNanoUsd(entry);
  const newNanoUsd = countedNanoUsd(closing);
  return {
    kind: 'change',
    entry: { ...entry, ...closing, closedAtMs: nowMs, version: entry.version + 1 },
    change: {
      headroomNanoUsd: heldNanoUsd + presumedNanoUsd - newNanoUsd,
      reservedNanoUsd: -heldNanoUsd,
      settledNanoUsd: newNanoUsd - presumedNanoUsd,
    },
  };
}
