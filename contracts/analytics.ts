import * as z from 'zod';
import { BASES } from '../domain/anomalies/detect-anomalies.ts';
import { EFFECTS } from '../domain/anomalies/explain-anomaly.ts';
import { METHODS } from '../domain/forecasting/methods.ts';
import { PATTERNS } from '../domain/patterns/classify-pattern.ts';
import { SCOPES } from '../domain/scopes.ts';
import { identifier, instantText, usdText } from './fields.ts';
import { dateOrInstant } from './reports.ts';
import { defineRoute } from './route.ts';

const subjectQuery = {
  scope: z.enum(SCOPES).default('organization'),
  scopeId: identifier.optional().meta({
    description: "Needed for any scope but the organization, which is the caller's own",
  }),
};
const subjectView = { scope: z.enum(SCOPES), scopeId: z.string() };

const dayText = z.string().meta({ description: 'UTC day', example: '2026-11-21' });
const share = z.number().min(0).max(1);

export const patternQuery = z.strictObject(subjectQuery);
export const forecastQuery = z.strictObject({
  ...subjectQuery,
  days: z
    .string()
    .regex(/^([1-9]|[12][0-9]|3[01])$/, 'must be a whole number from 1 to 31')
    .transform(Number)
    .default(7)
    .meta({ description: 'From 1 to 31; default 7', example: '7' }),
});
export const anomalyQuery = z.strictObject({
  ...subjectQuery,
  from: dateOrInstant.optional().meta({ description: 'Default: seven days before `to`' }),
  to: dateOrInstant.optional().meta({ description: 'Excluded. Default: the last whole hour' }),
});

export const patternView = z
  .object({
    ...subjectView,
    pattern: z.enum(PATTERNS),
    confidence: share.meta({ description: '0 where fewer than 14 days are known' }),
    weeklyChangePercent: z.number(),
    noisePercent: z.number().meta({ description: 'Mean deviation of a day that nothing explains' }),
    evidence: z.array(
      z.object({
        pattern: z.enum(PATTERNS),
        sizePercent: z.number().meta({ description: 'How much of the level it moves on average' }),
        strength: share.meta({ description: 'Its part of all that moves the series' }),
        byChance: share.meta({ description: 'Probability that noise alone shows as much' }),
      }),
    ),
    historyDays: z.int(),
    until: dayText,
  })
  .meta({ id: 'SpendPattern' });

const amountView = {
  expectedUsd: usdText,
  low80Usd: usdText,
  high80Usd: usdText,
  low95Usd: usdText,
  high95Usd: usdText,
};

export const forecastView = z
  .object({
    ...subjectView,
    currency: z.literal('USD'),
    days: z.array(z.object({ day: dayText, ...amountView })),
    total: z.object(amountView),
    accuracy: z
      .object({
        day: share.meta({ description: '1 − Σ|forecast − actual| / Σ actual' }),
        total: share.meta({ description: 'The same of the sum' }),
        forecasts: z.int().meta({ description: 'Past days from which forecasts were tried' }),
      })
      .nullable()
      .meta({ description: "On the scope's own last ten weeks; null where none could be tried" }),
    reliable: z.boolean(),
    uncertainty: z.enum(['short-history', 'inaccurate-so-far']).nullable(),
    methods: z.array(z.object({ method: z.enum(METHODS), share })),
    historyDays: z.int(),
  })
  .meta({ id: 'SpendForecast' });

/** As it is shown; what is spent today is read anew, whatever the rest was made of. */
export const spentForecastView = forecastView
  .extend({
    spentTodayUsd: usdText.meta({
      description:
        'Until now. Once it is more than was expected of today, the rest of the day is expected to go on as days do',
    }),
  })
  .meta({ id: 'SpentForecast' });

