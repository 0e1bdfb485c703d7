import { randomUUID } from 'node:crypto';
import { forecastSpend } from '../../../services/analytics/analyze-spend.ts';
import { anomaliesOfSpend } from '../../../services/analytics/spend-anomalies.ts';
import { patternOfSpend } from '../../../services/analytics/spend-patterns.ts';
import { adviceStores } from '../../../composition/advice.ts';
import { analyticsServices } from '../../../composition/analytics.ts';
import { reportServices } from '../../../composition/reporting.ts';
import { SILENT } from '../../../composition/world.ts';
import { giveAdvice } from '../../../services/advice/give-advice.ts';
import { REQUESTS_AT_ONCE } from '../../../services/advice/manage-recommendations.ts';
import { currentCosts } from '../../../services/reporting/current-costs.ts';
import { reportCosts } from '../../../services/reporting/report-costs.ts';
import type { DynamoDb } from '../../../tables/dynamodb.ts';

/** One analytics question: its HTTP request, and the code that answers it. */
export type AnalyticsQuestion = {
  name: string;
  path: string;
  /** `cached`: by the analytics cache; `stored`: computed once, then nightly; or never cached. */
  kept: 'cached' | 'stored' | 'never';
  /** Answers it without the cache. */
  read: () => Promise<unknown>;
  /** Answers it from stored results. */
  readAgain?: () => Promise<unknown>;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
const REPORT_DAYS = [1, 30, 90];
const timeZone = 'UTC';

/** Questions about one organization whose usage is in `db`. */
export function analyticsQuestions(
  db: DynamoDb,
  organizationId: string,
  nowMs: number,
): AnalyticsQuestion[] {
  const { analytics, settings } = reportServices(db, { entryShards: [], now: () => nowMs });
  const { cached, patterns } = analyticsServices(db, {
    telemetry: SILENT,
    version: 'bench',
    entryShards: [],
  });
  const subject = { organizationId, scope: 'organization', scopeId: organizationId } as const;
  const hourMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  const report = (groupBy: 'user' | 'department', days: number) => () =>
    reportCosts(
      { analytics, settings },
      {
        organizationId,
        groupBy,
        granularity: 'total',
        range: { fromMs: hourMs - days * DAY_MS, toMs: hourMs },
      },
    );
  const range = (days: number): string =>
    `from=${new Date(hourMs - days * DAY_MS).toISOString()}&to=${new Date(hourMs).toISOString()}`;
  const kept = (
    name: string,
    path: string,
    sums: 'days' | 'hours',
    make: () => Promise<unknown>,
  ): AnalyticsQuestion => {
    const question = { organizationId, key: `bench#${randomUUID()}`, sums, nowMs };
    const read = () => cached.answer(question, make);
    return { name, path, kept: 'cached', read, readAgain: read };
  };
  return [
    ...REPORT_DAYS.map((days) => ({
      name: `report by user, ${days} d`,
      path: `/v1/reports/costs?groupBy=user&${range(days)}`,
      kept: 'never' as const,
      read: report('user', days),
    })),
    {
      name: 'chargeback, 30 d',
      path: `/v1/reports/chargeback?${range(30)}`,
      kept: 'never',
      read: async () => [
        await report('department', 30)(),
        await settings.allocations(organizationId),
      ],
    },
    {
      name: 'costs/current',
      path: '/v1/costs/current',
      kept: 'never',
      read: () => currentCosts({ analytics }, { organizationId, nowMs }, { ...subject, timeZone }),
    },
    kept('forecast, 7 d', '/v1/forecasts', 'days', () =>
      forecastSpend(analytics, subject, { days: 7, nowMs, timeZone }),
    ),
    kept('pattern', '/v1/patterns', 'days', () =>
      patternOfSpend({ analytics, patterns }, subject, nowMs),
    ),
    kept('anomalies, 7 d', '/v1/anomalies', 'hours', () =>
      anomaliesOfSpend(analytics, subject, { fromMs: hourMs - WEEK_MS, toMs: hourMs }),
    ),
    recommendations(db, organizationId, nowMs),
  ];
}

function recommendations(db: DynamoDb, organizationId: string, nowMs: number): AnalyticsQuestion {
  const deps = {
    ...adviceStores(db, { now: () => nowMs, entryShards: [] }),
    // Only a deployment's operator gets advice on its warm functions.
    warmth: { factsFor: () => Promise.resolve(undefined) },
  };
  const readAgain = () => deps.recommendations.list(organizationId);
  return {
    name: 'recommendations',
    path: '/v1/recommendations',
    kept: 'stored',
    read: async () => [
      await giveAdvice(
        deps,
        { organizationId, nowMs },
        { items: [], maxRequests: REQUESTS_AT_ONCE },
      ),
      await readAgain(),
    ],
    readAgain,
  };
}
