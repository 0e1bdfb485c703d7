import type { FieldError } from '../../contracts/problem.ts';
import type { UsageEvent } from '../../contracts/usage.ts';
import type { Call } from '../../domain/access/caller.ts';
import { balanceNameOf, type BalanceRef } from '../../domain/ledger/budget.ts';
import { chargeChange, type Entry } from '../../domain/ledger/entry.ts';
import { type Claim, claimableNanoUsd, claimOf } from '../../domain/ledger/claim.ts';
import type { ConductStore } from '../../tables/ledger/conduct.ts';
import { tellDeviations, type TellingDeps } from './tell-deviations.ts';
import { givenIdsOf } from '../../domain/naming/naming.ts';
import { costOf, type Rate } from '../../domain/pricing/rate.ts';
import { minNanoUsd, type NanoUsd } from '../../domain/money.ts';
import { scopesOf } from '../../domain/scopes.ts';
import { contentDigest } from '../content-digest.ts';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';
import type { AffectedBalance } from '../../tables/ledger/balance-writes.ts';
import type { StandingsReader } from '../budgets/budget-standings.ts';
import { type RetryDeps, withRetries } from '../retry-conflicts.ts';

/** A price, or what is wrong with the event that asks for it. */
export type RateOf = (event: UsageEvent) => Rate | FieldError;

export type ChargeDeps = RetryDeps &
  TellingDeps & {
    ledger: LedgerStore;
    standings: StandingsReader;
    conduct: Pick<ConductStore, 'readClaim'>;
  };

export type ChargeOutcome = {
  accepted: number;
  duplicates: number;
  rejected: { index: number; field: string; message: string }[];
};

type Charge = { index: number; entry: Entry; affected: AffectedBalance[] };

/** With at most 10 balances a transaction stays below the store's limit of 100 writes. */
const CHARGES_PER_TRANSACTION = 80;
/** Every time zone's midnight lies on a quarter of an hour. */
const QUARTER_MS = 900_000;

/**
 * Records usage that was never reserved: the money is spent, so it is charged in full to every budget
 * that applies, whatever is left. An event id of a system counts once, as long as entries are kept:
 * the same event again is a duplicate, and another event under the id is rejected. Events of the same
 * balances go through together. What the key may not claim any more in this hour is booked as well,
 * and disputed.
 * @param events valid events with their position in the caller's batch
 */
export async function chargeUsage(
  deps: ChargeDeps,
  call: Call,
  events: { index: number; event: UsageEvent }[],
  rateOf: RateOf,
): Promise<ChargeOutcome> {
  const outcome: ChargeOutcome = { accepted: 0, duplicates: 0, rejected: [] };
  const groups = new Map<string, Charge[]>();
  /** Digests of what stands, or is about to, under an id. */
  const digests = new Map<string, string>();
  const repeats: { index: number; name: string; requestDigest: string }[] = [];
  const affectedBy = rememberReads(deps, call.organizationId);
  for (const { index, event } of events) {
    const rate = rateOf(event);
    if ('field' in rate) {
      outcome.rejected.push({ index, ...rate });
      continue;
    }
    const requestDigest = contentDigest(event);
    const name = idOf(event);
    if (digests.has(name)) {
      repeats.push({ index, name, requestDigest });
      continue;
    }
    digests.set(name, requestDigest);
    const entry = chargeOf(call, event, rate, requestDigest, await affectedBy(event));
    const charge = { index, ...entry };
    const group = charge.entry.balances.join(' ');
    groups.set(group, [...(groups.get(group) ?? []), charge]);
  }
  for (const group of groups.values()) {
    for (let from = 0; from < group.length; from += CHARGES_PER_TRANSACTION) {
      const chunk = group.slice(from, from + CHARGES_PER_TRANSACTION);
      const { accepted, standing } = await chargeTogether(deps, call, chunk);
      outcome.accepted += accepted;
      for (const { index, entry, stood } of standing) {
        const name = idOf({ ...entry, eventId: entry.entryId });
        repeats.push({ index, name, requestDigest: entry.requestDigest });
        digests.set(name, stood.requestDigest);
      }
    }
  }
  for (const { index, name, requestDigest } of repeats) {
    if (digests.get(name) === requestDigest) outcome.duplicates += 1;
    else outcome.rejected.push({ index, ...USED_ID });
  }
  deps.telemetry.metric('UsageEventsAccepted', outcome.accepted);
  return outcome;
}

