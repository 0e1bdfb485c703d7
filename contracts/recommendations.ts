import * as z from 'zod';
import { CONFIDENCE_LEVELS, type Confidence } from '../domain/advice/confidence.ts';
import { EVIDENCE_NAMES, inOrder } from '../domain/advice/evidence.ts';
import type { Outcome, Unmeasured } from '../domain/advice/outcome.ts';
import {
  ADVICE_KINDS,
  EFFORTS,
  type QualityRisk,
  type Recommendation,
  RISK_BASES,
} from '../domain/advice/recommendation.ts';
import type { Saving } from '../domain/advice/saving.ts';
import { formatUsd, type NanoUsd } from '../domain/money.ts';
import { identifier, instantText, pageCursor, pageLimit, scope, usdText } from './fields.ts';
import { rounded } from './rounded.ts';
import { defineRoute } from './route.ts';

const STATES = ['open', 'accepted', 'dismissed', 'ended'] as const;

export const recommendationsQuery = z.strictObject({
  kind: z.enum(ADVICE_KINDS).optional(),
  scope: scope.optional(),
  scopeId: identifier.optional(),
  state: z.enum(STATES).optional().meta({ description: 'Default: open, or all for files' }),
  format: z.enum(['json', 'csv', 'jsonl']).default('json'),
  limit: pageLimit,
  cursor: pageCursor,
});

export const recommendationView = z
  .object({
    id: z.string(),
    kind: z.enum(ADVICE_KINDS),
    state: z.enum(STATES).meta({ description: 'ended: its reason no longer applies' }),
    scope,
    scopeId: z.string(),
    target: z.string(),
    title: z.string(),
    action: z.string().meta({ description: 'What to do to carry it out' }),
    request: z
      .object({
        method: z.enum(['POST', 'PUT', 'PATCH']),
        path: z.string(),
        body: z.record(z.string(), z.unknown()),
      })
      .optional()
      .meta({
        description:
          'The complete call that does it. A reservation shows what its callers send from then on',
      }),
    isQuestion: z.boolean().meta({
      description:
        'true: it depends on something that nobody measured or said. Nothing is claimed before you answer',
    }),
    savingUsdPerMonth: usdText.meta({
      description:
        "Per 30 days, at current prices and the rate of the route's last seven days. 0 if it bounds a loss instead. Savings of one group overlap: its netSavingUsdPerMonth counts them once",
    }),
    saving: z
      .object({
        leastUsdPerMonth: usdText.meta({ description: 'Lower end of a 90 % interval' }),
        mostUsdPerMonth: usdText,
        costUsdPerMonth: usdText.meta({ description: 'What the route costs without the change' }),
        percent: z.number().meta({ description: 'The saving as a percentage of the cost' }),
      })
      .optional(),
    group: z
      .object({ id: z.string(), netSavingUsdPerMonth: usdText })
      .optional()
      .meta({ description: 'The recommendations for one route, and what they save together' }),
    effort: z.enum(EFFORTS),
    confidence: z.object({
      level: z.enum(CONFIDENCE_LEVELS),
      requests: z.int(),
      days: z.int(),
    }),
    evidence: z
      .partialRecord(z.enum(EVIDENCE_NAMES), z.union([z.string(), z.number()]))
      .meta({ description: 'The assumptions behind it' }),
    qualityRisk: z
      .object({
        basis: z.enum(RISK_BASES).meta({
          description:
            'measured: 30 or more grades of each model on this route. estimated: fewer, or those of other systems, refine the catalog. prior: the catalog alone',
        }),
        expectedLoss: z.number().meta({ description: 'Share of the current quality' }),
        upperLoss: z.number().meta({ description: 'One-sided 95 % bound' }),
        graded: z.int().meta({ description: 'Graded requests of the less used model' }),
      })
      .optional(),
    createdAt: instantText,
    updatedAt: instantText,
    decidedAt: instantText.optional(),
    decidedBy: z.string().optional(),
  })
  .meta({ id: 'Recommendation' });

const unitCost = z.object({
  requests: z.int(),
  costUsd: usdText,
  costPerRequestUsd: usdText.nullable(),
});

