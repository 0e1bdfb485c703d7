import { analyticsRoutes as routes } from '../../contracts/analytics.ts';
import {
  anomaliesViewOf,
  forecastViewOf,
  patternViewOf,
  withSpentToday,
} from '../../contracts/analytics-views.ts';
import { newSpendersViewOf } from '../../contracts/new-spenders.ts';
import { answersOf } from '../../domain/caching/pattern.ts';
import { formatUsd } from '../../domain/money.ts';
import { DEFAULT_TIME_ZONE } from '../../domain/periods.ts';
import { rounded } from '../../contracts/rounded.ts';
import type { Scope } from '../../domain/scopes.ts';
import { forecastSpend, spentToday } from '../../services/analytics/analyze-spend.ts';
import type { AnswersManager } from '../../services/caching/manage-answers.ts';
import type { CachedAnalytics } from '../../services/analytics/cached-analytics.ts';
import type { Subject } from '../../services/analytics/daily-spend.ts';
import { anomaliesOfSpend } from '../../services/analytics/spend-anomalies.ts';
import { patternOfSpend } from '../../services/analytics/spend-patterns.ts';
import { stretchesFromRecords } from '../../services/analytics/read-stretches.ts';
import { invalidField } from '../../services/errors.ts';
import type { UsageListDeps } from '../../services/reporting/list-usage.ts';
import { type TimeZones, timeZoneFor } from '../../services/time-zones.ts';
import type { SpenderNewsStore } from '../../tables/spender-news.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import type { UsagePatternStore } from '../../tables/usage-patterns.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

type Deps = Edge & {
  analytics: TokenAnalyticsStore;
  usage: UsageListDeps['usage'];
  patterns: Pick<UsagePatternStore, 'get'>;
  spenders: Pick<SpenderNewsStore, 'get'>;
  cached: CachedAnalytics;
  answers: AnswersManager;
  timeZones: TimeZones;
};

const HOUR_MS = 3_600_000;
const DEFAULT_ANOMALY_HOURS = 7 * 24;
const MOST_ANOMALY_HOURS = 31 * 24;

/** Spend patterns, forecasts and anomalies, and the cache of these answers. */
export const createHandler = (deps: Deps) =>
  createHttpHandler(deps, [
    endpoint(routes.getPattern, async ({ query, caller, nowMs }) => {
      const subject = subjectOf(query, caller);
      const key = `pattern#${subject.scope}#${subject.scopeId}`;
      const question = { ...caller, key, sums: 'days', nowMs } as const;
      const body = await deps.cached.answer(question, async () =>
        patternViewOf(subject, await patternOfSpend(deps, subject, nowMs)),
      );
      return { status: 200, body };
    }),

    endpoint(routes.getForecast, async ({ query, caller, nowMs }) => {
      const subject = subjectOf(query, caller);
      const { days } = query;
      const timeZone = await timeZoneFor(deps.timeZones, caller.organizationId, query.timeZone);
      const key = `forecast#${subject.scope}#${subject.scopeId}#${days}#${timeZone}`;
      // A past day of another zone may lie partly in this UTC day.
      const sums = timeZone === DEFAULT_TIME_ZONE ? 'days' : 'hours';
      const body = await deps.cached.answer({ ...caller, key, sums, nowMs }, async () =>
        forecastViewOf(
          subject,
          await forecastSpend(deps.analytics, subject, { days, nowMs, timeZone }),
        ),
      );
      const today = await spentToday(deps.analytics, subject, { nowMs, timeZone });
      return { status: 200, body: withSpentToday(body, today) };
    }),

    endpoint(routes.listAnomalies, async ({ query, caller, nowMs }) => {
      const subject = subjectOf(query, caller);
      const range = anomalyRange(query, nowMs);
      const key = `anomalies#${subject.scope}#${subject.scopeId}#${range.fromMs}#${range.toMs}`;
      const question = { ...caller, key, sums: 'hours', nowMs } as const;
      const body = await deps.cached.answer(question, async () =>
        anomaliesViewOf(
          subject,
          range,
          await anomaliesOfSpend(deps.analytics, subject, range, stretchesFromRecords(deps)),
        ),
      );
      // The monitor may have told of one since the answer was kept.
      const news = await deps.spenders.get(caller.organizationId);
      const items = [...newSpendersViewOf(news, subject, range), ...body.items];
      return { status: 200, body: { ...body, items: items.toSorted(newestFirst) } };
    }),

    endpoint(routes.getCacheStats, async ({ caller, nowMs }) => {
      const { organizationId } = caller;
      const [{ from, ...analytics }, { savedNanoUsd, ...answers }] = await Promise.all([
        deps.cached.stats(organizationId, nowMs),
        deps.answers.stats(organizationId, nowMs),
      ]);
      const responses = { ...withRate(answers), savedUsd: formatUsd(savedNanoUsd) };
      return { status: 200, body: { from, ...withRate(analytics), responses } };
    }),

    endpoint(routes.invalidateCache, async ({ body, nowMs, call }) => {
      const { pattern = answersOf(body) } = body;
      if (Object.keys(body).length === 0) await deps.cached.invalidate(call);
      const removedAnswers = await deps.answers.invalidate(call, pattern);
      return {
        status: 200,
        body: { invalidatedAt: new Date(nowMs).toISOString(), removedAnswers },
      };
    }),
  ]);

const newestFirst = (left: { from: string }, right: { from: string }): number =>
  left.from < right.from ? 1 : left.from > right.from ? -1 : 0;

const withRate = ({ hits, misses }: { hits: number; misses: number }) => ({
  hits,
  misses,
  hitRate: hits + misses > 0 ? rounded(hits / (hits + misses)) : null,
});

function subjectOf(
  { scope, scopeId }: { scope: Scope; scopeId?: string | undefined },
  { organizationId }: { organizationId: string },
): Subject {
  if (scope === 'organization') {
    if (scopeId !== undefined && scopeId !== organizationId) {
      throw invalidField('scopeId', "must be the caller's own organization, or left out");
    }
    return { organizationId, scope, scopeId: organizationId };
  }
  if (scopeId === undefined) throw invalidField('scopeId', `is needed for a ${scope}`);
  return { organizationId, scope, scopeId };
}

/** A range of complete hours. */
function anomalyRange(
  { from, to }: { from?: number | undefined; to?: number | undefined },
  nowMs: number,
): { fromMs: number; toMs: number } {
  const toMs = Math.floor(Math.min(to ?? nowMs, nowMs) / HOUR_MS) * HOUR_MS;
  const fromMs =
    from === undefined
      ? toMs - DEFAULT_ANOMALY_HOURS * HOUR_MS
      : Math.floor(from / HOUR_MS) * HOUR_MS;
  if (fromMs >= toMs) throw invalidField('from', 'must be before `to` and in a past hour');
  if (toMs - fromMs > MOST_ANOMALY_HOURS * HOUR_MS) {
    throw invalidField('from', 'must be at most 31 days before `to`');
  }
  return { fromMs, toMs };
}
