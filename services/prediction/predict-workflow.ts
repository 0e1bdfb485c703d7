import {
  type WorkflowPredictionView,
  workflowPredictionViewOf,
  type WorkflowStep,
} from '../../contracts/predictions.ts';
import type { OrganizationCall } from '../../domain/access/caller.ts';
import { runSlices, type RunSlices } from '../../domain/prediction/run-slices.ts';
import { routeKey, routeOf } from '../../domain/prediction/route-statistics.ts';
import { workflowCost } from '../../domain/prediction/workflow-cost.ts';
import { type PredictCostDeps, quoteAll } from './predict-cost.ts';
import type { Quote } from './quote-model.ts';

/** Predicts a workflow's cost before it starts. @throws ServiceError as `priceWorkflow` does */
export const predictWorkflow = async (
  deps: PredictCostDeps,
  call: OrganizationCall,
  steps: readonly WorkflowStep[],
): Promise<WorkflowPredictionView> =>
  workflowPredictionViewOf(await priceWorkflow(deps, call, steps), deps.newId());

export type WorkflowPrice = Awaited<ReturnType<typeof priceWorkflow>>;

/**
 * What a workflow will cost, with each step at the model it asks for.
 * @throws ServiceError of the first step that cannot be priced
 */
export async function priceWorkflow(
  deps: Omit<PredictCostDeps, 'newId'>,
  { organizationId, nowMs }: OrganizationCall,
  steps: readonly WorkflowStep[],
) {
  const requests = steps.map(({ request }) => request);
  const quoted = await quoteAll(deps, { organizationId, nowMs }, requests, stepField);
  const priced = quoted.map(({ quotes, recommended }, index) => ({
    quote: quotes[0] ?? recommended,
    ...runsOf(steps[index]),
    system: steps[index]?.request.system ?? '',
    operation: steps[index]?.request.operation,
  }));
  const cost = workflowCost(
    priced.map(({ quote, system, operation, ...runs }) => ({
      route: routeKey(routeOf({ model: quote.model, system, operation })),
      slices: slicesOf(quote),
      expectedNanoUsd: quote.expectedCostNanoUsd,
      upperBoundNanoUsd: quote.upperBoundNanoUsd,
      ceilingNanoUsd: quote.ceilingNanoUsd,
      inputMarginNanoUsd: quote.inputMarginNanoUsd,
      ...runs,
    })),
  );
  const single = priced.length === 1 && cost.runs[0] === 1 ? priced[0]?.quote : undefined;
  const total = (tokens: 'inputTokens' | 'expectedOutputTokens'): number =>
    Math.round(
      priced.reduce((sum, { quote }, index) => sum + quote[tokens] * (cost.runs[index] ?? 0), 0),
    );
  return {
    ...cost,
    upperBoundProbability: Math.min(...priced.map(({ quote }) => quote.upperBoundProbability)),
    confidence: single?.confidence ?? cost.confidence,
    inputTokens: total('inputTokens'),
    expectedOutputTokens: total('expectedOutputTokens'),
    steps: priced.map(({ quote }, index) => ({ quote, expectedRuns: cost.runs[index] ?? 0 })),
    predictorVersion: quoted[0]?.predictorVersion ?? '',
  };
}

const stepField = (index: number, field: string): string => `steps[${index}].request.${field}`;

const runsOf = (step: WorkflowStep | undefined) => ({
  probability: step?.probability ?? 1,
  times: step?.times ?? 1,
  retries: step?.retries ?? 0,
  retryProbability: step?.retryProbability ?? 0,
});

const slicesOf = (quote: Quote): RunSlices =>
  runSlices({
    output: quote.output,
    maxOutputTokens: quote.maxOutputTokens,
    costOfOutput: quote.costOfOutput,
    expectedNanoUsd: quote.expectedCostNanoUsd,
    upperBoundNanoUsd: quote.upperBoundNanoUsd - quote.inputMarginNanoUsd,
  });
