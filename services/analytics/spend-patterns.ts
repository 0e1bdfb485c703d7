import type { Telemetry } from '../../contracts/telemetry.ts';
import { patternAlertOf } from '../../domain/alerts/pattern-alert.ts';
import { type Classified, classifyPattern } from '../../domain/patterns/classify-pattern.ts';
import {
  followPattern,
  isReviewDue,
  type PatternHistory,
  unreviewedUntil,
} from '../../domain/patterns/pattern-history.ts';
import { addDays, DEFAULT_TIME_ZONE } from '../../domain/periods.ts';
import { dayOf, startOfBucket } from '../../domain/reporting/aggregates.ts';
import type { NamedScope } from '../../domain/scopes.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import type { PatternReview, UsagePatternStore } from '../../tables/usage-patterns.ts';
import type { AlertPublisher } from '../alerts/alert-publisher.ts';
import { publishQuietly } from '../alerts/publish-quietly.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { type DailySpend, dailySpend, spendSince, type Subject } from './daily-spend.ts';
import { ALL_WRITTEN } from './read-stretches.ts';

type Analytics = Pick<TokenAnalyticsStore, 'getHours' | 'listDay' | 'listActiveOrganizations'>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The first monitor run of a UTC day reviews patterns. */
const REVIEWED_WITHIN_MS = 900_000;
/** Users are too many to review; their history is computed when somebody asks. */
const REVIEWED_SCOPES: readonly NamedScope[] = ['department', 'system', 'model'];
/** Most scopes of a kind that one run reviews. */
const MOST_SCOPES = 500;
/**
 * Most scopes of an organization that one run reviews for the first time, which reads all of their
 * days; the others follow on the next days.
 */
export const MOST_FIRST_REVIEWS = 50;
/** Days before the last review that are read again, for usage that came late. */
export const LATE_DAYS = 7;
/** The classifier looks back a year. */
const KEPT_DAYS = 371;
/** Digits of the kept days, which decide nothing but a name. */
const KEPT_DIGITS = 6;
const CONCURRENT_ORGANIZATIONS = 2;
const CONCURRENT_SCOPES = 4;

export type SpendPattern = {
  /** What all days through yesterday suggest. */
  classified: Classified;
  /** The names over time; `undefined` before there are two weeks of days. */
  history: PatternHistory | undefined;
  until: string;
  historyDays: number;
};

/** The pattern of whole UTC days through yesterday, with the names that it had. */
export async function patternOfSpend(
  {
    analytics,
    patterns,
  }: { analytics: Pick<Analytics, 'getHours'>; patterns: Pick<UsagePatternStore, 'get'> },
  subject: Subject,
  nowMs: number,
): Promise<SpendPattern> {
  const [days, stored] = await Promise.all([
    dailySpend(analytics, subject, nowMs),
    patterns.get(subject),
  ]);
  return {
    classified: classifyPattern(days.values),
    history: followPattern(stored?.history, days),
    until: dayOf(nowMs - DAY_MS),
    historyDays: days.values.length,
  };
}

export type PatternDeps = {
  analytics: Analytics;
  patterns: UsagePatternStore;
  alerts: AlertPublisher;
  telemetry: Telemetry;
  retentionDays: number;
};

/**
 * Reviews the pattern of every organization that spent yesterday, and of its departments, systems
 * and models, once a week each, and reports a new name. Runs once a day. Failures are logged and do
 * not stop the monitor; what was missed is reviewed the next day.
 */
export async function reviewPatterns(deps: PatternDeps, nowMs: number): Promise<void> {
  if (nowMs % DAY_MS >= REVIEWED_WITHIN_MS) return;
  const yesterday = dayOf(nowMs - DAY_MS);
  const active = await deps.analytics.listActiveOrganizations(yesterday);
  await mapConcurrently(active, CONCURRENT_ORGANIZATIONS, async (organizationId) => {
    try {
      const subjects = await subjectsToReview(deps.analytics, organizationId, yesterday);
      const firsts = { left: MOST_FIRST_REVIEWS };
      await mapConcurrently(subjects, CONCURRENT_SCOPES, (subject) =>
        reviewPattern(deps, subject, { nowMs, firsts }),
      );
    } catch (error) {
      deps.telemetry.error('PATTERNS_NOT_REVIEWED', { error, organizationId });
    }
  });
}

