import { type Call, isOperators } from '../../domain/access/caller.ts';
import { isReservationId, type SettleBody } from '../../contracts/reservations.ts';
import { servedBy } from '../../domain/ledger/balance-changes.ts';
import { balanceNameOf } from '../../domain/ledger/budget.ts';
import { type Entry, type EntryChange, settleEntry, voidEntry } from '../../domain/ledger/entry.ts';
import { type Claim, claimOf } from '../../domain/ledger/claim.ts';
import { isCounting } from '../../domain/ledger/entry-counts.ts';
import { farExcess, MAX_DISPUTED_NANO_USD } from '../../domain/ledger/conduct.ts';
import type { Settlement } from '../../domain/ledger/settlement.ts';
import { isInWallet, type WalletEntry } from '../../domain/ledger/wallet.ts';
import { isWorkflow } from '../../domain/ledger/workflow.ts';
import { NANO_PER_USD, type NanoUsd } from '../../domain/money.ts';
import { modelStem } from '../../domain/pricing/model-id.ts';
import { bookedNanoUsd, type CostBasis } from '../../domain/pricing/cost-basis.ts';
import { canonicalScope } from '../../domain/scopes.ts';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';
import type { StandingsReader } from '../budgets/budget-standings.ts';
import type { Conversations } from './conversations.ts';
import { conflict, notFound, type ServiceError } from '../errors.ts';
import { closeInWallet, type WalletClosingDeps } from './close-in-wallet.ts';
import { type PriceModel, priceSettlement } from './price-settlement.ts';
import type { ConductStore } from '../../tables/ledger/conduct.ts';
import { costsDisputed } from './conduct-problems.ts';
import { OutdatedEntryError } from './open-entries.ts';
import { digestOf } from './settlement-digest.ts';
import { tellDeviations, type TellingDeps } from './tell-deviations.ts';
import { type RetryDeps, withRetries } from '../retry-conflicts.ts';

export type CloseDeps = RetryDeps &
  WalletClosingDeps & {
    /** Takes note of changes, if this process remembers balances. */
    standings?: Pick<StandingsReader, 'noteChange'> | undefined;
  };

export type SettleDeps = CloseDeps &
  TellingDeps & {
    priceModel: PriceModel;
    /** What an organization books where a provider reports its own cost. */
    costBasis: (organizationId: string) => Promise<CostBasis>;
    conduct: Pick<ConductStore, 'get' | 'readClaim'>;
    standings: StandingsReader;
    conversations: Pick<Conversations, 'noteSettled'>;
  };

/**
 * Finds an organization's reservation.
 * @throws ServiceError `not-found`, also for other organizations' reservations: they must not be
 *   guessable
 */
export async function findReservation(
  ledger: LedgerStore,
  organizationId: string,
  reservationId: string,
): Promise<Entry> {
  const entry = isReservationId(reservationId)
    ? await ledger.getReservation(reservationId)
    : undefined;
  if (entry?.organizationId !== organizationId) {
    throw noReservation();
  }
  return entry;
}

/**
 * @property by the settling call; without it, the settlement counts as the reserving key's own
 * @property isRemembered the entry comes from memory, so it may be outdated
 */
type Settling = {
  nowMs: number;
  by?: Call | undefined;
  mayStateCost?: boolean;
  isRemembered?: boolean;
};

/**
 * Settles a reservation at its actual cost, in full, once. A stated cost far from the price is
 * booked and flagged for an operator.
 * @throws ServiceError `costs-disputed` if the key may not state costs now
 * @throws OutdatedEntryError if a remembered entry has changed in the store
 */
