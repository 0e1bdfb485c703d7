import type { AiRequest } from '../../contracts/ai-request.ts';
import type { CatalogModel } from '../../domain/catalog/model.ts';
import type { NanoUsd } from '../../domain/money.ts';
import {
  CONFIDENCE_MARGIN,
  maximumOf,
  predictOutput,
  shareWithin,
} from '../../domain/prediction/predict-output.ts';
import type { OutputDistribution } from '../../domain/prediction/output-histogram.ts';
import type { PredictorState } from '../../domain/prediction/predictor-state.ts';
import type { PromptShape } from '../../domain/prediction/prompt-shape.ts';
import { sessionOf } from '../../domain/prediction/route-statistics.ts';
import { typicalOutput } from '../../domain/prediction/typical-cost.ts';
import type { Basis } from '../../domain/prediction/wider-distribution.ts';
import { costOf, type Rate } from '../../domain/pricing/rate.ts';
import { NO_TOKENS } from '../../domain/token-usage.ts';
import type { InputCount } from './count-input-tokens.ts';

/**
 * What one model would cost for a request: 0 < expected ≤ upperBound ≤ ceiling, or 0 where nothing is
 * asked for that the model charges.
 */
export type Quote = {
  model: string;
  /** Stored with a reservation, so that the settlement is priced as the reservation was. */
  rate: Rate;
  inputTokens: number;
  expectedOutputTokens: number;
  expectedCostNanoUsd: NanoUsd;
  /** As likely above as below. */
  medianCostNanoUsd: NanoUsd;
  /** For display: close to the median, and right within 10 % as often as can be. */
  typicalCost: () => NanoUsd;
  /** The actual cost stays under it with `upperBoundProbability`. */
  upperBoundNanoUsd: NanoUsd;
  upperBoundProbability: number;
  /** Worst case: the largest input and output at full price. */
  ceilingNanoUsd: NanoUsd;
  /** Part of the upper bound that covers the error of counting the input. */
  inputMarginNanoUsd: NanoUsd;
  /** Probability that the actual cost lies within 25 % of the expected. */
  confidence: number;
  /** For sums of runs: the output's distribution, its maximum, and what an output costs. */
  output: OutputDistribution;
  maxOutputTokens: number;
  costOfOutput: (outputTokens: number) => NanoUsd;
  basis: Basis;
  quality?: number | undefined;
  latencyMs?: number | undefined;
};

type QuoteModel = {
  request: AiRequest;
  shape: PromptShape | undefined;
  input: InputCount;
  model: string;
  rate: Rate;
  state: PredictorState;
  nowMs: number;
  /** What the catalog knows of the model. */
  entry: CatalogModel | undefined;
};

/** Predicts what a request costs with one model at one rate. Pure and synchronous. */
export function quoteModel(asked: QuoteModel): Quote {
  const { request, shape, input, model, rate, state, nowMs, entry } = asked;
  const { maxOutputTokens } = request;
  const modelMaximum = entry?.maxOutputTokens;
  const maximum = maximumOf({ maxOutputTokens, modelMaximum });
  const output = predictOutput(
    {
      inputTokens: input.tokens,
      maxOutputTokens,
      modelMaximum,
      model,
      system: request.system,
      operation: request.operation,
      session: sessionOf(request.tags),
      shape,
      atMs: nowMs,
    },
    state,
  );
  const cost = (inputTokens: number, outputTokens: number): NanoUsd =>
    costOf({ ...NO_TOKENS, inputTokens, outputTokens, images: request.images }, rate);
  const expected = cost(input.tokens, output.expectedTokens);
  const upperBound = cost(input.upperTokens, output.upperTokens);
  /** Where outputs are free, none is too long. */
  const outputsFor = (amount: NanoUsd): number =>
    rate.outputNanoUsdPerMillion === 0n
      ? Infinity
      : (Number(amount) / Number(rate.outputNanoUsdPerMillion)) * 1e6;
  const marginTokens = outputsFor(expected) * CONFIDENCE_MARGIN;
  return {
    model,
    rate,
    inputTokens: input.tokens,
    expectedOutputTokens: output.expectedTokens,
    expectedCostNanoUsd: expected,
    medianCostNanoUsd: cost(input.tokens, output.medianTokens),
    typicalCost() {
      const inputTokens = outputsFor(cost(input.tokens, 0));
      return cost(input.tokens, typicalOutput(output.distribution, inputTokens, maximum));
    },
    upperBoundNanoUsd: upperBound,
    upperBoundProbability: output.upperProbability,
    ceilingNanoUsd: cost(input.upperTokens, maximum),
    inputMarginNanoUsd: upperBound - cost(input.tokens, output.upperTokens),
    confidence: shareWithin(
      output.distribution,
      output.expectedTokens - marginTokens,
      output.expectedTokens + marginTokens,
      maximum,
    ),
    output: output.distribution,
    maxOutputTokens: maximum,
    costOfOutput: (outputTokens) => cost(input.tokens, outputTokens),
    basis: output.basis,
    quality: entry?.quality,
    latencyMs: entry?.latencyMs,
  };
}
