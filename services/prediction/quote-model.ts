import type { AiRequest } from '../../contracts/ai-request.ts';
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
import type { PriceBasis } from '../../domain/pricing/place-prices.ts';
import { costOf, type Rate } from '../../domain/pricing/rate.ts';
import type { Merits } from '../../domain/selection/merits.ts';
import { NO_TOKENS, type TokenUsage } from '../../domain/token-usage.ts';
import type { InputCount } from './count-input-tokens.ts';

/**
 * The cost of a request with one model: 0 < expected ≤ upperBound ≤ ceiling, or 0 if the request
 * uses nothing that the model charges for.
 */
export type Quote = {
  model: string;
  /** Where it is priced; `undefined` if anywhere. */
  region?: string | undefined;
  /** Stored with the reservation, so that settlement uses the same prices. */
  rate: Rate;
  inputTokens: number;
  /** The part in the instructions that its text begins with. */
  prefixTokens: number;
  /** The usage of the input that the upper bound and the ceiling pay for. */
  upperInput: Pick<TokenUsage, InputUnit>;
  expectedOutputTokens: number;
  expectedCostNanoUsd: NanoUsd;
  /** The actual cost is equally likely to be above or below. */
  medianCostNanoUsd: NanoUsd;
  /**
   * For display: close to the median, and chosen to be within 10 % of the cost as often as
   * possible.
   */
  typicalCost: () => NanoUsd;
  /** The actual cost stays below this with `upperBoundProbability`. */
  upperBoundNanoUsd: NanoUsd;
  /** Input and output tokens that the upper bound is the price of. */
  upperBoundTokens: number;
  upperBoundProbability: number;
  /** Worst case: the largest input and output at full price. */
  ceilingNanoUsd: NanoUsd;
  /** The part of the upper bound that covers errors in counting the input. */
  inputMarginNanoUsd: NanoUsd;
  /** Probability that the actual cost is within 25 % of the expected cost. */
  confidence: number;
  /** For sums of runs: the output's distribution, its maximum, and its price. */
  output: OutputDistribution;
  maxOutputTokens: number;
  costOfOutput: (outputTokens: number) => NanoUsd;
  basis: Basis;
  priceBasis: PriceBasis;
} & Merits;

type InputUnit = 'inputTokens' | 'cacheWriteTokens' | 'cacheWriteOneHourTokens';

type QuoteModel = {
  request: AiRequest;
  shape: PromptShape | undefined;
  input: InputCount;
  model: string;
  region?: string | undefined;
  rate: Rate;
  priceBasis: PriceBasis;
  state: PredictorState;
  nowMs: number;
  /** The longest output that the catalog knows of. */
  modelMaximum: number | undefined;
  merits: Merits | undefined;
};

const imagesOf = ({ images }: AiRequest) => (images === undefined ? {} : { images });

/**
 * What the request says of its longest output. A client of the gateway may ask for more than the
 * model gives, above all if it named another model; the gateway then asks for the model's maximum.
 */
const longestOutput = (
  { maxOutputTokens, holdsMaximum }: AiRequest,
  modelMaximum: number | undefined,
): number | undefined =>
  maxOutputTokens !== undefined && modelMaximum !== undefined && holdsMaximum
    ? Math.min(maxOutputTokens, modelMaximum)
    : maxOutputTokens;

/** Predicts a request's cost with one model at one rate. Pure and synchronous. */
export function quoteModel(quoting: QuoteModel): Quote {
  const { request, shape, input, model, rate, state, nowMs, modelMaximum } = quoting;
  const maxOutputTokens = longestOutput(request, modelMaximum);
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
    costOf(
      { ...NO_TOKENS, ...request.units, inputTokens, outputTokens, ...imagesOf(request) },
      rate,
    );
  const upperInput = dearestInput(input.upperTokens, request, rate);
  const upperCost = (outputTokens: number): NanoUsd =>
    costOf(
      { ...NO_TOKENS, ...request.units, ...upperInput, outputTokens, ...imagesOf(request) },
      rate,
    );
  const expected = cost(input.tokens, output.expectedTokens);
  const upperBound = upperCost(output.upperTokens);
  /** With free output, no length is too long. */
  const outputsFor = (amount: NanoUsd): number =>
    rate.outputNanoUsdPerMillion === 0n
      ? Infinity
      : (Number(amount) / Number(rate.outputNanoUsdPerMillion)) * 1e6;
  const marginTokens = outputsFor(expected) * CONFIDENCE_MARGIN;
  return {
    model,
    region: quoting.region,
    rate,
    inputTokens: input.tokens,
    prefixTokens: input.prefixTokens,
    upperInput,
    expectedOutputTokens: output.expectedTokens,
    expectedCostNanoUsd: expected,
    medianCostNanoUsd: cost(input.tokens, output.medianTokens),
    typicalCost() {
      const inputTokens = outputsFor(cost(input.tokens, 0));
      return cost(input.tokens, typicalOutput(output.distribution, inputTokens, maximum));
    },
    upperBoundNanoUsd: upperBound,
    upperBoundTokens: input.upperTokens + output.upperTokens,
    upperBoundProbability: output.upperProbability,
    ceilingNanoUsd: upperCost(maximum),
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
    priceBasis: quoting.priceBasis,
    ...quoting.merits,
  };
}

/** How the input is billed if the provider keeps as much of the prompt as the request asks for. */
function dearestInput(
  tokens: number,
  { cacheLife }: AiRequest,
  rate: Rate,
): Pick<TokenUsage, InputUnit> {
  const plain = { inputTokens: tokens, cacheWriteTokens: 0 };
  if (cacheLife === undefined) return plain;
  const kept = { inputTokens: 0, cacheWriteTokens: tokens };
  const inputs = [
    plain,
    kept,
    ...(cacheLife === '1h' ? [{ ...kept, cacheWriteOneHourTokens: tokens }] : []),
  ];
  const costs = inputs.map((usage) => costOf({ ...NO_TOKENS, ...usage }, rate));
  const dearest = costs.reduce(
    (most, each, index) => (each > (costs[most] ?? 0n) ? index : most),
    0,
  );
  return inputs[dearest] ?? plain;
}
