import { EXPERTS } from './route-comparison.ts';

/** How far each expert of a route's mixture is trusted, learned from how well it foretold. */
export type ExpertWeights = {
  /** For the distribution, by the probability that it gave to the outcome. */
  shares: number[];
  /** For the mean, by its squared error. */
  means: number[];
  /** Decayed sum of the mixture's squared errors, and its weight: the scale of errors. */
  squares: number;
  requests: number;
};

/** Experts differ where a session is known. */
export type RouteWeights = Record<keyof typeof EXPERTS, ExpertWeights>;

/** Below 1 weights move slower than Bayes' rule: outputs are not as independent as it assumes. */
const SHARE_RATE = 0.3;
const MEAN_RATE = 0.5;
/** Redistributed among all experts at every step, so that none is lost forever. */
const MIXED_AGAIN = 0.002;
const DECAY = 0.999;
/** An outlier counts as this many times the usual squared error at most. */
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
 * Moves weights towards the experts that foretold an output best, in place: exponential weights with
 * a fixed share (Herbster and Warmuth, "Tracking the best expert", 1998; Cesa-Bianchi and Lugosi,
 * "Prediction, learning, and games", 2006), so that nothing has to be tuned to a route.
 * @param probabilities that each expert gave to what came, above 0
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

/** Sum of figures, each times its weight. */
export const weighted = (weights: readonly number[], figures: readonly number[]): number =>
  weights.reduce((sum, weight, index) => sum + weight * (figures[index] ?? 0), 0);

function reweighted(weights: readonly number[], factor: (expert: number) => number): number[] {
  const raised = weights.map((weight, expert) => weight * factor(expert));
  const sum = raised.reduce((a, b) => a + b, 0);
  return raised.map((weight) => (1 - MIXED_AGAIN) * (weight / sum) + MIXED_AGAIN / weights.length);
}
