import type { OrganizationCall } from '../../domain/access/caller.ts';
import type { NanoUsd } from '../../domain/money.ts';
import { periodAt } from '../../domain/periods.ts';
import { type Aggregate, dayOf, hourOf, startOfBucket } from '../../domain/reporting/aggregates.ts';
import type { Dimension } from '../../domain/reporting/dimensions.ts';
import type { CostShare, CurrentCosts } from '../../domain/reporting/current-costs.ts';
import { projectDay, projectMonth } from '../../domain/reporting/projection.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { requireOwnOrganization } from '../require-own-organization.ts';

export type CurrentCostsDeps = {
  analytics: Pick<TokenAnalyticsStore, 'listDay' | 'listHours' | 'getDays' | 'getMany'>;
};

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Days of hourly history: every weekday once. */
const DAYS_BY_HOUR = 7;
/** Days of history for projections: every weekday four times. */
const DAYS_BY_DAY = 28;

/**
 * Current spend of a scope this UTC hour, day and month, with projections for the day and month.
 * Reads aggregates only, so the number of items depends on the days in the month and the systems
 * and models in use, never on the number of requests.
 * @throws ServiceError `not-found` for another organization
 */
export async function currentCosts(
  { analytics }: CurrentCostsDeps,
  { organizationId, nowMs }: OrganizationCall,
  scope: ScopeRef,
): Promise<CurrentCosts> {
  requireOwnOrganization(organizationId, scope);
  const day = periodAt('daily', nowMs, 'UTC');
  const month = periodAt('monthly', nowMs, 'UTC');
  const [todayHours, earlier, shares] = await Promise.all([
    hoursOf(analytics, organizationId, scope, day.key),
    earlierDays(analytics, organizationId, scope, {
      dayMs: day.startsAtMs,
      monthMs: month.startsAtMs,
    }),
    scope.scope === 'organization' ? sharesOf(analytics, organizationId, nowMs) : undefined,
  ]);
  const historyByHour = await Promise.all(
    earlier.days
      .slice(-DAYS_BY_HOUR)
      .map(async ({ day: key, cost }) =>
        cost === 0n ? HOURLESS : hoursOf(analytics, organizationId, scope, key),
      ),
  );
  const spentToday = todayHours.reduce((total, cost) => total + cost, 0n);
  const today = {
    ...projectDay(todayHours, historyByHour, nowMs - day.startsAtMs),
    span: day,
    spentNanoUsd: spentToday,
  };
  const projected = projectMonth(
    earlier.spentInMonth,
    today,
    comingDays(day.endsAtMs, month.endsAtMs, earlier.days),
    {
      elapsedMs: nowMs - month.startsAtMs,
      lengthMs: month.endsAtMs - month.startsAtMs,
      days: earlier.days.length,
    },
  );
  return {
    scope,
    hour: {
      startsAtMs: startOfBucket(hourOf(nowMs)),
      spentNanoUsd: todayHours[Math.floor((nowMs - day.startsAtMs) / HOUR_MS)] ?? 0n,
    },
    day: today,
    month: { ...projected, span: month, spentNanoUsd: earlier.spentInMonth + spentToday },
    ...(shares ? { shares } : {}),
  };
}

type Analytics = CurrentCostsDeps['analytics'];
type DayCost = { day: string; cost: NanoUsd };

const HOURLESS: NanoUsd[] = Array<NanoUsd>(24).fill(0n);

const costOf = ({ measures }: Aggregate): NanoUsd => measures.costNanoUsd;

/** The cost of each hour of a day. */
async function hoursOf(
  analytics: Analytics,
  organizationId: string,
  { scope, scopeId }: ScopeRef,
  day: string,
): Promise<NanoUsd[]> {
  const hours = [...HOURLESS];
  for (const aggregate of await analytics.listHours(
    { organizationId, dimension: scope, value: scopeId },
    day,
  )) {
    hours[Number(aggregate.bucket.slice(11))] = costOf(aggregate);
  }
  return hours;
}

/**
 * The month's cost before today, and the recent days used for projections. Days without spend
 * count, but not the days up to and including the first spend, which began partway through a day.
 */
async function earlierDays(
  analytics: Analytics,
  organizationId: string,
  { scope, scopeId }: ScopeRef,
  { dayMs, monthMs }: { dayMs: number; monthMs: number },
): Promise<{ spentInMonth: NanoUsd; days: DayCost[] }> {
  const firstMs = dayMs - DAYS_BY_DAY * DAY_MS;
  const days: string[] = [];
  for (let atMs = Math.min(firstMs, monthMs); atMs < dayMs; atMs += DAY_MS) {
    days.push(dayOf(atMs));
  }
  const sums = await analytics.getDays({ organizationId, dimension: scope, value: scopeId }, days);
  const costs = new Map(sums.map((aggregate) => [aggregate.bucket, costOf(aggregate)]));
  const first = sums[0]?.bucket;
  const knownDays = days
    .filter((day) => first !== undefined && (day > first || first === days[0]))
    .map((day) => ({ day, cost: costs.get(day) ?? 0n }));
  const spentInMonth = sums
    .filter(({ bucket }) => bucket >= dayOf(monthMs))
    .reduce((total, aggregate) => total + costOf(aggregate), 0n);
  return { spentInMonth, days: knownDays.slice(-DAYS_BY_DAY) };
}

/**
 * For each coming day, the costs of past days on the same weekday, or of all past days if there are
 * none.
 */
function comingDays(fromMs: number, toMs: number, pastDays: readonly DayCost[]): NanoUsd[][] {
  const coming: NanoUsd[][] = [];
  for (let atMs = fromMs; atMs < toMs; atMs += DAY_MS) {
    const alike = pastDays.filter(({ day }) => (atMs - startOfBucket(day)) % (7 * DAY_MS) === 0);
    coming.push((alike.length > 0 ? alike : pastDays).map(({ cost }) => cost));
  }
  return coming;
}

async function sharesOf(analytics: Analytics, organizationId: string, nowMs: number) {
  const by = async (dimension: Dimension): Promise<CostShare[]> => {
    const today = await analytics.listDay({
      organizationId,
      dimension,
      granularity: 'daily',
      day: dayOf(nowMs),
    });
    const hours = await analytics.getMany(
      today.map((aggregate) => ({ ...aggregate, granularity: 'hourly', bucket: hourOf(nowMs) })),
    );
    const inHour = new Map(hours.map((aggregate) => [aggregate.value, costOf(aggregate)]));
    return today
      .map((aggregate) => ({
        key: aggregate.spelling ?? aggregate.value,
        hourNanoUsd: inHour.get(aggregate.value) ?? 0n,
        dayNanoUsd: costOf(aggregate),
      }))
      .toSorted((left, right) => (left.dayNanoUsd > right.dayNanoUsd ? -1 : 1));
  };
  const [system, model] = await Promise.all([by('system'), by('model')]);
  return { system, model };
}
