import type { OrganizationCall } from '../../domain/access/caller.ts';
import type { NanoUsd } from '../../domain/money.ts';
import {
  addDays,
  localDate,
  periodAt,
  type PeriodSpan,
  startOfDate,
} from '../../domain/periods.ts';
import { type Aggregate, hourOf, startOfBucket } from '../../domain/reporting/aggregates.ts';
import type { CostShare, CurrentCosts } from '../../domain/reporting/current-costs.ts';
import type { Dimension } from '../../domain/reporting/dimensions.ts';
import { projectDay, projectMonth } from '../../domain/reporting/projection.ts';
import {
  hoursBeginningIn,
  localDaysOf,
  type ReportRange,
  segmentsOf,
} from '../../domain/reporting/report-range.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { type DaySpend, spendOfLocalDays } from '../local-spend.ts';
import { requireOwnOrganization } from '../require-own-organization.ts';

export type CurrentCostsDeps = { analytics: Pick<TokenAnalyticsStore, 'listDay' | 'getHours'> };

const HOUR_MS = 3_600_000;
/** Days of hourly history: every weekday once. */
const DAYS_BY_HOUR = 7;
/** Days of history for projections: every weekday four times. */
const DAYS_BY_DAY = 28;

/**
 * Current spend of a scope this UTC hour, and this day and month of a time zone, with projections
 * for the day and month. An hour counts in the day in which it begins. Reads aggregates only, so the
 * number of items depends on the days in the month and the systems and models in use, never on the
 * number of requests.
 * @throws ServiceError `not-found` for another organization
 */
export async function currentCosts(
  { analytics }: CurrentCostsDeps,
  { organizationId, nowMs }: OrganizationCall,
  { timeZone, ...scope }: ScopeRef & { timeZone: string },
): Promise<CurrentCosts> {
  requireOwnOrganization(organizationId, scope);
  const hourMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  const day = inWholeHours(periodAt('daily', hourMs, timeZone));
  const month = inWholeHours(periodAt('monthly', hourMs, timeZone));
  const today = { fromMs: day.startsAtMs, toMs: hourMs + HOUR_MS };
  const fromMs = Math.min(historyStart(hourMs, timeZone), month.startsAtMs);
  const subject = { organizationId, ...scope };
  const [days, shares] = await Promise.all([
    spendOfLocalDays(analytics, subject, { fromMs, toMs: today.toMs, timeZone }),
    scope.scope === 'organization' ? sharesOf(analytics, organizationId, today) : undefined,
  ]);
  const { hours = [], costNanoUsd: spentToday = 0n } = days.at(-1) ?? {};
  const earlier = days.slice(0, -1);
  const history = knownDays(earlier);
  const projectedDay = {
    ...projectDay(
      hours,
      history.slice(-DAYS_BY_HOUR).map((past) => past.hours),
      nowMs - day.startsAtMs,
      lengthOf(day),
    ),
    span: day,
    spentNanoUsd: spentToday,
  };
  const spentBefore = earlier
    .filter((past) => past.fromMs >= month.startsAtMs)
    .reduce((total, { costNanoUsd }) => total + costNanoUsd, 0n);
  const projectedMonth = projectMonth(
    spentBefore,
    projectedDay,
    comingDays({ fromMs: day.endsAtMs, toMs: month.endsAtMs }, history, timeZone),
    {
      elapsedMs: nowMs - month.startsAtMs,
      lengthMs: lengthOf(month),
      days: history.length,
    },
  );
  return {
    scope,
    timeZone,
    hour: { startsAtMs: hourMs, spentNanoUsd: hours.at(-1) ?? 0n },
    day: projectedDay,
    month: { ...projectedMonth, span: month, spentNanoUsd: spentBefore + spentToday },
    ...(shares ? { shares } : {}),
  };
}

/** The hours that count in a period: those that begin in it. */
function inWholeHours(span: PeriodSpan): PeriodSpan {
  const { fromMs, toMs } = hoursBeginningIn({ fromMs: span.startsAtMs, toMs: span.endsAtMs });
  return { ...span, startsAtMs: fromMs, endsAtMs: toMs };
}

const lengthOf = ({ startsAtMs, endsAtMs }: PeriodSpan): number => endsAtMs - startsAtMs;

function historyStart(hourMs: number, timeZone: string): number {
  const first = startOfDate(addDays(localDate(hourMs, timeZone), -DAYS_BY_DAY), timeZone);
  return hoursBeginningIn({ fromMs: first, toMs: hourMs }).fromMs;
}

/**
 * The recent days used for projections. Days without spend count, but not the days up to and
 * including the first spend, which began partway through a day.
 */
function knownDays(days: readonly DaySpend[]): DaySpend[] {
  const first = days.findIndex(({ isPosted }) => isPosted);
  if (first < 0) return [];
  return days.slice(first === 0 ? 0 : first + 1).slice(-DAYS_BY_DAY);
}

/**
 * For each coming day, the costs of past days on the same weekday, or of all past days if there are
 * none.
 */
function comingDays(range: ReportRange, past: readonly DaySpend[], timeZone: string): NanoUsd[][] {
  const weekdayOf = ({ fromMs }: ReportRange): number =>
    new Date(localDate(fromMs, timeZone)).getUTCDay();
  return localDaysOf(range, timeZone).map((day) => {
    const alike = past.filter((other) => weekdayOf(other) === weekdayOf(day));
    return (alike.length > 0 ? alike : past).map(({ costNanoUsd }) => costNanoUsd);
  });
}

/** What each system and model cost today and in the last of its hours. */
async function sharesOf(
  analytics: CurrentCostsDeps['analytics'],
  organizationId: string,
  today: ReportRange,
) {
  const isToday = ({ bucket }: Aggregate): boolean =>
    startOfBucket(bucket) >= today.fromMs && startOfBucket(bucket) < today.toMs;
  const hour = hourOf(today.toMs - HOUR_MS);
  const by = async (dimension: Dimension): Promise<CostShare[]> => {
    const days = await Promise.all(
      segmentsOf(today).map(({ day }) =>
        analytics.listDay({ organizationId, dimension, granularity: 'hourly', day }),
      ),
    );
    const byValue = Map.groupBy(days.flat().filter(isToday), ({ value }) => value);
    return [...byValue]
      .map(([value, hours]) => ({
        key: hours.at(-1)?.spelling ?? value,
        id: value,
        hourNanoUsd: sumOf(hours.filter(({ bucket }) => bucket === hour)),
        dayNanoUsd: sumOf(hours),
      }))
      .toSorted((left, right) => (left.dayNanoUsd > right.dayNanoUsd ? -1 : 1));
  };
  const [system, model] = await Promise.all([by('system'), by('model')]);
  return { system, model };
}

const sumOf = (aggregates: readonly Aggregate[]): NanoUsd =>
  aggregates.reduce((total, { measures }) => total + measures.costNanoUsd, 0n);
