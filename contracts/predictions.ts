import * as z from 'zod';
import { aiRequest } from './ai-request.ts';
import { share, tokenCount, usdText } from './fields.ts';
import { plainMessage } from './plain-message.ts';
import { defineRoute } from './route.ts';
import { formatUsd, type NanoUsd } from '../domain/money.ts';
import { ownValue } from '../domain/own-value.ts';
import type { Basis } from '../domain/prediction/wider-distribution.ts';
import { PRICE_BASES, type PriceBasis } from '../domain/pricing/place-prices.ts';

const alternative = z.object({
  model: z.string(),
  expectedCostUsd: usdText,
  upperBoundUsd: usdText,
  quality: z.number().optional().meta({ description: '0 to 1; an editorial prior' }),
  latencyMs: z.number().optional().meta({ description: 'Typical; an editorial prior' }),
});

const figures = z.object({
  predictionId: z.string(),
  expectedCostUsd: usdText.meta({ description: 'Mean, for budgets and forecasts' }),
  upperBoundUsd: usdText.meta({
    description: 'The actual cost stays below it with upperBoundProbability',
  }),
  upperBoundProbability: z.number(),
  ceilingUsd: usdText.meta({ description: 'Worst case, with the maximum output' }),
  confidence: z
    .number()
    .meta({ description: 'Probability that the actual cost lies within 25 % of expectedCostUsd' }),
  inputTokens: tokenCount,
  expectedOutputTokens: tokenCount,
  predictor: z.object({ version: z.string() }),
});

const basis = z.enum([
  'route-history',
  'regression',
  'kindred-history',
  'model-history',
  'global-prior',
  'workflow',
]);

export const priceBasis = z.enum(PRICE_BASES).meta({
  description:
    'Whether a price of this model is listed where it is served (`listed`), or the highest price that its rate card knows applies instead (`dearest-known`)',
});

/** The API's view of one request's prediction. */
export const predictionView = figures
  .extend({
    model: z.string().meta({ description: 'The model that the figures apply to' }),
    basis: basis.meta({ description: 'What the output length is mainly based on' }),
    priceBasis,
    medianCostUsd: usdText.meta({ description: 'Median: as likely to be above as below' }),
    typicalCostUsd: usdText.meta({
      description:
        'For display: near the median, and within 10 % of the actual cost as often as possible',
    }),
    recommendedModel: z.string(),
    alternatives: z.array(alternative),
  })
  .meta({ id: 'Prediction' });
export type PredictionView = z.output<typeof predictionView>;

const stepView = z.object({
  model: z.string(),
  expectedRuns: z.number(),
  expectedCostUsd: usdText,
  upperBoundUsd: usdText.meta({ description: 'For one run' }),
  basis,
  priceBasis,
});

/** The API's view of a workflow's prediction. */
export const workflowPredictionView = figures
  .extend({ basis: z.literal('workflow'), steps: z.array(stepView) })
  .meta({ id: 'WorkflowPrediction' });
export type WorkflowPredictionView = z.output<typeof workflowPredictionView>;

const runs = {
  probability: share.default(1).meta({ description: 'Probability that the step runs at all' }),
  times: z.int().min(1).max(10_000).default(1).meta({ description: 'Fan-out: parallel runs' }),
  retries: z.int().min(0).max(10).default(0).meta({ description: 'Maximum retries per run' }),
  retryProbability: share
    .default(0.1)
    .meta({ description: 'Probability that an attempt fails and is retried' }),
};

/** A step is an AI request plus the number of runs, or contains the request as `request`. */
const workflowStep = z
  .union([
    z.strictObject({ request: aiRequest, ...runs }),
    z
      .strictObject({ ...aiRequest.shape, ...runs })
      .transform(({ probability, times, retries, retryProbability, ...request }) => ({
        request,
        probability,
        times,
        retries,
        retryProbability,
      }))
      .superRefine(({ request }, context) => {
        for (const { path, message } of aiRequest.safeParse(request, { error: plainMessage }).error
          ?.issues ?? []) {
          add(context, path, message);
        }
      }),
  ])
  .meta({ id: 'WorkflowStep' });
export type WorkflowStep = z.output<typeof workflowStep>;

export const workflowSteps = z.array(workflowStep).min(1).max(100);

/** An AI request, or `{ steps }`. One flat schema, so that every error names its field. */
export const predictionBody = z
  .strictObject({
    ...aiRequest.shape,
    system: aiRequest.shape.system.optional(),
    userId: aiRequest.shape.userId.optional(),
    steps: workflowSteps
      .optional()
      .meta({ description: 'Prices a workflow; allows no other field' }),
  })
  .superRefine((body, context) => {
    if (body.steps !== undefined) {
      for (const field of Object.keys(body)) {
        if (field !== 'steps') add(context, [field], 'cannot be combined with steps');
      }
      return;
    }
    // Each present field was checked by its own schema, so only missing ones can still be wrong.
    for (const { path, code, message } of aiRequest.safeParse(body, { error: plainMessage }).error
      ?.issues ?? []) {
      if (ownValue<unknown>(body, path[0] ?? '') !== undefined) continue;
      add(context, path, code === 'invalid_type' ? 'is missing' : message);
    }
  })
  .transform(({ steps: given, ...request }) =>
    given === undefined
      ? { kind: 'request' as const, request: aiRequest.parse(request) }
      : { kind: 'workflow' as const, steps: given },
  );

