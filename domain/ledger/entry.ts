import type { Delivery } from './delivery.ts';
import type { NanoUsd } from '../money.ts';
import { withoutModel } from '../naming/model-names.ts';
import type { GivenIds } from '../naming/naming.ts';
import type { PriceBasis } from '../pricing/place-prices.ts';
import type { Rate } from '../pricing/rate.ts';
import type { Terms } from '../pricing/resolve-rate.ts';
import type { ServiceTier } from '../pricing/service-tier.ts';
import type { TokenUsage } from '../token-usage.ts';
import type { Correction } from './correction.ts';
import type { EntryCounts } from './counts.ts';
import { type Claimed, claimableNanoUsd } from './claim.ts';
import { type Deviation, judgeStatement } from './deviation.ts';
import type { EntryPrediction } from './entry-prediction.ts';
import { costMarks } from './event-cost.ts';
import { type Draw, returnedBy } from './draw.ts';
import { type Saving, savingOf, type Switch } from './saving.ts';
import { type AnswerTraits, answerOf, type RequestTraits } from './request-traits.ts';
import type { Settlement } from './settlement.ts';

export const ENTRY_STATES = ['reserved', 'settled', 'voided', 'expired'] as const;
export type EntryState = (typeof ENTRY_STATES)[number];

/**
 * One request's money in the ledger: a reservation throughout its life, or a charge, which is usage
 * that was never reserved and is settled from the start. Only `state`, `chargedNanoUsd`, `version`,
 * and the fields of the settlement, its dispute and its corrections ever change. A settlement by
 * another model also changes `balances`, an extension `expiresAtMs`, a draw a workflow's `amountNanoUsd`.
 */
export type Entry = {
  entryId: string;
  kind: 'reservation' | 'charge';
  organizationId: string;
  /** Id of the credential that made the entry; absent in entries older than this field. */
  keyId?: string | undefined;
  userId: string;
  departmentId?: string | undefined;
  system: string;
  /** Ids as the caller spelled them, if the stored spelling differs. */
  given?: GivenIds | undefined;
  operation?: string | undefined;
  model: string;
  region?: string | undefined;
  /** The tier that it was reserved or charged in, if not standard. */
  serviceTier?: ServiceTier | undefined;
  /** On which it was priced, if `region` and `serviceTier` do not say all. */
  terms?: Terms | undefined;
  /** The agent's run that it belongs to. */
  sessionId?: string | undefined;
  tags?: Record<string, string> | undefined;
  traits?: RequestTraits | undefined;
  state: EntryState;
  /** Held while `reserved`. 0 for a charge. */
  amountNanoUsd: NanoUsd;
  /** What the ledger considers spent. An expired reservation is presumed spent in full. */
  chargedNanoUsd: NanoUsd;
  /** At the price of the rate card, if something else is charged. */
  pricedNanoUsd?: NanoUsd | undefined;
  /** Set if the card states no price for its place (`dearest-known`), or did not when it was reserved. */
  priceBasis?: PriceBasis | undefined;
  /** What the provider says that it charges. */
  reportedNanoUsd?: NanoUsd | undefined;
  /** Members of the usage that were taken although they have no meaning or no price. */
  unreadMembers?: string[] | undefined;
  /** Set if another model was to serve it than the one asked for. */
  switched?: Switch | undefined;
  /** What that really saved; absent before the settlement. */
  saving?: Saving | undefined;
  /** Absent if the answer was delivered whole, or not by the gateway. */
  delivery?: Delivery | undefined;
  /**
   * The part of the charged amount that balances exclude until an operator confirms it. Negative if
   * balances still count more than the caller stated. Absent if nothing is disputed.
   */
  disputedNanoUsd?: NanoUsd | undefined;
  /** How the caller's statement deviated; kept after a decision. */
  deviations?: Deviation[] | undefined;
  /** When the entry began to wait for an operator's decision; absent if it does not. */
  disputedAtMs?: number | undefined;
  /** Id of the credential that settled it, if it is not the one that made it. */
  settledKeyId?: string | undefined;
  /**
   * The hold that the prediction asked for, kept if the conduct of its key is watched
   * (`conduct.ts`).
   */
  declaredNanoUsd?: NanoUsd | undefined;
  /** Names of the balances that hold this money, or count it once it is spent (`balanceNameOf`). */
  balances: string[];
  /** What it counts in requests and tokens; absent if none of its balances counts. */
  counts?: EntryCounts | undefined;
  /**
   * Set if a wallet holds money for the lending balances. `exact` is a hint at which balances do
   * not lend.
   */
  wallet?: { lane: number; exact: number[] } | undefined;
  occurredAtMs: number;
  expiresAtMs?: number | undefined;
  /** Set if it has a hold time of its own or was extended, so that the sweeper finds it by expiry. */
  isListedByExpiry?: boolean | undefined;
  /** True if every budget that holds the money wants it released at expiry. */
  isReleasedAtExpiry?: boolean | undefined;
  /** Only of a workflow: what it held when it was opened. */
  openedNanoUsd?: NanoUsd | undefined;
  draw?: Draw | undefined;
  /** Counts state changes, starting at 1. */
  version: number;
  /** Digest of the request. Reusing the key with another body is a conflict. */
  requestDigest: string;
  rate?: Rate | undefined;
  prediction?: EntryPrediction | undefined;
  maxOutputTokens?: number | undefined;
  usage?: TokenUsage | undefined;
  /** When the reservation ended. For a charge, when the ledger received it. */
  closedAtMs?: number | undefined;
  /**
   * Digest of the settlement. Repeating it returns the same answer; a different one is a conflict.
   */
  settlementDigest?: string | undefined;
  latencyMs?: number | undefined;
  quality?: number | undefined;
  answer?: AnswerTraits | undefined;
  /** Oldest first; absent before the first correction (`correctEntry`). */
  corrections?: Correction[] | undefined;
};