export async function settleReservation(
  deps: SettleDeps,
  reserved: Entry,
  body: SettleBody,
  { nowMs, by, mayStateCost = true, isRemembered = false }: Settling,
): Promise<Entry> {
  if (isWorkflow(reserved)) throw conflict(NOT_SETTLED);
  const priced = await priceSettlement(deps.priceModel, reserved, body);
  const { model, pricedNanoUsd, reservedModelNanoUsd, priceBasis, terms, unreadMembers } = priced;
  const { actualCostUsd: statedNanoUsd, reportedNanoUsd } = body;
  const isDecided = statedNanoUsd !== undefined || reportedNanoUsd === undefined || !mayStateCost;
  const basis = isDecided ? 'priced' : await deps.costBasis(reserved.organizationId);
  const settlement: Settlement = {
    chargedNanoUsd: bookedNanoUsd({ statedNanoUsd, reportedNanoUsd, pricedNanoUsd }, basis),
    pricedNanoUsd,
    reservedModelNanoUsd,
    reportedNanoUsd,
    priceBasis,
    terms,
    unreadMembers,
    delivery: body.delivery,
    status: body.status,
    finishReason: body.finishReason,
    cacheHit: body.cacheHit,
    reasoningOutputTokens: body.reasoningOutputTokens,
    keyId: by?.actor,
    isConfirmed: by && isOperators(by),
    usage: body.usage,
    model,
    settlementDigest: digestOf(body),
    latencyMs: body.latencyMs,
    quality: body.quality,
  };
  if (by && body.actualCostUsd !== undefined && reserved.state !== 'settled') {
    await requireNoDisputes(deps, by);
  }
  const settled = await close(deps, reserved, async (entry) => {
    if (isRemembered && entry !== reserved) throw new OutdatedEntryError();
    const claim = await claimFor(deps, entry, settlement.chargedNanoUsd, by);
    const served = await balancesFor(deps, entry, model);
    return settleEntry(entry, { ...settlement, claim, ...served }, nowMs);
  });
  if (settled.version > reserved.version) {
    await tellDeviations(deps, [settled], nowMs);
    tellUnread(deps, settled);
    deps.conversations.noteSettled({ ...settled, region: body.region ?? settled.region }, nowMs);
    const { chargedNanoUsd, amountNanoUsd } = settled;
    deps.telemetry.metric('SettledUsd', usdNumber(chargedNanoUsd), { System: settled.system });
    if (chargedNanoUsd > amountNanoUsd) {
      const overrun = usdNumber(chargedNanoUsd - amountNanoUsd);
      deps.telemetry.metric('OverrunUsd', overrun, { System: settled.system });
    }
  }
  return settled;
}

/**
 * The balances to charge if another model than the reserved one served the request: balances of the
 * serving model's budgets, in the periods of the reservation, replace those of the reserved model.
 * @returns `undefined` if the reserved model served it; nothing is read then
 */
async function balancesFor(
  { standings }: SettleDeps,
  entry: Entry,
  model: string,
): Promise<ReturnType<typeof servedBy> | undefined> {
  const isOpen = entry.state === 'reserved' || entry.state === 'expired';
  if (!isOpen || modelStem(model) === modelStem(entry.model)) return undefined;
  const { organizationId, userId, entryId, occurredAtMs } = entry;
  const refs = [canonicalScope({ scope: 'model', scopeId: model })];
  const holder = { userId, entryId };
  const read = await standings.read(organizationId, refs, occurredAtMs, {
    holder,
    decides: false,
  });
  return servedBy(
    entry,
    read.of(refs).map((standing) => ({
      name: balanceNameOf(standing.home.ref),
      isCounting: isCounting(standing),
    })),
  );
}

/** What a key claims by an overrun; read only if there is one. */
async function claimFor(
  { conduct }: SettleDeps,
  { amountNanoUsd }: Entry,
  chargedNanoUsd: NanoUsd,
  by: Call | undefined,
): Promise<Claim | undefined> {
  const claim = by && claimOf(by);
  if (!claim || farExcess(chargedNanoUsd, amountNanoUsd) === 0n) return undefined;
  return conduct.readClaim(claim);
}

/** @throws ServiceError `costs-disputed` while too many of the key's stated costs are in dispute */
async function requireNoDisputes({ conduct }: SettleDeps, by: Call): Promise<void> {
  const { disputedNanoUsd } = await conduct.get(by.organizationId, by.actor);
  if (disputedNanoUsd > MAX_DISPUTED_NANO_USD) {
    throw costsDisputed(by.actor, disputedNanoUsd, 'actualCostUsd');
  }
}

/** Releases a reservation whose AI call was not made. */
export const voidReservation = (deps: CloseDeps, reserved: Entry, nowMs: number): Promise<Entry> =>
  close(deps, reserved, (entry) => voidEntry(entry, nowMs));