function add(context: z.RefinementCtx, path: PropertyKey[], message: string): void {
  context.addIssue({ code: 'custom', path, message });
}

export const predictionRoutes = {
  createPrediction: defineRoute({
    method: 'POST',
    path: '/v1/predictions',
    summary: 'Predict the cost of an AI request or of a workflow',
    roles: ['caller', 'viewer', 'operator', 'admin'],
    access: { subject: 'principals', in: 'body' },
    body: predictionBody,
    maxBodyBytes: 1024 * 1024,
    problems: ['unknown-price'],
    responses: {
      200: {
        description: 'The prediction',
        schema: z.union([predictionView, workflowPredictionView]),
      },
    },
  }),
};

type ModelCost = {
  model: string;
  expectedCostNanoUsd: NanoUsd;
  medianCostNanoUsd: NanoUsd;
  typicalCost: () => NanoUsd;
  upperBoundNanoUsd: NanoUsd;
  upperBoundProbability: number;
  ceilingNanoUsd: NanoUsd;
  confidence: number;
  expectedOutputTokens: number;
  basis: Basis;
  priceBasis: PriceBasis;
  quality?: number | undefined;
  latencyMs?: number | undefined;
};
type RequestCost = {
  /** The requested model first, or the recommended one if none was requested. */
  quotes: readonly ModelCost[];
  recommended: ModelCost;
  inputTokens: number;
  predictorVersion: string;
};

/** What a request will cost, for each model that could serve it. */
export function predictionViewOf(quoteSet: RequestCost, predictionId: string): PredictionView {
  const [first = quoteSet.recommended, ...others] = quoteSet.quotes;
  return {
    predictionId,
    model: first.model,
    expectedCostUsd: formatUsd(first.expectedCostNanoUsd),
    medianCostUsd: formatUsd(first.medianCostNanoUsd),
    typicalCostUsd: formatUsd(first.typicalCost()),
    upperBoundUsd: formatUsd(first.upperBoundNanoUsd),
    upperBoundProbability: first.upperBoundProbability,
    ceilingUsd: formatUsd(first.ceilingNanoUsd),
    confidence: toFourDigits(first.confidence),
    basis: first.basis,
    priceBasis: first.priceBasis,
    inputTokens: quoteSet.inputTokens,
    expectedOutputTokens: first.expectedOutputTokens,
    recommendedModel: quoteSet.recommended.model,
    alternatives: others.map((quote) => ({
      model: quote.model,
      expectedCostUsd: formatUsd(quote.expectedCostNanoUsd),
      upperBoundUsd: formatUsd(quote.upperBoundNanoUsd),
      quality: quote.quality,
      latencyMs: quote.latencyMs,
    })),
    predictor: { version: quoteSet.predictorVersion },
  };
}

type WorkflowCost = {
  expectedNanoUsd: NanoUsd;
  upperBoundNanoUsd: NanoUsd;
  upperBoundProbability: number;
  ceilingNanoUsd: NanoUsd;
  confidence: number;
  inputTokens: number;
  expectedOutputTokens: number;
  steps: readonly { quote: ModelCost; expectedRuns: number }[];
  predictorVersion: string;
};

/** What a workflow will cost, with its steps in order. */
export const workflowPredictionViewOf = (
  cost: WorkflowCost,
  predictionId: string,
): WorkflowPredictionView => ({
  predictionId,
  expectedCostUsd: formatUsd(cost.expectedNanoUsd),
  upperBoundUsd: formatUsd(cost.upperBoundNanoUsd),
  upperBoundProbability: cost.upperBoundProbability,
  ceilingUsd: formatUsd(cost.ceilingNanoUsd),
  confidence: toFourDigits(cost.confidence),
  basis: 'workflow',
  inputTokens: cost.inputTokens,
  expectedOutputTokens: cost.expectedOutputTokens,
  steps: cost.steps.map(({ quote, expectedRuns }) => ({
    model: quote.model,
    expectedRuns: toFourDigits(expectedRuns),
    expectedCostUsd: formatUsd(quote.expectedCostNanoUsd),
    upperBoundUsd: formatUsd(quote.upperBoundNanoUsd),
    basis: quote.basis,
    priceBasis: quote.priceBasis,
  })),
  predictor: { version: cost.predictorVersion },
});

const toFourDigits = (value: number): number => Math.round(value * 1e4) / 1e4;
