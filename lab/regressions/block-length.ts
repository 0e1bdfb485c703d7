import { mean } from '../../domain/series/robust.ts';

/** As a share of the length: longer blocks leave too few to draw from. */
const LONGEST_SHARE = 1 / 8;

/**
 * How many neighbors a block needs so that blocks keep the memory of the series (Politis and White,
 * "Automatic Block-Length Selection for the Dependent Bootstrap", 2004, with the correction of Patton,
 * Politis and White, 2009, for the circular bootstrap).
 * @returns at least 1
 */
export function blockLength(values: readonly number[]): number {
  const count = values.length;
  const center = mean(values);
  const centered = values.map((value) => value - center);
  const furthest = Math.ceil(Math.sqrt(count));
  const covariances = Array.from({ length: furthest + 1 }, (_, lag) => covariance(centered, lag));
  const [variance = 0] = covariances;
  if (variance === 0) return 1;
  const memory = memoryOf(covariances, count);
  let [spectrum, curvature] = [variance, 0];
  for (let lag = 1; lag <= Math.min(furthest, 2 * memory); lag += 1) {
    const weight = Math.min(1, 2 * (1 - lag / (2 * memory))) * (covariances[lag] ?? 0);
    spectrum += 2 * weight;
    curvature += 2 * lag * weight;
  }
  const length = Math.cbrt(((2 * curvature ** 2) / ((4 / 3) * spectrum ** 2)) * count);
  return Math.max(1, Math.min(Math.round(length), Math.floor(count * LONGEST_SHARE)));
}

/** The last lag that matters: five after it are all within chance. */
function memoryOf(covariances: readonly number[], count: number): number {
  const [variance = 1] = covariances;
  const chance = 2 * Math.sqrt(Math.log10(count) / count) * variance;
  const run = Math.max(5, Math.ceil(Math.sqrt(Math.log10(count))));
  for (let lag = 0; lag + run < covariances.length; lag += 1) {
    const next = covariances.slice(lag + 1, lag + 1 + run);
    if (next.every((value) => Math.abs(value) < chance)) return Math.max(1, lag);
  }
  return covariances.length - 1;
}

function covariance(centered: readonly number[], lag: number): number {
  let sum = 0;
  for (let at = lag; at < centered.length; at += 1) {
    sum += (centered[at] ?? 0) * (centered[at - lag] ?? 0);
  }
  return sum / centered.length;
}
