import * as z from 'zod';
import { BANDS, type Comparison, unitCostOf } from '../domain/benchmarks/compare-unit-costs.ts';
import type { OwnUse } from '../domain/benchmarks/compare-unit-costs.ts';
import {
  type Figure,
  FIGURE_BASES,
  type Profile,
  UNIT_METRICS,
} from '../domain/benchmarks/profile.ts';
import { formatUsd, type NanoUsd } from '../domain/money.ts';
import { UNASSIGNED } from '../domain/reporting/dimensions.ts';
import { identifier, instantText, plainText, usd, usdText } from './fields.ts';
import { defineRoute } from './route.ts';

const MOST_FIGURES = 50;

export const benchmarksQuery = z.strictObject({
  industry: identifier.default('hospitality').meta({ example: 'hospitality' }),
  days: z
    .string()
    .regex(/^([1-9]|[1-8][0-9]|90)$/, 'must be a whole number from 1 to 90')
    .transform(Number)
    .default(30)
    .meta({ description: 'Complete UTC days before today, 1 to 90; default 30', example: '30' }),
});

const figureInput = z
  .strictObject({
    metric: z.enum(UNIT_METRICS),
    operation: identifier.optional().meta({ description: 'Default: all requests' }),
    lowUsd: usd.meta({ description: 'A quarter of comparable costs are lower' }),
    typicalUsd: usd,
    highUsd: usd.meta({ description: 'A quarter of comparable costs are higher' }),
    basis: z.enum(FIGURE_BASES).default('own'),
    meaning: plainText(500),
    source: plainText(500),
    sourceDate: z.iso.date('must be a date such as 2026-11-21'),
  })
  .superRefine(({ lowUsd, typicalUsd, highUsd }, context) => {
    if (lowUsd > typicalUsd) {
      context.addIssue({ code: 'custom', path: ['lowUsd'], message: 'is above typicalUsd' });
    }
    if (typicalUsd > highUsd) {
      context.addIssue({ code: 'custom', path: ['highUsd'], message: 'is below typicalUsd' });
    }
  });

export const putBenchmarkBody = z
  .strictObject({
    title: plainText(128),
    figures: z.array(figureInput).min(1, 'must contain at least one figure').max(MOST_FIGURES),
  })
  .meta({ id: 'BenchmarkInput' });

const figureView = z.object({
  metric: z.enum(UNIT_METRICS),
  operation: z.string().optional(),
  lowUsd: usdText,
  typicalUsd: usdText,
  highUsd: usdText,
  basis: z.enum(FIGURE_BASES).meta({
    description: 'modelled: computed from stated model use and list prices, not observed',
  }),
  meaning: z.string(),
  source: z.string(),
  sourceDate: z.string(),
});

const profileView = z
  .object({ industry: z.string(), title: z.string(), figures: z.array(figureView) })
  .meta({ id: 'BenchmarkProfile' });

export const benchmarkReportView = z
  .object({
    industry: z.string(),
    title: z.string(),
    profile: z.enum(['organization', 'builtin']).meta({ description: 'Who set the profile' }),
    from: instantText,
    to: instantText,
    items: z.array(
      figureView.extend({
        ownUsd: usdText.nullable(),
        band: z.enum(BANDS).nullable().meta({
          description:
            'below lowUsd, between lowUsd and highUsd, or above highUsd; null: not compared',
        }),
        requests: z.int(),
        why: z.string().optional().meta({ description: 'Why there is no comparison' }),
      }),
    ),
    operations: z.array(
      z.object({
        operation: z.string().nullable().meta({ description: 'null if requests named none' }),
        requests: z.int(),
        costPerRequestUsd: usdText.nullable(),
        costPerThousandTokensUsd: usdText.nullable(),
      }),
    ),
  })
  .meta({ id: 'BenchmarkReport' });

export const benchmarkRoutes = {
  compareBenchmarks: defineRoute({
    method: 'GET',
    path: '/v1/benchmarks',
    summary: "Your unit costs compared with an industry's",
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'organization' },
    query: benchmarksQuery,
    problems: ['not-found'],
    responses: { 200: { description: 'The comparison', schema: benchmarkReportView } },
  }),
  putBenchmark: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/benchmarks/{industry}',
    summary: 'Set the profile of an industry; it replaces the built-in one',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    params: z.strictObject({ industry: identifier }),
    body: putBenchmarkBody,
    responses: { 200: { description: 'The profile in force', schema: profileView } },
  }),
};

/** Converts a body to the profile that it sets. */
export const profileOf = (
  industry: string,
  { title, figures }: z.output<typeof putBenchmarkBody>,
): Profile => ({
  industry,
  title,
  figures: figures.map(({ lowUsd, typicalUsd, highUsd, ...figure }) => ({
    ...figure,
    lowNanoUsd: lowUsd,
    typicalNanoUsd: typicalUsd,
    highNanoUsd: highUsd,
  })),
});

export const profileViewOf = ({ figures, ...profile }: Profile): z.output<typeof profileView> => ({
  ...profile,
  figures: figures.map(figureViewOf),
});

const figureViewOf = (figure: Figure): z.output<typeof figureView> => ({
  metric: figure.metric,
  ...(figure.operation === undefined ? {} : { operation: figure.operation }),
  lowUsd: formatUsd(figure.lowNanoUsd),
  typicalUsd: formatUsd(figure.typicalNanoUsd),
  highUsd: formatUsd(figure.highNanoUsd),
  basis: figure.basis,
  meaning: figure.meaning,
  source: figure.source,
  sourceDate: figure.sourceDate,
});

const optional = (amount: NanoUsd | undefined): string | null =>
  amount === undefined ? null : formatUsd(amount);

/** The API's view of a comparison, most expensive operations first. */
export const benchmarkReportViewOf = (report: {
  source: 'organization' | 'builtin';
  profile: Profile;
  range: { fromMs: number; toMs: number };
  comparisons: readonly Comparison[];
  own: OwnUse;
}): z.output<typeof benchmarkReportView> => ({
  industry: report.profile.industry,
  title: report.profile.title,
  profile: report.source,
  from: new Date(report.range.fromMs).toISOString(),
  to: new Date(report.range.toMs).toISOString(),
  items: report.comparisons.map(({ figure, ownNanoUsd, band, requests, why }) => ({
    ...figureViewOf(figure),
    ownUsd: optional(ownNanoUsd),
    band: band ?? null,
    requests: Number(requests),
    ...(why === undefined ? {} : { why }),
  })),
  operations: [...report.own.byOperation]
    .toSorted(([, left], [, right]) => (left.costNanoUsd > right.costNanoUsd ? -1 : 1))
    .map(([operation, measures]) => ({
      operation: operation === UNASSIGNED ? null : operation,
      requests: Number(measures.requests),
      costPerRequestUsd: optional(unitCostOf('costPerRequest', measures)),
      costPerThousandTokensUsd: optional(unitCostOf('costPerThousandTokens', measures)),
    })),
});