/** Systems choose the ids of their events, so an id is one within its system. */
const idOf = ({ system, eventId }: Pick<UsageEvent, 'system' | 'eventId'>): string =>
  JSON.stringify([system, eventId]);

const USED_ID: FieldError = {
  field: 'eventId',
  message: 'was used by this system for another event: send this one under an id of its own',
};

/** Budgets are read once per batch for events of the same principals and quarter of an hour. */
function rememberReads({ standings }: ChargeDeps, organizationId: string) {
  const reads = new Map<string, Promise<BalanceRef[]>>();
  return (event: UsageEvent): Promise<BalanceRef[]> => {
    const refs = scopesOf({ organizationId, ...event });
    const key = JSON.stringify([refs, Math.floor(event.at / QUARTER_MS)]);
    const known = reads.get(key);
    if (known) return known;
    const read = standings
      .read(organizationId, refs, event.at, {
        holder: { userId: event.userId, entryId: event.eventId },
      })
      .then((found) => found.of(refs).map(({ home }) => home.ref));
    reads.set(key, read);
    return read;
  };
}

function chargeOf(
  { organizationId, actor, nowMs }: Call,
  event: UsageEvent,
  rate: Rate,
  requestDigest: string,
  balances: BalanceRef[],
): Omit<Charge, 'index'> {
  const entry: Entry = {
    entryId: event.eventId,
    kind: 'charge',
    organizationId,
    keyId: actor,
    userId: event.userId,
    departmentId: event.departmentId,
    system: event.system,
    given: givenIdsOf(event),
    operation: event.operation,
    model: event.model,
    region: event.region,
    tags: event.tags,
    state: 'settled',
    amountNanoUsd: 0n,
    chargedNanoUsd: costOf(event.usage, rate),
    balances: balances.map(balanceNameOf),
    occurredAtMs: event.at,
    closedAtMs: nowMs,
    version: 1,
    requestDigest,
    usage: event.usage,
  };
  return { entry, affected: balances.map((ref) => ({ ref, enforce: false })) };
}

/** Charges what does not stand already. @returns how many were, and the others with what stood */
async function chargeTogether(
  deps: ChargeDeps,
  call: Call,
  chunk: Charge[],
): Promise<{ accepted: number; standing: (Charge & { stood: Entry })[] }> {
  let pending = chunk;
  const standing: (Charge & { stood: Entry })[] = [];
  const asked = claimOf(call);
  let claim = asked && (await deps.conduct.readClaim(asked));
  await withRetries<void>(deps, async () => {
    while (pending.length > 0) {
      const { entries, countedNanoUsd } = claimed(pending, claim, call.nowMs);
      const result = await deps.ledger.charge(
        entries,
        pending[0]?.affected ?? [],
        chargeChange(countedNanoUsd),
        claim && { claim, amountNanoUsd: countedNanoUsd },
      );
      if (result.kind === 'done') {
        await tellDeviations(deps, entries, call.nowMs);
        return { done: undefined };
      }
      if (result.kind === 'over-claimed' && asked) claim = await deps.conduct.readClaim(asked);
      if (result.kind !== 'exists') return 'conflict';
      pending = pending.filter((charge, position) => {
        const stood = result.standing.get(position);
        if (stood) standing.push({ ...charge, stood });
        return !stood;
      });
    }
    return { done: undefined };
  });
  return { accepted: pending.length, standing };
}

/** Charges as they count: what is above the claim is disputed, from where it runs out. */
function claimed(
  charges: Charge[],
  claim: Claim | undefined,
  nowMs: number,
): { entries: Entry[]; countedNanoUsd: NanoUsd } {
  let countedNanoUsd = 0n;
  const most = claim && claimableNanoUsd(claim);
  const entries = charges.map(({ entry }): Entry => {
    const { chargedNanoUsd } = entry;
    const left = most === undefined ? chargedNanoUsd : most - countedNanoUsd;
    const counted = minNanoUsd(chargedNanoUsd, left);
    countedNanoUsd += counted;
    if (counted === chargedNanoUsd) return entry;
    const disputedNanoUsd = chargedNanoUsd - counted;
    return { ...entry, deviations: ['claim-limit'], disputedNanoUsd, disputedAtMs: nowMs };
  });
  return { entries, countedNanoUsd };
}