export const outcomeView = z
  .object({
    id: z.string(),
    acceptedAt: instantText,
    until: instantText,
    expectedSavingUsdPerMonth: usdText,
    realizedSavingUsd: usdText.nullable().meta({
      description: 'Counterfactual minus actual; null if nothing was measured (`caveats` says why)',
    }),
    marginUsd: usdText.nullable().meta({
      description:
        'Half of a 90 % interval of the saving: what was sampled since, and how well the figures before the advice are known',
    }),
    counterfactualUsd: usdText.nullable().meta({
      description: 'What the measured requests or hours would have cost without the advice',
    }),
    actualUsd: usdText.nullable(),
    followingRequests: z.int(),
    measuredRequests: z.int().meta({ description: 'Requests of the route' }),
    readRequests: z.int().meta({
      description: 'Fewer than allRequests if only some hours were read; totals are scaled',
    }),
    allRequests: z.int().meta({ description: 'Requests of the organization in the hours since' }),
    before: unitCost.optional(),
    after: unitCost,
    hours: z.object({ measured: z.int(), following: z.int() }).optional().meta({
      description:
        'For idle-provisioned-concurrency: hours measured, and hours with fewer warm environments',
    }),
    caveats: z.array(z.string()),
  })
  .meta({ id: 'RecommendationOutcome' });

const READERS = ['viewer', 'caller', 'operator', 'admin'] as const;
const adviceId = z.strictObject({ id: z.string().min(1).max(128) });
const NET_SAVING = 'What all matching open advice saves together, what overlaps once';
const readSample = z
  .object({ requests: z.int(), allRequests: z.int(), days: z.int() })
  .meta({ description: 'How many requests were read, out of how many, on how many days' });

export const recommendationRoutes = {
  listRecommendations: defineRoute({
    method: 'GET',
    path: '/v1/recommendations',
    summary: 'Recommendations, the surest saving first and questions last',
    roles: READERS,
    access: { subject: 'scope', in: 'query' },
    query: recommendationsQuery,
    responses: {
      200: {
        description: 'A page; with `format` csv or jsonl a file of all, with outcomes',
        alsoAs: ['text/csv', 'application/jsonl'],
        schema: z.object({
          items: z.array(recommendationView),
          netSavingUsdPerMonth: usdText.meta({ description: NET_SAVING }),
          nextCursor: z.string().optional(),
          reckonedAt: instantText.optional(),
          sample: readSample.optional(),
          leftOut: z
            .array(z.object({ kind: z.enum(ADVICE_KINDS), why: z.string() }))
            .meta({ description: 'Kinds of advice that your organization does not get' }),
        }),
      },
    },
  }),
  acceptRecommendation: defineRoute({
    method: 'POST',
    idempotencyKey: 'remembered',
    path: '/v1/recommendations/{id}/accept',
    summary: 'Accept advice; Purser measures its outcome from now on',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    params: adviceId,
    problems: ['not-found'],
    responses: { 200: { description: 'The recommendation', schema: recommendationView } },
  }),
  dismissRecommendation: defineRoute({
    method: 'POST',
    idempotencyKey: 'remembered',
    path: '/v1/recommendations/{id}/dismiss',
    summary: 'Dismiss advice; it is not given again',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    params: adviceId,
    problems: ['not-found'],
    responses: { 200: { description: 'The recommendation', schema: recommendationView } },
  }),
  recommendationOutcome: defineRoute({
    method: 'GET',
    path: '/v1/recommendations/{id}/outcome',
    summary: 'What accepted advice saved, compared with what the same use would have cost',
    roles: READERS,
    access: { subject: 'organization' },
    params: adviceId,
    problems: ['not-found', 'conflict'],
    responses: { 200: { description: 'The outcome so far', schema: outcomeView } },
  }),
};

type Stored = Recommendation & {
  state: (typeof STATES)[number];
  createdAtMs: number;
  updatedAtMs: number;
  decidedAtMs?: number | undefined;
  decidedBy?: string | undefined;
};

const iso = (instantMs: number): string => new Date(instantMs).toISOString();