/** What a change of an entry does to each of its balances, but for those that it leaves or joins. */
export type BalanceChange = {
  headroomNanoUsd: NanoUsd;
  reservedNanoUsd: NanoUsd;
  settledNanoUsd: NanoUsd;
};

export type EntryChange =
  | {
      kind: 'change';
      entry: Entry;
      change: BalanceChange;
      claimed?: Claimed | undefined;
      /** What returns to the workflow that the amount was drawn from, if that is still open. */
      returnedNanoUsd?: NanoUsd;
    }
  /** Nothing to do: answer as before and write nothing. */
  | { kind: 'repeat'; entry: Entry }
  | { kind: 'refused'; reason: 'settled' | 'voided' | 'expired' | 'settled-differently' };

/**
 * Settles at the actual cost and records any overrun in full. After expiry it corrects the
 * presumption. Deviations are marked, and may be partly disputed (`judgeStatement`).
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
  const costs = { chargedNanoUsd, pricedNanoUsd, reportedNanoUsd: settlement.reportedNanoUsd };
  const judgment = judgeStatement({
    ...costs,
    reservedModelNanoUsd: settlement.reservedModelNanoUsd ?? pricedNanoUsd,
    presumedNanoUsd: entry.isReleasedAtExpiry ? 0n : entry.amountNanoUsd,
    lateByMs: nowMs - (entry.expiresAtMs ?? nowMs),
    claimableNanoUsd: claim && claimableNanoUsd(claim),
    heldNanoUsd: entry.amountNanoUsd,
    isConfirmed: settlement.isConfirmed,
  });
  const told = { chargedNanoUsd, usage, model, settlementDigest, latencyMs, quality };
  const { unreadMembers = [], priceBasis = 'listed' } = settlement;
  const marks = {
    ...costMarks(costs, judgment, nowMs),
    ...(priceBasis === (entry.priceBasis ?? 'listed') ? {} : { priceBasis }),
    ...(unreadMembers.length === 0 ? {} : { unreadMembers: [...unreadMembers] }),
    ...(settlement.delivery ? { delivery: settlement.delivery } : {}),
    ...(settlement.terms ? { terms: settlement.terms } : {}),
    answer: answerOf(settlement),
    ...(entry.switched
      ? { saving: savingOf(entry.switched, { model, usage, pricedNanoUsd }) }
      : {}),
    ...(keyId === undefined || keyId === entry.keyId ? {} : { settledKeyId: keyId }),
    ...(settlement.balances
      ? { balances: settlement.balances, ...(settlement.counts && { counts: settlement.counts }) }
      : {}),
  };
  const change = closed(entry, { ...told, ...marks, state: 'settled' }, nowMs);
  const overrunNanoUsd = chargedNanoUsd - judgment.disputedNanoUsd - entry.amountNanoUsd;
  return claim ? { ...change, claimed: { claim, amountNanoUsd: overrunNanoUsd } } : change;
}

/** Releases the money of a reservation whose AI call was not made. */
export function voidEntry(entry: Entry, nowMs: number): EntryChange {
  if (entry.state === 'voided') return { kind: 'repeat', entry };
  if (entry.state !== 'reserved') return { kind: 'refused', reason: entry.state };
  return closed(entry, { state: 'voided', chargedNanoUsd: 0n }, nowMs);
}