/**
 * Applies a change to an entry's current state until it succeeds or is refused.
 * @param ifUnheld handles an entry that was stored but never held by its wallet; the caller never
 *   got permission to proceed, so by default there is no such reservation
 */
export async function close(
  deps: CloseDeps,
  read: Entry,
  change: (entry: Entry) => EntryChange | Promise<EntryChange>,
  ifUnheld: (entry: WalletEntry) => Promise<Entry> = () => Promise.reject(noReservation()),
): Promise<Entry> {
  let entry = read;
  return withRetries(deps, async () => {
    for (;;) {
      const next = await change(entry);
      if (next.kind === 'refused') throw refusal(next.reason);
      if (next.kind === 'repeat') return { done: next.entry };
      const outcome = isInWallet(entry)
        ? await closeInItsWallet(deps, entry, next, ifUnheld)
        : await changeItself(deps, entry, next);
      if (outcome === 'conflict' || 'done' in outcome) return outcome;
      entry = outcome.moved;
    }
  });
}

type Change = Extract<EntryChange, { kind: 'change' }>;

/** `moved`: the entry has changed since it was read; this is its current state. */
type Closing = { done: Entry } | { moved: Entry } | 'conflict';

/** Closes an entry whose money is in a wallet: the wallet first, then the entry. */
async function closeInItsWallet(
  deps: CloseDeps,
  entry: WalletEntry,
  { entry: after, claimed }: Change,
  ifUnheld: (entry: WalletEntry) => Promise<Entry>,
): Promise<Closing> {
  const closing = await closeInWallet(deps, entry, after, claimed);
  if (closing.kind === 'conflict') return 'conflict';
  if (closing.kind === 'closed') return { done: closing.entry };
  if (closing.kind === 'ended') return { moved: closing.entry };
  const stored = await deps.ledger.getReservation(entry.entryId);
  if (!stored) throw noReservation();
  return isInWallet(stored) ? { done: await ifUnheld(stored) } : { moved: stored };
}

/** Changes an entry together with the balances that hold its money. */
async function changeItself(
  { ledger, standings }: CloseDeps,
  entry: Entry,
  { entry: after, change, claimed, returnedNanoUsd = 0n }: Change,
): Promise<Closing> {
  let returned = returnedNanoUsd;
  let result = await ledger.change(entry, after, change, { claimed, returnedNanoUsd });
  if (result.kind === 'undrawn') {
    returned = 0n;
    result = await ledger.change(entry, after, change, { claimed });
  }
  if (result.kind === 'done') {
    standings?.noteChange(entry, after, change, returned);
    return { done: after };
  }
  if (result.kind !== 'changed') return 'conflict';
  if (!result.entry) throw notFound('The reservation is past its retention.');
  return { moved: result.entry };
}

/** Gives the same answer for another organization's reservation as for one that never existed. */
export const noReservation = (): ServiceError => notFound('No reservation has this ID.');

const NOT_SETTLED =
  'This is a workflow. Settle the reservations of its calls, and close it with POST /v1/workflows/{id}/close.';

function refusal(reason: Extract<EntryChange, { kind: 'refused' }>['reason']): ServiceError {
  const message = {
    settled: 'This reservation is settled and cannot be voided.',
    voided: 'This reservation was voided. Report what was spent as usage events (POST /v1/usage).',
    expired:
      'This reservation has expired and is presumed spent. Settle it with the actual usage, or with zero tokens if no call was made.',
    'settled-differently': 'This reservation is already settled with other figures.',
  }[reason];
  return conflict(message);
}

/** Counts and logs what was taken without a price, so that somebody sets it. */
function tellUnread({ telemetry }: SettleDeps, { unreadMembers, organizationId, entryId }: Entry) {
  if (!unreadMembers) return;
  telemetry.metric('UnreadMembers', unreadMembers.length);
  telemetry.warn('USAGE_UNREAD', { organizationId, entryId });
}

/** For metrics only. No amount is decided or stored from this. */
const usdNumber = (amount: bigint): number => Number(amount) / Number(NANO_PER_USD);
