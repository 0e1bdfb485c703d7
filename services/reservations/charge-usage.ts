import { createHash } from 'node:crypto';
import type { FieldError } from '../../contracts/problem.ts';
import type { UsageEvent } from '../../contracts/usage.ts';
import type { Call } from '../../domain/access/caller.ts';
import { balanceNameOf, type BalanceRef } from '../../domain/ledger/budget.ts';
import { chargeChange, type Entry } from '../../domain/ledger/entry.ts';
import { costOf, type Rate } from '../../domain/pricing/rate.ts';
import { scopesOf } from '../../domain/scopes.ts';
import type { AffectedBalance, LedgerStore } from '../../tables/ledger.ts';
import type { StandingsReader } from '../budgets/budget-standings.ts';
import { type RetryDeps, withRetries } from '../retry-conflicts.ts';

/** A price, or what is wrong with the event that asks for it. */
export type RateOf = (event: UsageEvent) => Rate | FieldError;

export type ChargeDeps = RetryDeps & { ledger: LedgerStore; standings: StandingsReader };

export type ChargeOutcome = {
  accepted: number;
  duplicates: number;
  rejected: { index: number; field: string; message: string }[];
};

type Charge = { entry: Entry; affected: AffectedBalance[] };

/** With at most 10 balances a transaction stays below the store's limit of 100 writes. */
const CHARGES_PER_TRANSACTION = 80;
/** Every time zone's midnight lies on a quarter of an hour. */
const QUARTER_MS = 900_000;

/**
 * Records usage that was never reserved: the money is spent, so it is charged in full to every budget
 * that applies, whatever is left. An event id counts once, as long as entries are kept. Events of
 * the same balances go through together.
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
  const seen = new Set<string>();
  const affectedBy = rememberReads(deps, call.organizationId);
  for (const { index, event } of events) {
    if (seen.has(event.eventId)) {
      outcome.duplicates += 1;
      continue;
    }
    seen.add(event.eventId);
    const rate = rateOf(event);
    if ('field' in rate) {
      outcome.rejected.push({ index, ...rate });
      continue;
    }
    const charge = chargeOf(call, event, rate, await affectedBy(event));
    const group = charge.entry.balances.join(' ');
    groups.set(group, [...(groups.get(group) ?? []), charge]);
  }
  for (const group of groups.values()) {
    for (let from = 0; from < group.length; from += CHARGES_PER_TRANSACTION) {
      const chunk = group.slice(from, from + CHARGES_PER_TRANSACTION);
      const duplicates = await chargeTogether(deps, chunk);
      outcome.duplicates += duplicates;
      outcome.accepted += chunk.length - duplicates;
    }
  }
  deps.telemetry.metric('UsageEventsAccepted', outcome.accepted);
  return outcome;
}

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
  balances: BalanceRef[],
): Charge {
  const entry: Entry = {
    entryId: event.eventId,
    kind: 'charge',
    organizationId,
    keyId: actor,
    userId: event.userId,
    departmentId: event.departmentId,
    system: event.system,
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
    requestDigest: createHash('sha256').update(event.eventId).digest('base64url').slice(0, 16),
    usage: event.usage,
  };
  return { entry, affected: balances.map((ref) => ({ ref, enforce: false })) };
}

/** @returns how many of the charges stood already */
async function chargeTogether(deps: ChargeDeps, chunk: Charge[]): Promise<number> {
  let pending = chunk;
  await withRetries<void>(deps, async () => {
    while (pending.length > 0) {
      const entries = pending.map(({ entry }) => entry);
      const sum = entries.reduce((total, { chargedNanoUsd }) => total + chargedNanoUsd, 0n);
      const result = await deps.ledger.charge(
        entries,
        pending[0]?.affected ?? [],
        chargeChange(sum),
      );
      if (result.kind === 'done') return { done: undefined };
      if (result.kind === 'conflict') return 'conflict';
      const standing = new Set(result.positions);
      pending = pending.filter((_, position) => !standing.has(position));
    }
    return { done: undefined };
  });
  return chunk.length - pending.length;
}
