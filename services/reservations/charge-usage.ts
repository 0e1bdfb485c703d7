import type { UsageEvent } from '../../contracts/usage.ts';
import type { EventCost } from '../../domain/ledger/event-cost.ts';
import type { Call } from '../../domain/access/caller.ts';
import { balanceNameOf, type BudgetStanding } from '../../domain/ledger/budget.ts';
import { sumOfMoves } from '../../domain/ledger/counts.ts';
import { countMove } from '../../domain/ledger/entry-counts.ts';
import { chargeChange, type Entry } from '../../domain/ledger/entry.ts';
import { differingField } from '../../domain/ledger/differing-field.ts';
import { sessionOwnerOf } from '../../domain/ledger/session-run.ts';
import { claimOf } from '../../domain/ledger/claim.ts';
import { claimCharges } from '../../domain/ledger/claim-charges.ts';
import type { ConductStore } from '../../tables/ledger/conduct.ts';
import type { FieldError } from '../errors.ts';
import { tellDeviations, type TellingDeps } from './tell-deviations.ts';
import { withGivenModel } from '../../domain/naming/model-names.ts';
import { costOf, type Rate } from '../../domain/pricing/rate.ts';
import { scopesOf } from '../../domain/scopes.ts';
import { contentDigest } from '../content-digest.ts';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';
import type { AffectedBalance } from '../../tables/ledger/balance-writes.ts';
import type { BudgetRulesReader } from '../budgets/budget-rules.ts';
import type { Directory } from '../members/directory.ts';
import { type MemberStandingsDeps, readMemberStandings } from '../members/member-standings.ts';
import { entryOfEvent } from './entry-of-event.ts';
import { sessionRefusal } from './session-refusal.ts';
import { withRetries } from '../retry-conflicts.ts';

/** The price of an event's whole usage, its cost, or the error in the event that requests it. */
export type RateOf = (event: UsageEvent) => Rate | EventCost | FieldError;

export type ChargeDeps = MemberStandingsDeps &
  TellingDeps & {
    ledger: LedgerStore;
    rules: BudgetRulesReader;
    directory: Directory;
    conduct: Pick<ConductStore, 'readClaim'>;
  };

export type ChargeOutcome = {
  accepted: number;
  duplicates: number;
  rejected: RejectedEvent[];
};

/** An event that was not recorded. `conflict`: a different event has its ID. */
export type RejectedEvent = FieldError & { index: number; code?: 'conflict' | undefined };

/** An event's index in the batch, its ID within the organization, and its digest. */
type Numbered = { index: number; name: string; requestDigest: string };
type PricedEvent = Numbered & { event: UsageEvent; cost: EventCost };
type Charge = Numbered & { entry: Entry; affected: AffectedBalance[] };
/** A charge whose ID is already taken by another entry. */
type StandingCharge = Charge & { standing: Entry };

/** With at most 10 balances, a transaction stays below the store's limit of 100 writes. */
const CHARGES_PER_TRANSACTION = 80;
/** Midnight in every time zone falls on a quarter hour. */
const QUARTER_MS = 900_000;

/**
 * Records usage that was never reserved. The money is already spent, so every applicable budget is
 * charged in full, even past its limit. A system's event ID counts once for as long as entries are
 * kept: repeating the same event is a duplicate, and a different event under the same ID is
 * rejected as a conflict that names the first field that differs. Events of the same balances share
 * a transaction. Costs above what the key may still claim this hour are booked and disputed.
 * @param events valid events with their position in the caller's batch
 */
export async function chargeUsage(
  deps: ChargeDeps,
  call: Call,
  events: { index: number; event: UsageEvent }[],
  rateOf: RateOf,
): Promise<ChargeOutcome> {
  const { firsts, repeats, rejected } = pricedEvents(events, rateOf);
  const balancesOf = rememberReads(deps, call);
  const charges: Charge[] = [];
  const faults = new Map<string, FieldError>();
  for (const first of firsts) {
    const placed = await deps.directory.place(call, first.event);
    if ('refusal' in placed) {
      faults.set(first.name, placed.refusal);
      continue;
    }
    const event = placed.request;
    const balances = await balancesOf(event);
    if ('field' in balances) faults.set(first.name, balances);
    else charges.push(chargeOf(call, { ...first, event }, balances));
  }
  for (const { index, name } of [...firsts, ...repeats]) {
    const fault = faults.get(name);
    if (fault) rejected.push({ index, ...fault });
  }
  const standing: StandingCharge[] = [];
  for (const chunk of chunksOf(charges)) {
    standing.push(...(await chargeTogether(deps, call, chunk)));
  }
  const recorded = new Map([
    ...charges.map(({ name, entry }): [string, Entry] => [name, entry]),
    ...standing.map((each): [string, Entry] => [each.name, each.standing]),
  ]);
  const repeated = [
    ...repeats
      .filter(({ name }) => !faults.has(name))
      .map((repeat): Charge => chargeOf(call, repeat, [])),
    ...standing,
  ].map(({ index, name, entry }) => ({ index, entry, earlier: recorded.get(name) ?? entry }));
  const conflicts = repeated.filter(
    ({ entry, earlier }) => entry.requestDigest !== earlier.requestDigest,
  );
  const accepted = charges.length - standing.length;
  deps.telemetry.metric('UsageEventsAccepted', accepted);
  return {
    accepted,
    duplicates: repeated.length - conflicts.length,
    rejected: [
      ...rejected,
      ...conflicts.map(({ index, entry, earlier }) => conflictAt(index, earlier, entry)),
    ],
  };
}

