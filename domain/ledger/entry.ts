import type { NanoUsd } from '../money.ts';
import type { Rate } from '../pricing/rate.ts';
import { NO_TOKENS, type TokenUsage } from '../token-usage.ts';
import type { Deviation } from './deviation.ts';
import type { Posting } from './posting.ts';

export type EntryState = 'reserved' | 'settled' | 'voided' | 'expired';

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
  /** Id of the credential that stated what deviates. */
  disputedKeyId?: string | undefined;
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
  /** Of a charge: when the ledger took it. */
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
  | { kind: 'change'; entry: Entry; change: BalanceChange }
  /** It is so already: answer as before, write nothing. */
  | { kind: 'repeat'; entry: Entry }
  | { kind: 'refused'; reason: 'settled' | 'voided' | 'expired' | 'settled-differently' };

export type Settlement = {
  chargedNanoUsd: NanoUsd;
  usage: TokenUsage;
  model: string;
  settlementDigest: string;
  latencyMs?: number | undefined;
  quality?: number | undefined;
} & Pick<Entry, 'disputedNanoUsd' | 'deviations' | 'disputedAtMs' | 'disputedKeyId'>;

/**
 * Settles at the actual cost, whatever was reserved: an overrun is recorded in full. After expiry it
 * corrects the presumption.
 */
export function settleEntry(entry: Entry, settlement: Settlement, nowMs: number): EntryChange {
  if (entry.state === 'settled') {
    return entry.settlementDigest === settlement.settlementDigest
      ? { kind: 'repeat', entry }
      : { kind: 'refused', reason: 'settled-differently' };
  }
  if (entry.state === 'voided') return { kind: 'refused', reason: 'voided' };
  return closed(entry, { ...settlement, state: 'settled' }, nowMs);
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
 * The postings that a change of an entry made: none unless it moved spent money or told what was
 * spent; two when a late settlement names another model than the one presumed.
 * @param before the entry as it stood, `undefined` when it is new
 */
export function postingsOf(before: Entry | undefined, after: Entry): Posting[] {
  if (before !== undefined && before.version >= after.version) return [];
  if (after.state === 'reserved' || after.state === 'voided') return [];
  if (after.state === 'expired' && after.isReleasedAtExpiry) return [];
  const postingId = `${entryName(after)}.${after.version}`;
  if (before?.state === 'settled') {
    return [{ ...correctionFactsOf(before, after), postingId, kind: 'correction', requests: 0 }];
  }
  if (before?.state !== 'expired' || before.isReleasedAtExpiry) {
    const kind =
      after.kind === 'charge' ? 'charge' : after.state === 'expired' ? 'presumption' : 'settlement';
    return [{ ...factsOf(after), postingId, kind, requests: 1 }];
  }
  if (before.model === after.model) {
    const difference = {
      amountNanoUsd: after.chargedNanoUsd - before.chargedNanoUsd,
      disputedNanoUsd: disputedBy(before, after),
    };
    // Less than was presumed lowers the sums that the presumption raised, and no others.
    const isLess = countedNanoUsd(after) < countedNanoUsd(before);
    const facts = { ...factsOf(after), ...(isLess ? { bookedAtMs: undefined } : {}) };
    return [{ ...facts, postingId, kind: 'correction', requests: 0, ...difference }];
  }
  const returned = {
    ...factsOf(before),
    postingId: `${postingId}.returned`,
    postedAtMs: after.closedAtMs ?? after.occurredAtMs,
    bookedAtMs: undefined,
    amountNanoUsd: -before.chargedNanoUsd,
    disputedNanoUsd: undefined,
    reservedNanoUsd: undefined,
    expectedCostNanoUsd: undefined,
  };
  return [
    { ...returned, kind: 'correction', requests: 0 },
    { ...factsOf(after), postingId, kind: 'correction', requests: 0 },
  ];
}

/**
 * Names an entry within its organization. Systems choose the ids of their events, so one id may name
 * a charge of each; no identifier holds the sign in between.
 */
export const entryName = ({ kind, system, entryId }: Entry): string =>
  kind === 'charge' ? `${system}~${entryId}` : entryId;

function factsOf(entry: Entry): Omit<Posting, 'postingId' | 'kind' | 'requests'> {
  return {
    entryId: entry.entryId,
    organizationId: entry.organizationId,
    keyId: entry.disputedKeyId ?? entry.keyId,
    userId: entry.userId,
    departmentId: entry.departmentId,
    system: entry.system,
    operation: entry.operation,
    model: entry.model,
    region: entry.region,
    tags: entry.tags,
    occurredAtMs: entry.occurredAtMs,
    postedAtMs: entry.closedAtMs ?? entry.occurredAtMs,
    bookedAtMs: bookedAtMsOf(entry),
    amountNanoUsd: entry.chargedNanoUsd,
    disputedNanoUsd: entry.disputedNanoUsd,
    usage: entry.usage ?? NO_TOKENS,
    expectedCostNanoUsd: entry.prediction?.expectedCostNanoUsd,
    reservedNanoUsd: entry.kind === 'charge' ? undefined : entry.amountNanoUsd,
    predictedInputTokens: entry.prediction?.inputTokens,
    predictedOutputTokens: entry.prediction?.expectedOutputTokens,
    maxOutputTokens: entry.prediction?.maxOutputTokens,
    predictorVersion: entry.prediction?.predictorVersion,
    promptShape: entry.prediction?.promptShape,
    latencyMs: entry.latencyMs,
    quality: entry.quality,
  };
}

const HOUR_MS = 3_600_000;

/** See `Posting.bookedAtMs`. */
function bookedAtMsOf({ kind, occurredAtMs, closedAtMs }: Entry): number | undefined {
  if (closedAtMs === undefined) return undefined;
  if (kind === 'reservation' && closedAtMs - occurredAtMs <= HOUR_MS) return undefined;
  const isSameHour = Math.floor(closedAtMs / HOUR_MS) === Math.floor(occurredAtMs / HOUR_MS);
  return isSameHour ? undefined : closedAtMs;
}

/** What was used is known since the settlement: a correction moves money only. */
const correctionFactsOf = (before: Entry, after: Entry): ReturnType<typeof factsOf> => ({
  ...factsOf(after),
  postedAtMs: after.corrections?.at(-1)?.atMs ?? after.occurredAtMs,
  amountNanoUsd: after.chargedNanoUsd - before.chargedNanoUsd,
  disputedNanoUsd: disputedBy(before, after),
  usage: NO_TOKENS,
  reservedNanoUsd: undefined,
  expectedCostNanoUsd: undefined,
  latencyMs: undefined,
  quality: undefined,
});

/** By how much a change moves what is disputed; absent when it does not. */
function disputedBy(before: Entry, after: Entry): NanoUsd | undefined {
  const difference = (after.disputedNanoUsd ?? 0n) - (before.disputedNanoUsd ?? 0n);
  return difference === 0n ? undefined : difference;
}

type Closing = Pick<Entry, 'state' | 'chargedNanoUsd'> & Partial<Settlement>;

function closed(entry: Entry, closing: Closing, nowMs: number): EntryChange {
  const held = entry.state === 'reserved' ? entry.amountNanoUsd : 0n;
  const presumed = countedNanoUsd(entry);
  const counted = countedNanoUsd(closing);
  return {
    kind: 'change',
    entry: { ...entry, ...closing, closedAtMs: nowMs, version: entry.version + 1 },
    change: {
      headroomNanoUsd: held + presumed - counted,
      reservedNanoUsd: -held,
      settledNanoUsd: counted - presumed,
    },
  };
}