/**
 * Closes a reservation whose caller never came back. The AI call may have happened, so the money is
 * presumed spent in full. Releasing it could overspend a budget, so that happens only if every
 * budget that holds it opted in.
 */
export function expireEntry(entry: Entry, nowMs: number): EntryChange {
  if (entry.state !== 'reserved') return { kind: 'repeat', entry };
  if (entry.expiresAtMs === undefined || entry.expiresAtMs > nowMs) {
    return { kind: 'repeat', entry };
  }
  const chargedNanoUsd = entry.isReleasedAtExpiry ? 0n : entry.amountNanoUsd;
  return closed(entry, { state: 'expired', chargedNanoUsd }, nowMs);
}

/** The part of an entry's charge that balances count: everything not disputed. */
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

/** What a charge does to each of its balances, excluding its disputed part. */
export const chargeChange = (countedByNanoUsd: NanoUsd): BalanceChange => ({
  headroomNanoUsd: -countedByNanoUsd,
  reservedNanoUsd: 0n,
  settledNanoUsd: countedByNanoUsd,
});

/**
 * Names an entry within its organization. Systems choose their own event ids, so two systems may
 * use the same id for different charges. Identifiers cannot contain the separator.
 */
export const entryName = ({ kind, system, entryId }: Entry): string =>
  kind === 'charge' ? `${system}~${entryId}` : entryId;

/** The fields of a settlement other than its cost, shared by an entry and its wallet's record. */
export type SettlementFacts = Partial<
  Pick<
    Entry,
    | 'usage'
    | 'model'
    | 'settlementDigest'
    | 'latencyMs'
    | 'quality'
    | 'pricedNanoUsd'
    | 'reportedNanoUsd'
    | 'priceBasis'
    | 'unreadMembers'
    | 'delivery'
    | 'terms'
    | 'answer'
    | 'saving'
    | 'disputedNanoUsd'
    | 'deviations'
    | 'disputedAtMs'
    | 'settledKeyId'
    | 'balances'
    | 'counts'
  >
>;

type Closing = Pick<Entry, 'state' | 'chargedNanoUsd'> & SettlementFacts;

/** What changes in an entry if another model served it than the one that its request named. */
export const renamedBy = (
  { model, given }: Entry,
  serving: string | undefined = model,
): Pick<Entry, 'given'> | undefined =>
  serving === model ? undefined : { given: withoutModel(given) };

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
    returnedNanoUsd: returnedBy(entry, closing, newNanoUsd),
    entry: {
      ...entry,
      ...closing,
      ...renamedBy(entry, closing.model),
      closedAtMs: nowMs,
      version: entry.version + 1,
    },
    change: {
      headroomNanoUsd: heldNanoUsd + presumedNanoUsd - newNanoUsd,
      reservedNanoUsd: -heldNanoUsd,
      settledNanoUsd: newNanoUsd - presumedNanoUsd,
    },
  };
}