/** Events with their prices: the first of each ID, and the ones that repeat an ID of the batch. */
function pricedEvents(
  events: { index: number; event: UsageEvent }[],
  rateOf: RateOf,
): { firsts: PricedEvent[]; repeats: PricedEvent[]; rejected: ChargeOutcome['rejected'] } {
  const firsts = new Map<string, PricedEvent>();
  const repeats: PricedEvent[] = [];
  const rejected: ChargeOutcome['rejected'] = [];
  for (const { index, event } of events) {
    const rate = rateOf(event);
    if ('field' in rate) {
      rejected.push({ index, ...rate });
      continue;
    }
    const name = idOf(event);
    const priced = {
      index,
      name,
      requestDigest: contentDigest(withGivenModel({ ...event, reported: undefined })),
      event,
      cost: 'costNanoUsd' in rate ? rate : { costNanoUsd: costOf(event.usage, rate) },
    };
    if (firsts.has(name)) repeats.push(priced);
    else firsts.set(name, priced);
  }
  return { firsts: [...firsts.values()], repeats, rejected };
}

/** Groups charges of the same balances into transactions, as many as fit. */
function* chunksOf(charges: Charge[]): Generator<Charge[]> {
  for (const group of Map.groupBy(charges, ({ entry }) => balancesText(entry)).values()) {
    for (let from = 0; from < group.length; from += CHARGES_PER_TRANSACTION) {
      yield group.slice(from, from + CHARGES_PER_TRANSACTION);
    }
  }
}

const balancesText = ({ balances, counts }: Entry): string =>
  [...balances, ...(counts?.positions ?? [])].join(' ');

/** Systems choose their event IDs, so an ID is unique only within its system. */
const idOf = ({ system, eventId }: Pick<UsageEvent, 'system' | 'eventId'>): string =>
  JSON.stringify([system, eventId]);

/** What is recorded stays unsaid: the caller may not be allowed to see it. */
const conflictAt = (index: number, recorded: Entry, sent: Entry): RejectedEvent => ({
  index,
  code: 'conflict',
  field: differingField(recorded, sent),
  message:
    'conflicts with the event that this system recorded under this eventId; send a different event under a new ID',
});

/** Reads budgets once per batch for events of the same principals and quarter hour. */
function rememberReads(deps: ChargeDeps, call: Call) {
  const { organizationId } = call;
  const reads = new Map<string, Promise<BudgetStanding[] | FieldError>>();
  const read = async (
    event: UsageEvent,
    asked: Parameters<typeof readMemberStandings>[2],
  ): Promise<BudgetStanding[] | FieldError> => {
    const holder = { userId: event.userId, entryId: event.eventId, owner: sessionOwnerOf(event) };
    const applying = await readMemberStandings(deps, call, asked, {
      holder,
      nowMs: call.nowMs,
      decides: false,
    });
    const refusal = sessionRefusal(call, applying.sessionOwner);
    return refusal ?? applying.of([...asked.refs]);
  };
  return async (event: UsageEvent): Promise<BudgetStanding[] | FieldError> => {
    const { listedTags, defaults } = await deps.rules.current(organizationId, event.departmentId);
    const refs = scopesOf({ organizationId, ...event, listedTags });
    const key = JSON.stringify([refs, Math.floor(event.at / QUARTER_MS)]);
    const earlier = reads.get(key);
    if (earlier) return earlier;
    const started = read(event, { refs, atMs: event.at, rules: defaults });
    reads.set(key, started);
    return started;
  };
}

function chargeOf(call: Call, priced: PricedEvent, standings: BudgetStanding[]): Charge {
  const { event: _, cost: __, ...numbered } = priced;
  const affected = standings.map(({ home }) => ({ ref: home.ref, enforce: false }));
  return { ...numbered, entry: entryOfEvent(call, priced, standings), affected };
}

/**
 * Charges what is not stored yet. @returns the others, with the entries that already have their IDs
 */
async function chargeTogether(
  deps: ChargeDeps,
  call: Call,
  chunk: Charge[],
): Promise<StandingCharge[]> {
  const asked = claimOf(call);
  let claim = asked && (await deps.conduct.readClaim(asked));
  let [pending, standing]: [Charge[], StandingCharge[]] = [chunk, []];
  return withRetries(deps, async () => {
    for (;;) {
      const [first] = pending;
      if (!first) return { done: standing };
      const written = pending.map(({ entry }) => entry);
      const { entries, countedNanoUsd } = claimCharges(written, claim, call.nowMs);
      const result = await deps.ledger.charge(
        entries,
        first.affected.map((balance) => withCounts(balance, entries)),
        chargeChange(countedNanoUsd),
        claim && { claim, amountNanoUsd: countedNanoUsd },
      );
      if (result.kind === 'done') {
        await tellDeviations(deps, entries, call.nowMs);
        return { done: standing };
      }
      if (result.kind === 'over-claimed' && asked) claim = await deps.conduct.readClaim(asked);
      if (result.kind !== 'exists') return 'conflict';
      [pending, standing] = setApart(pending, standing, result.standing);
    }
  });
}

/** @param entries new charges that the balance counts in full, even past its limits */
const withCounts = (affected: AffectedBalance, entries: readonly Entry[]): AffectedBalance => ({
  ...affected,
  counts: sumOfMoves(
    entries.map((entry) => countMove(balanceNameOf(affected.ref), undefined, entry)),
  ),
});

/** Moves charges whose IDs are taken from pending to standing. */
const setApart = (
  pending: Charge[],
  standing: StandingCharge[],
  entries: ReadonlyMap<number, Entry>,
): [Charge[], StandingCharge[]] => [
  pending.filter((_, position) => !entries.has(position)),
  [
    ...standing,
    ...pending.flatMap((charge, position) => {
      const entry = entries.get(position);
      return entry ? [{ ...charge, standing: entry }] : [];
    }),
  ],
];
