import { CURVE_PROBABILITIES, type ServedRequest } from './blind-run.ts';

/** Money held for one request, and its actual cost. */
export type Held = { heldUsd: number; actualUsd: number };

/** Percent of requests whose cost was covered; `NaN` without any. */
export const coverPercent = (holds: readonly Held[]): number =>
  (100 * holds.filter(isCovered).length) / holds.length;

/** Total money held divided by total spend. */
export const holdRatio = (holds: readonly Held[]): number =>
  sum(holds.map(({ heldUsd }) => heldUsd)) / sum(holds.map(({ actualUsd }) => actualUsd));

/**
 * The lowest cover of any `length` consecutive requests, in percent; of all requests if there are
 * fewer.
 */
export function worstWindowPercent(holds: readonly Held[], length = 500): number {
  const size = Math.min(length, holds.length);
  let covered = 0;
  let worst = Infinity;
  for (const [index, hold] of holds.entries()) {
    covered += isCovered(hold) ? 1 : 0;
    const gone = holds[index - size];
    if (gone && isCovered(gone)) covered -= 1;
    if (index + 1 >= size) worst = Math.min(worst, covered);
  }
  return (100 * worst) / size;
}

/** Cover and hold of a predictor's quantiles, in the order of `CURVE_PROBABILITIES`. */
export function quantileCurve(
  served: readonly ServedRequest[],
): { probability: number; cover: number; hold: number }[] {
  return CURVE_PROBABILITIES.map((probability, index) => {
    const holds = served.map(({ prediction, actualUsd }) => ({
      heldUsd: prediction.quantilesUsd[index] ?? Number.NaN,
      actualUsd,
    }));
    return { probability, cover: coverPercent(holds), hold: holdRatio(holds) };
  });
}

/**
 * What a predictor would have had to hold for a given cover, interpolated between its quantiles
 * (chosen in hindsight, so this favors the predictor); beyond its curve, the curve's end.
 */
export function holdAtCover(
  curve: readonly { cover: number; hold: number }[],
  cover: number,
): number {
  const above = curve.findIndex((point) => point.cover >= cover);
  const high = curve[above] ?? curve.at(-1);
  const low = curve[above - 1];
  if (!high) return Number.NaN;
  if (above < 0 || !low || high.cover === low.cover) return high.hold;
  const part = (cover - low.cover) / (high.cover - low.cover);
  return low.hold + part * (high.hold - low.hold);
}

const isCovered = ({ heldUsd, actualUsd }: Held): boolean => actualUsd <= heldUsd;

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
