import type { UsageEvent } from '../../contracts/usage.ts';
import { type Call, isOperators } from '../../domain/access/caller.ts';
import { balanceNameOf, type BudgetStanding } from '../../domain/ledger/budget.ts';
import { entryCounts } from '../../domain/ledger/entry-counts.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { chargedAmounts, type EventCost } from '../../domain/ledger/event-cost.ts';
import { answerOf, traitsOf } from '../../domain/ledger/request-traits.ts';
import { givenIdsOf } from '../../domain/naming/naming.ts';
import { termsOf } from './price-event.ts';

/** The charge of a usage event, in every budget that applies. */
export function entryOfEvent(
  call: Call,
  { event, cost, requestDigest }: { event: UsageEvent; cost: EventCost; requestDigest: string },
  standings: readonly BudgetStanding[],
): Entry {
  const { organizationId, actor, nowMs } = call;
  const counts = entryCounts(standings, 0);
  const traits = traitsOf(event);
  const answer = answerOf({ ...event.reported, ...event });
  return {
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
    ...termsOf(event),
    sessionId: event.sessionId,
    tags: event.tags,
    ...(traits ? { traits } : {}),
    state: 'settled',
    amountNanoUsd: 0n,
    ...chargedAmounts(cost, isOperators(call), nowMs),
    balances: standings.map(({ home }) => balanceNameOf(home.ref)),
    ...(counts ? { counts } : {}),
    occurredAtMs: event.at,
    closedAtMs: nowMs,
    version: 1,
    requestDigest,
    usage: event.usage,
    ...(event.maxOutputTokens === undefined ? {} : { maxOutputTokens: event.maxOutputTokens }),
    latencyMs: event.latencyMs,
    quality: event.quality,
    ...(answer ? { answer } : {}),
    ...(cost.savedNanoUsd === undefined
      ? {}
      : { saving: { savedNanoUsd: cost.savedNanoUsd, lostCacheNanoUsd: 0n } }),
  };
}