export const anomalyView = z
  .object({
    from: instantText,
    to: instantText.meta({ description: 'End of its last hour' }),
    direction: z.enum(['above', 'below']),
    actualUsd: usdText.meta({ description: 'Of those of its hours that are unlike others' }),
    expectedUsd: usdText.meta({ description: 'Of the same hours' }),
    score: z.number().meta({ description: 'The farthest hour or day, in robust spreads' }),
    comparedWith: z.enum(BASES).meta({
      description:
        'The hours of a week, of that hour of the day or of the week; or, of 24 hours, days or that weekday',
    }),
    explanation: z
      .object({
        comparedWithFrom: instantText,
        differenceUsd: usdText,
        cause: z.enum(EFFECTS),
        volumeUsd: usdText.meta({ description: 'More or fewer requests' }),
        mixUsd: usdText.meta({ description: 'Requests moved to dearer, cheaper or new models' }),
        sizeUsd: usdText.meta({ description: 'More or fewer tokens in a request' }),
        tokenMixUsd: usdText.meta({
          description: 'Dearer or cheaper kinds of tokens: more output, or less from a cache',
        }),
        priceUsd: usdText.meta({
          description: 'Another price of the same tokens: price lists, service tiers, corrections',
        }),
        movers: z
          .array(
            z.object({
              dimension: z.string(),
              value: z.string(),
              beforeUsd: usdText,
              afterUsd: usdText,
            }),
          )
          .meta({
            description:
              'Of each other dimension the value that moved most. Empty, with a mix of 0, where a scope below the organization had too many requests to look at, or they are no longer kept',
          }),
      })
      .nullable()
      .meta({
        description:
          'Against the same hours of the week before. Volume, mix, size, token mix and price add up exactly. ' +
          'null of all but the ten newest',
      }),
  })
  .meta({ id: 'SpendAnomaly' });

export const anomaliesView = z
  .object({ ...subjectView, from: instantText, to: instantText, items: z.array(anomalyView) })
  .meta({ id: 'SpendAnomalies' });

export const cacheStatsView = z
  .object({
    from: dayText,
    hits: z.int(),
    misses: z.int(),
    hitRate: share.nullable().meta({ description: 'null where nothing was asked' }),
  })
  .meta({ id: 'AnalyticsCacheStats' });

const READERS = ['viewer', 'caller', 'operator', 'admin'] as const;

export const analyticsRoutes = {
  getPattern: defineRoute({
    method: 'GET',
    path: '/v1/patterns',
    summary: 'Whether the spend of a scope is steady, growing, declining, spiky or seasonal',
    roles: READERS,
    access: { subject: 'scope', in: 'query' },
    query: patternQuery,
    responses: { 200: { description: 'The pattern, with evidence', schema: patternView } },
  }),
  getForecast: defineRoute({
    method: 'GET',
    path: '/v1/forecasts',
    summary: 'What a scope will spend on the next UTC days, today included, with intervals',
    roles: READERS,
    access: { subject: 'scope', in: 'query' },
    query: forecastQuery,
    responses: { 200: { description: 'The forecast', schema: spentForecastView } },
  }),
  listAnomalies: defineRoute({
    method: 'GET',
    path: '/v1/anomalies',
    summary: 'Hours and days on which a scope spent unlike before, and why, of at most 31 days',
    roles: READERS,
    access: { subject: 'scope', in: 'query' },
    query: anomalyQuery,
    responses: { 200: { description: 'Anomalies, the newest first', schema: anomaliesView } },
  }),
  getCacheStats: defineRoute({
    method: 'GET',
    path: '/v1/cache/stats',
    summary: 'How many analytics of the last seven days were answered from the cache',
    roles: READERS,
    access: { subject: 'organization' },
    responses: { 200: { description: 'Hits and misses', schema: cacheStatsView } },
  }),
  invalidateCache: defineRoute({
    method: 'POST',
    path: '/v1/cache/invalidate',
    summary: 'Make every cached result of analytics an old one',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    idempotencyKey: 'remembered',
    responses: {
      200: {
        description: 'Cached answers are dropped; the next requests recompute them',
        schema: z.object({ invalidatedAt: instantText }).meta({ id: 'CacheInvalidation' }),
      },
    },
  }),
};
