import { quantile } from '../../../domain/series/quantile.ts';
import { type CostPrediction, type CostPredictor, CURVE_PROBABILITIES } from './blind-run.ts';
import { type KnownRequest, requestCostUsd } from './known-request.ts';

/** The guess before any data. */
const FIRST_GUESS_TOKENS = 200;
/** With fewer outputs, uses the next wider mean. */
const LEAST_OUTPUTS = 5;
const BUCKETS_PER_OCTAVE = 4;

/** The mean of all outputs so far. */
export const createGlobalMean = (): CostPredictor => createRunningMean(() => []);

/**
 * The mean of outputs so far with the same model, operation and size of input (a quarter octave).
 */
export const createBucketMean = (): CostPredictor =>
  createRunningMean(({ model, operation = '', inputTokens }) => {
    const route = `${model}/${operation}`;
    const bucket = Math.floor(Math.log2(inputTokens + 1) * BUCKETS_PER_OCTAVE);
    return [`${route}/${bucket}`, route];
  });

function createRunningMean(keysOf: (request: KnownRequest) => string[]): CostPredictor {
  const sums = new Map<string, { count: number; tokens: number }>();
  const withWidest = (request: KnownRequest): string[] => [...keysOf(request), ''];
  return {
    predict(request) {
      const sum = withWidest(request)
        .map((key) => sums.get(key))
        .find((history) => history && history.count >= LEAST_OUTPUTS);
      const costUsd = requestCostUsd(request, sum ? sum.tokens / sum.count : FIRST_GUESS_TOKENS);
      return { expectedUsd: costUsd, medianUsd: costUsd, upperUsd: costUsd, quantilesUsd: [] };
    },
    learn(request, outputTokens) {
      for (const key of withWidest(request)) {
        const { count, tokens } = sums.get(key) ?? { count: 0, tokens: 0 };
        sums.set(key, { count: count + 1, tokens: tokens + outputTokens });
      }
    },
  };
}

/** Empirical quantiles of the last outputs of any request: `upperUsd` at 95 %. */
export function createTrailingQuantile(remembered = 500): CostPredictor {
  const newest: number[] = [];
  const sorted: number[] = [];
  return {
    predict(request): CostPrediction {
      const at = (share: number): number =>
        requestCostUsd(request, sorted.length > 0 ? quantile(sorted, share) : FIRST_GUESS_TOKENS);
      const mean = newest.reduce((sum, tokens) => sum + tokens, 0) / Math.max(1, newest.length);
      return {
        expectedUsd: requestCostUsd(request, newest.length > 0 ? mean : FIRST_GUESS_TOKENS),
        medianUsd: at(0.5),
        upperUsd: at(0.95),
        quantilesUsd: CURVE_PROBABILITIES.map(at),
      };
    },
    learn(_request, outputTokens) {
      newest.push(outputTokens);
      sorted.splice(positionIn(sorted, outputTokens), 0, outputTokens);
      const forgotten = newest.length > remembered ? newest.shift() : undefined;
      if (forgotten !== undefined) sorted.splice(positionIn(sorted, forgotten), 1);
    },
  };
}

/** Index of the first value that is not less. */
function positionIn(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
