import * as z from 'zod';
import { MOST_PATTERN_CHARACTERS } from '../domain/caching/pattern.ts';
import { PATTERNS } from '../domain/patterns/classify-pattern.ts';
import { NAMING_REASONS } from '../domain/patterns/pattern-history.ts';
import { anomaliesView } from './anomalies.ts';
import { identifier, instantText, plainText, scope, usdText } from './fields.ts';
import { dayText, levelStep, share, spentForecastView, subjectView } from './forecasts.ts';
import { dateOrInstant, timeZoneQuery } from './reports.ts';
import { defineRoute } from './route.ts';

const subjectQuery = {
  scope: scope.default('organization'),
  scopeId: identifier.optional().meta({
    description: "Required for every scope except the organization, which is the caller's own",
  }),
};
export const patternQuery = z.strictObject(subjectQuery);
export const forecastQuery = z.strictObject({
  ...subjectQuery,
  days: z
    .string()
    .regex(/^([1-9]|[12][0-9]|3[01])$/, 'must be a whole number from 1 to 31')
    .transform(Number)
    .default(7)
    .meta({ description: '1 to 31; default 7', example: '7' }),
  timeZone: timeZoneQuery,
});
export const anomalyQuery = z.strictObject({
  ...subjectQuery,
  from: dateOrInstant.optional().meta({ description: 'Default: seven days before `to`' }),
  to: dateOrInstant.optional().meta({ description: 'Exclusive. Default: the last whole hour' }),
});

const patternEvidence = z.object({
  pattern: z.enum(PATTERNS),
  sizePercent: z.number().meta({ description: 'Average movement as a share of the level' }),
  strength: share.meta({ description: 'Its share of all movement in the series' }),
  byChance: share.meta({ description: 'Probability that noise alone looks like this' }),
});

export const patternView = z
  .object({
    ...subjectView,
    pattern: z.enum(PATTERNS).meta({
      description: 'Stays until evidence against it lasts five weekly reviews or leaves no doubt',
    }),
    since: dayText
      .nullable()
      .meta({ description: 'Last day known when it got this name; null in its first two weeks' }),
    challenger: z
      .object({ pattern: z.enum(PATTERNS), weeks: z.int() })
      .nullable()
      .meta({ description: 'Another pattern that the latest weekly reviews suggest' }),
    history: z
      .array(
        z.object({
          pattern: z.enum(PATTERNS),
          since: dayText,
          reason: z.enum(NAMING_REASONS).meta({
            description:
              'first: its first name. lasting: the evidence lasted five weeks. clear: the evidence left no doubt',
          }),
          weeklyChangePercent: z.number(),
          evidence: patternEvidence.nullable().meta({ description: 'null if steady' }),
        }),
      )
      .meta({ description: 'Its names so far, newest first, at most 20' }),
    suggested: z.enum(PATTERNS).meta({ description: 'What all days through yesterday suggest' }),
    confidence: share.meta({
      description: 'In the suggested pattern; 0 with fewer than 14 days of history',
    }),
    step: levelStep.meta({
      description:
        'The last time the level changed from one day to the next and stayed there. The suggested pattern, its evidence and the weekly change are of what follows',
    }),
    summary: z.string().meta({
      description: 'The suggested pattern and the step before it, in words',
      example: 'Stepped up on 2026-11-03 from 40 to 80 USD a day, steady since.',
    }),
    weeklyChangePercent: z
      .number()
      .meta({ description: 'Since the last step; 0 in the two weeks after it' }),
    noisePercent: z.number().meta({ description: 'Mean unexplained deviation of a day' }),
    evidence: z.array(patternEvidence),
    historyDays: z.int(),
    until: dayText,
  })
  .meta({ id: 'SpendPattern' });

export const cacheStatsView = z
  .object({
    from: dayText,
    hits: z.int(),
    misses: z.int(),
    hitRate: share.nullable().meta({ description: 'null if there were no requests' }),
    responses: z
      .object({
        hits: z.int(),
        misses: z.int().meta({ description: 'Calls that asked for the cache and were made' }),
        hitRate: share.nullable().meta({ description: 'null if no call asked for the cache' }),
        savedUsd: usdText.meta({ description: 'What the answers had cost that were given again' }),
      })
      .meta({ description: 'Answers of models, through the gateway' }),
  })
  .meta({ id: 'AnalyticsCacheStats' });

const cacheInvalidation = z
  .strictObject({
    pattern: plainText(MOST_PATTERN_CHARACTERS)
      .min(1, 'must not be empty; * matches everything')
      .optional()
      .meta({
        description:
          'Names of answers, which are <system>/<operation>/<hash>/<form>; * stands for any characters',
        example: 'help-desk/*',
      }),
    system: identifier.optional(),
    operation: identifier.optional(),
  })
  .refine(
    ({ pattern, system, operation }) =>
      pattern === undefined || (system ?? operation) === undefined,
    { path: ['pattern'], message: 'cannot be combined with system or operation' },
  )
  .meta({ id: 'CacheInvalidationInput' });

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
    summary: 'What a scope will spend on the next days, including today, with intervals',
    roles: READERS,
    access: { subject: 'scope', in: 'query' },
    query: forecastQuery,
    responses: { 200: { description: 'The forecast', schema: spentForecastView } },
  }),
  listAnomalies: defineRoute({
    method: 'GET',
    path: '/v1/anomalies',
    summary:
      'Spikes and lasting steps of spending in a scope that were seen in a range, who is new and took a fifth of the bill, and why, over at most 31 days',
    roles: READERS,
    access: { subject: 'scope', in: 'query' },
    query: anomalyQuery,
    responses: { 200: { description: 'Anomalies, the newest first', schema: anomaliesView } },
  }),
  getCacheStats: defineRoute({
    method: 'GET',
    path: '/v1/cache/stats',
    summary: 'How often the caches of analytics and of answers answered in the last seven days',
    roles: READERS,
    access: { subject: 'organization' },
    responses: { 200: { description: 'Hits and misses', schema: cacheStatsView } },
  }),
  invalidateCache: defineRoute({
    method: 'POST',
    path: '/v1/cache/invalidate',
    summary:
      'Clear the cache: answers of models by pattern, system or operation, or everything without a body',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    idempotencyKey: 'remembered',
    body: cacheInvalidation,
    isBodyOptional: true,
    responses: {
      200: {
        description: 'What was cleared is not given again, by any process',
        schema: z
          .object({
            invalidatedAt: instantText,
            removedAnswers: z.int().meta({ description: 'Answers of models that were deleted' }),
          })
          .meta({ id: 'CacheInvalidation' }),
      },
    },
  }),
};