async function subjectsToReview(
  analytics: Analytics,
  organizationId: string,
  day: string,
): Promise<Subject[]> {
  const below = await mapConcurrently(REVIEWED_SCOPES, CONCURRENT_SCOPES, async (scope) => {
    const partition = { organizationId, dimension: scope, granularity: 'daily', day } as const;
    const sums = await analytics.listDay(partition, { ...ALL_WRITTEN, most: MOST_SCOPES });
    return sums.map(({ value }): Subject => ({ organizationId, scope, scopeId: value }));
  });
  return [{ organizationId, scope: 'organization', scopeId: organizationId }, ...below.flat()];
}

async function reviewPattern(
  deps: PatternDeps,
  subject: Subject,
  { nowMs, firsts }: { nowMs: number; firsts: { left: number } },
): Promise<void> {
  const stored = await deps.patterns.get(subject);
  const isLastUntold = stored?.isUntold && !(await tellPattern(deps, subject, stored, nowMs));
  if (stored && !isReviewDue(stored, dayOf(nowMs - DAY_MS))) return;
  if (!stored?.spend) {
    if (firsts.left === 0) return;
    firsts.left -= 1;
  }
  const spend = await spendNow(deps.analytics, subject, { kept: stored?.spend, nowMs });
  if (spend.values.length === 0) return;
  const history = followPattern(stored?.history, spend);
  const reviewedUntil = history?.reviewedUntil ?? unreviewedUntil(spend.firstDay);
  const { retentionDays } = deps;
  const [before, after] = [stored?.history, history].map((item) => item?.names.at(-1));
  const isUntold = (before !== undefined && after?.since !== before.since) || isLastUntold;
  const review = { history, reviewedUntil, spend, ...(isUntold ? { isUntold } : {}) };
  const isNew = await deps.patterns.put(subject, review, { nowMs, retentionDays });
  if (isNew && isUntold) await tellPattern(deps, subject, review, nowMs);
}

/**
 * Tells people of the last name. If the queue does not accept the alert, the next day tries again.
 * @returns whether they were told
 */
async function tellPattern(
  deps: PatternDeps,
  subject: Subject,
  review: PatternReview,
  nowMs: number,
): Promise<boolean> {
  const [before, after] = review.history?.names.slice(-2) ?? [];
  if (!before || !after) return true;
  if (!(await publishQuietly(deps, patternAlertOf(subject, { before, after }, nowMs))))
    return false;
  const { retentionDays } = deps;
  await deps.patterns.put(subject, { ...review, isUntold: undefined }, { nowMs, retentionDays });
  return true;
}

/** The days through yesterday: those that the last review kept, and what is newer. */
async function spendNow(
  analytics: Analytics,
  subject: Subject,
  { kept, nowMs }: { kept: DailySpend | undefined; nowMs: number },
): Promise<DailySpend> {
  if (!kept) return shortened(await dailySpend(analytics, subject, nowMs));
  const through = Math.max(0, kept.values.length - LATE_DAYS);
  const fromDay = addDays(kept.firstDay, through);
  const timeZone = DEFAULT_TIME_ZONE;
  const newer = await spendSince(analytics, subject, { nowMs, timeZone, fromDay });
  const quietDays = daysBetween(fromDay, newer.firstDay);
  const values = [
    ...kept.values.slice(0, through),
    ...Array<number>(quietDays).fill(0),
    ...newer.values,
  ];
  return shortened({ values, firstDay: kept.firstDay });
}

/** No more days and digits than names need, which keeps the item below a read unit. */
function shortened({ values, firstDay }: DailySpend): DailySpend {
  const left = Math.max(0, values.length - KEPT_DAYS);
  return {
    values: values.slice(left).map((value) => Number(value.toPrecision(KEPT_DIGITS))),
    firstDay: addDays(firstDay, left),
  };
}

const daysBetween = (first: string, second: string): number =>
  Math.round((startOfBucket(second) - startOfBucket(first)) / DAY_MS);