/** The API's view of a recommendation. */
export const recommendationViewOf = (stored: Stored): z.output<typeof recommendationView> => ({
  id: stored.id,
  kind: stored.kind,
  state: stored.state,
  scope: stored.scope.scope,
  scopeId: stored.scope.scopeId,
  target: stored.target,
  title: stored.title,
  action: stored.action,
  ...(stored.request && { request: { ...stored.request, body: { ...stored.request.body } } }),
  isQuestion: stored.isQuestion,
  savingUsdPerMonth: formatUsd(stored.savingNanoUsdPerMonth),
  ...(stored.saving && { saving: savingViewOf(stored.saving) }),
  ...(stored.group && {
    group: {
      id: stored.group.id,
      netSavingUsdPerMonth: formatUsd(stored.group.netSavingNanoUsdPerMonth),
    },
  }),
  effort: stored.effort,
  confidence: confidenceViewOf(stored.confidence),
  evidence: inOrder(stored.evidence),
  ...(stored.qualityRisk && { qualityRisk: qualityRiskViewOf(stored.qualityRisk) }),
  createdAt: iso(stored.createdAtMs),
  updatedAt: iso(stored.updatedAtMs),
  ...(stored.decidedAtMs === undefined ? {} : { decidedAt: iso(stored.decidedAtMs) }),
  ...(stored.decidedBy === undefined ? {} : { decidedBy: stored.decidedBy }),
});

const savingViewOf = (saving: Saving) => ({
  leastUsdPerMonth: formatUsd(saving.leastPerMonthNanoUsd),
  mostUsdPerMonth: formatUsd(saving.mostPerMonthNanoUsd),
  costUsdPerMonth: formatUsd(saving.nowPerMonthNanoUsd),
  percent: rounded(100 * saving.share),
});

const confidenceViewOf = ({ level, requests, days }: Confidence) => ({ level, requests, days });

const qualityRiskViewOf = ({ basis, expectedLoss, upperLoss, graded }: QualityRisk) => ({
  basis,
  expectedLoss,
  upperLoss,
  graded,
});

/** The API's view of an outcome. */
export function outcomeViewOf(measured: {
  recommendation: Stored & { decidedAtMs: number };
  untilMs: number;
  outcome: Outcome | Unmeasured;
  sampledRequests: number;
  allRequests: bigint;
}): z.output<typeof outcomeView> {
  const { recommendation } = measured;
  const outcome = 'unmeasured' in measured.outcome ? undefined : measured.outcome;
  const optional = (amount: NanoUsd | undefined): string | null =>
    amount === undefined ? null : formatUsd(amount);
  return {
    id: recommendation.id,
    acceptedAt: iso(recommendation.decidedAtMs),
    until: iso(measured.untilMs),
    expectedSavingUsdPerMonth: formatUsd(recommendation.savingNanoUsdPerMonth),
    realizedSavingUsd: optional(outcome?.realizedSavingNanoUsd),
    marginUsd: optional(outcome?.marginNanoUsd),
    counterfactualUsd: optional(outcome?.counterfactualNanoUsd),
    actualUsd: optional(outcome?.actualNanoUsd),
    followingRequests: outcome?.following ?? 0,
    measuredRequests: outcome?.requests ?? 0,
    readRequests: measured.sampledRequests,
    allRequests: Number(measured.allRequests),
    ...(recommendation.before && { before: unitCostOf(recommendation.before) }),
    after: unitCostOf({
      requests: outcome?.requests ?? 0,
      costNanoUsd: outcome?.actualNanoUsd ?? 0n,
    }),
    ...(outcome?.hours && { hours: outcome.hours }),
    caveats:
      'unmeasured' in measured.outcome ? [measured.outcome.unmeasured] : measured.outcome.caveats,
  };
}

const unitCostOf = ({ requests, costNanoUsd }: { requests: number; costNanoUsd: NanoUsd }) => ({
  requests,
  costUsd: formatUsd(costNanoUsd),
  costPerRequestUsd: requests === 0 ? null : formatUsd(costNanoUsd / BigInt(requests)),
});
