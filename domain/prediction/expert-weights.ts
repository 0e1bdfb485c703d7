import { EXPERTS } from './route-comparison.ts';

/** How much each expert of a route's mixture is trusted, based on how well it predicted. */
export type ExpertWeights = {
  /** For the distribution, based on the probability it gave to each outcome. */
  shares: number[];
  /** For the mean, based on its squared error. */
  means: number[];
  /**
   * Decayed sum of the mixture's squared errors and its weight, which gives the scale of errors.
   */
  squares: number;
  requests: number;
};

/** There are different experts if the session is known. */
export type RouteWeights = Record<keyof typeof EXPERTS, ExpertWeights>;

/**
 * Below 1, weights move more slowly than by Bayes' rule, because outputs are not as independent as
 * it assumes.
 */
const SHARE_RATE = 0.3;
const MEAN_RATE = 0.5;
/** Redistributed among all experts at every step, so that none is lost for good. */
const MIXED_AGAIN = 0.002;
const DECAY = 0.999;
/** An outlier counts as at most this many times the usual squared error. */
const MOST_SQUARES = 20;

export const equalWeights = (): RouteWeights => ({
  own: equal(EXPERTS.own),
  session: equal(EXPERTS.session),
});

const equal = (experts: number): ExpertWeights => ({
  shares: Array.from({ length: experts }, () => 1 / experts),
  means: Array.from({ length: experts }, () => 1 / experts),
  squares: 0,
  requests: 0,
});

/**
 * Moves weights, in place, toward the experts that predicted an output best: exponential weights
 * with a fixed share (Herbster and Warmuth, "Tracking the best expert", 1998; Cesa-Bianchi and
 * Lugosi, "Prediction, learning, and games", 2006). This needs no tuning per route.
 * @param probabilities each expert's probability for the outcome, above 0
 */
export function trustExperts(
  weights: ExpertWeights,
  { probabilities, means, output }: { probabilities: number[]; means: number[]; output: number },
): void {
  const mean = weighted(weights.means, means);
  weights.squares = DECAY * weights.squares + (output - mean) ** 2;
  weights.requests = DECAY * weights.requests + 1;
  const scale = (2 * weights.squares) / weights.requests + Number.EPSILON;
  weights.shares = reweighted(weights.shares, (expert) =>
    Math.pow(probabilities[expert] ?? 0, SHARE_RATE),
  );
  weights.means = reweighted(weights.means, (expert) => {
    const error = (output - (means[expert] ?? 0)) ** 2 / scale;
    return Math.exp(-MEAN_RATE * Math.min(MOST_SQUARES, error));
  });
}

/** The weighted sum of figures. */
export const weighted = (weights: readonly number[], figures: readonly number[]): number =>
  weights.reduce((sum, weight, index) => sum + weight * (figures[index] ?? 0), 0);

function reweighted(weights: readonly number[], factor: (expert: number) => number): number[] {
  const raised = weights.map((weight, expert) => weight * factor(expert));
  const sum = raised.reduce((a, b) => a + b, 0);
  return raised.map((weight) => (1 - MIXED_AGAIN) * (weight / sum) + MIXED_AGAIN / weights.length);
}
