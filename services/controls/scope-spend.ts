import type { OrganizationCall } from '../../domain/access/caller.ts';
import type { ScopeSpend } from '../../domain/controls/breaches.ts';
import { spentWithinHour } from '../../domain/controls/spend-rate.ts';
import { bookedSpend, watchedSpend } from '../../domain/controls/watched-spend.ts';
import {
  daysOfPeriod,
  reviewedPeriods,
  watchedPeriods,
} from '../../domain/controls/watched-periods.ts';
import type { PeriodSpan } from '../../domain/periods.ts';
import {
  type Aggregate,
  type AggregateKey,
  endOfBucket,
  hourOf,
} from '../../domain/reporting/aggregates.ts';
import { NOTHING } from '../../domain/reporting/measures.ts';
import { canonicalScope, type Scope, type ScopeRef } from '../../domain/scopes.ts';
import type { BudgetSpendDeps } from './budget-spend.ts';
import type { WatchedScope } from './watched-levels.ts';
import {
  measuresByScope,
  readDimension,
  readHours,
  readScopes,
  type SumDeps,
} from './scope-sums.ts';

export type SpendDeps = SumDeps & BudgetSpendDeps;

const HOUR_MS = 3_600_000;
/** Reading a whole dimension costs about as much per day as requesting this fraction of it. */
const WHOLE_DIMENSION_ABOVE = 1 / 20;

/** A scope's spend in one day and, for a user, whose credential spent it in which department. */
export type DailySpend = ScopeSpend & {
  keyId?: string | undefined;
  departmentId?: string | undefined;
};

/** Converts a scope's daily sum. */
export const dailySpendOf = ({
  dimension,
  value,
  spelling,
  bucket,
  measures,
  keyId,
  departmentId,
}: Aggregate): DailySpend => ({
  scope: dimension as Scope,
  scopeId: value,
  spelling,
  period: 'daily',
  periodKey: bucket,
  endsAtMs: endOfBucket(bucket),
  spent: watchedSpend(measures),
  keyId,
  departmentId,
});

/**
 * Reads the scopes' spend on monitored days not read yet: a control depends on all of a scope's
 * spend, whichever sum changed.
 */
export async function unknownDailySpends(
  { analytics }: SpendDeps,
  { organizationId, nowMs }: OrganizationCall,
  scopes: readonly ScopeRef[],
  spends: readonly ScopeSpend[],
): Promise<DailySpend[]> {
  const keys = new Map(
    watchedPeriods('daily', nowMs).flatMap(({ key: bucket }) =>
      scopes.map(({ scope, scopeId }) => {
        const key: AggregateKey = {
          organizationId,
          dimension: scope,
          value: scopeId,
          granularity: 'daily',
          bucket,
        };
        return [dayText(scope, scopeId, bucket), key];
      }),
    ),
  );
  for (const { scope, scopeId, periodKey } of spends) {
    keys.delete(dayText(scope, scopeId, periodKey));
  }
  return (await analytics.getMany([...keys.values()])).map(dailySpendOf);
}

const dayText = (scope: Scope, scopeId: string, day: string): string =>
  [scope, scopeId, day].join('#');

/** The UTC days whose spend changed, by scope. */
export type ChangedDays = (ref: ScopeRef) => readonly string[];

/** What models spent on the monitored and the changed days. All forms of a model are one scope. */
export async function dailySpendsOfModels(
  deps: SpendDeps,
  { organizationId, nowMs }: OrganizationCall,
  models: readonly WatchedScope[],
  changedDaysOf: ChangedDays,
): Promise<ScopeSpend[]> {
  if (models.length === 0) return [];
  const spends: ScopeSpend[] = [];
  const days = models.flatMap(changedDaysOf);
  for (const span of reviewedPeriods('daily', nowMs, days)) {
    const aggregates = await readDimension(deps, organizationId, 'model', [span.key]);
    spends.push(...sumsByScope(models, span, aggregates));
  }
  return spends;
}

/** Spend within the last hour, for scopes that have an hourly level. */
export async function hourlySpends(
  deps: SpendDeps,
  { organizationId, nowMs }: OrganizationCall,
  scopes: readonly WatchedScope[],
): Promise<ScopeSpend[]> {
  const hourly = scopes.filter(({ levels }) => levels.some(({ period }) => period === 'hourly'));
  const [hour, hourBefore] = [hourOf(nowMs), hourOf(nowMs - HOUR_MS)];
  const hours = await readHours(deps, organizationId, hourly, [hour, hourBefore]);
  const spent = new Map<string, bigint>();
  for (const { dimension, value, bucket, measures } of hours) {
    const name = hourText({ scope: dimension as Scope, scopeId: value }, bucket);
    spent.set(name, (spent.get(name) ?? 0n) + bookedSpend(measures));
  }
  return hourly.map(({ scope, scopeId }) => {
    const spentIn = (bucket: string): bigint =>
      spent.get(hourText({ scope, scopeId }, bucket)) ?? 0n;
    const sums = { thisHour: spentIn(hour), hourBefore: spentIn(hourBefore) };
    return {
      scope,
      scopeId,
      period: 'hourly',
      periodKey: hour,
      // Spend of this hour counts until the end of the next.
      endsAtMs: endOfBucket(hour) + HOUR_MS,
      spent: spentWithinHour(sums, nowMs),
    };
  });
}

/**
 * Spend so far per monitored UTC week or month, for scopes that have an amount for that period. An
 * earlier one counts for scopes whose spend on one of its days changed.
 */
export async function spendsOfDays(
  deps: SpendDeps,
  { organizationId, nowMs }: OrganizationCall,
  { scopes, changedDaysOf }: { scopes: readonly WatchedScope[]; changedDaysOf: ChangedDays },
  period: 'weekly' | 'monthly',
): Promise<ScopeSpend[]> {
  const spends: ScopeSpend[] = [];
  const keysOf = (days: readonly string[]): Set<string> =>
    new Set(reviewedPeriods(period, nowMs, days).map(({ key }) => key));
  for (const span of reviewedPeriods(period, nowMs, scopes.flatMap(changedDaysOf))) {
    const reviewed = scopes.filter((scope) => keysOf(changedDaysOf(scope)).has(span.key));
    for (const [scope, ofScope] of Map.groupBy(reviewed, (candidate) => candidate.scope)) {
      const matching = ofScope.filter(({ levels }) =>
        levels.some((level) => level.period === period && 'amountNanoUsd' in level),
      );
      if (matching.length === 0) continue;
      const days = daysOfPeriod(span, nowMs);
      const isMost = matching.length > ofScope.length * WHOLE_DIMENSION_ABOVE;
      const aggregates =
        scope === 'model' || (isMost && scope !== 'organization')
          ? await readDimension(deps, organizationId, scope, days)
          : await readScopes(deps, organizationId, matching, days);
      spends.push(...sumsByScope(matching, span, aggregates));
    }
  }
  return spends;
}

const hourText = (ref: ScopeRef, hour: string): string =>
  [ref.scope, canonicalScope(ref).scopeId, hour].join('#');

function sumsByScope(
  scopes: readonly ScopeRef[],
  { period, key, endsAtMs }: PeriodSpan,
  aggregates: readonly Aggregate[],
): ScopeSpend[] {
  const sums = measuresByScope(aggregates);
  return scopes.map(({ scope, scopeId }) => ({
    scope,
    scopeId,
    period,
    periodKey: key,
    endsAtMs,
    spent: watchedSpend(sums.get(scopeId) ?? NOTHING),
  }));
}
