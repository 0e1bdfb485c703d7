/** Where the level of a series changed, and the mean before and since. */
export type LevelStep = { at: number; before: number; since: number };

/** Values on each side that a step needs. */
const LEAST_SIDE = 3;
/**
 * How far beyond chance a step must be, in standard deviations of a normal variable. Many places of many
 * series are tried every day.
 */
const LEAST_DEVIATIONS = 4.5;
/** Equal values would otherwise make the smallest step certain. */
const LEAST_VARIANCE = 1e-4;

/**
 * The clearest step in the level of a series of positive values: the split that best separates the
 * logarithms before and after it, by Student's t (binary segmentation with one step: Scott and Knott,
 * Biometrics 30, 1974), as a normal deviate (Wallace, Annals of Mathematical Statistics 30, 1959).
 * `undefined` if no step is clearer than chance.
 * @param values oldest first, each above 0
 */
export function levelStep(values: readonly number[]): LevelStep | undefined {
  const logs = values.map(Math.log);
  const splits = Array.from(
    { length: Math.max(0, values.length - 2 * LEAST_SIDE + 1) },
    (_, index) => index + LEAST_SIDE,
  ).map((at) => ({ at, deviations: deviationsOf(logs.slice(0, at), logs.slice(at)) }));
  const best = splits.reduce<(typeof splits)[number] | undefined>(
    (most, split) => (most && most.deviations >= split.deviations ? most : split),
    undefined,
  );
  if (!best || best.deviations < LEAST_DEVIATIONS) return undefined;
  return {
    at: best.at,
    before: meanOf(values.slice(0, best.at)),
    since: meanOf(values.slice(best.at)),
  };
}

/** How unlikely the distance between two means is by chance, as a normal deviate. */
function deviationsOf(left: readonly number[], right: readonly number[]): number {
  const freedom = left.length + right.length - 2;
  const variance = Math.max(LEAST_VARIANCE, (squaresOf(left) + squaresOf(right)) / freedom);
  const error = Math.sqrt(variance * (1 / left.length + 1 / right.length));
  return normalDeviate((meanOf(right) - meanOf(left)) / error, freedom);
}

/** Student's t as a normal deviate that is as unlikely (Wallace, 1959). */
export const normalDeviate = (t: number, freedom: number): number =>
  ((8 * freedom + 1) / (8 * freedom + 3)) * Math.sqrt(freedom * Math.log1p(t ** 2 / freedom));

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function squaresOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
