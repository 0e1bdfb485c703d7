import { mean } from '../series/robust.ts';

const WARM_UP = 4;

/** What a smoothing method expects one or more steps after the last value. */
type Path = (step: number) => number;

/**
 * The Theta method (Assimakopoulos and Nikolopoulos, 2000): the mean of the extrapolated
 * least-squares line and of the exponentially smoothed series with twice its distance to that line.
 */
export function theta(levels: readonly number[]): Path {
  const line = lineOf(levels);
  const level = smoothed(levels.map((value, index) => 2 * value - line(index)));
  return (step) => (level + line(levels.length - 1 + step)) / 2;
}

/** The level of simple exponential smoothing, with the parameter that minimizes absolute error. */
function smoothed(values: readonly number[]): number {
  let best = { error: Infinity, level: values.at(-1) ?? 0 };
  for (const alpha of [0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9]) {
    let level = mean(values.slice(0, WARM_UP));
    let error = 0;
    for (const [index, value] of values.entries()) {
      const surprise = value - level;
      if (index >= WARM_UP) error += Math.abs(surprise);
      level += alpha * surprise;
    }
    if (error < best.error) best = { error, level };
  }
  return best.level;
}

/**
 * Holt's linear trend, damped (Gardner and McKenzie, 1985), with the parameters that minimize
 * squared error.
 */
export function dampedTrend(levels: readonly number[]): Path {
  const start = mean(levels.slice(0, WARM_UP));
  let best = { error: Infinity, level: start, trend: 0, damping: 0 };
  for (const alpha of [0.05, 0.1, 0.2, 0.4, 0.7]) {
    for (const beta of [0.02, 0.05, 0.1, 0.3]) {
      for (const damping of [0.8, 0.9, 0.98]) {
        let level = start;
        let trend = 0;
        let error = 0;
        for (let index = 0; index < levels.length; index += 1) {
          const expected = level + damping * trend;
          const surprise = (levels[index] ?? 0) - expected;
          if (index >= WARM_UP) error += surprise * surprise;
          level = expected + alpha * surprise;
          trend = damping * trend + alpha * beta * surprise;
        }
        if (error < best.error) best = { error, level, trend, damping };
      }
    }
  }
  const { level, trend, damping } = best;
  return (step) => level + (trend * damping * (1 - damping ** step)) / (1 - damping);
}

/** The least-squares line through equally spaced values; flat if there are only a few. */
function lineOf(values: readonly number[]): (index: number) => number {
  const middle = (values.length - 1) / 2;
  const center = mean(values);
  if (values.length <= 2 * WARM_UP) return () => center;
  let covariance = 0;
  let variance = 0;
  for (const [index, value] of values.entries()) {
    covariance += (index - middle) * value;
    variance += (index - middle) ** 2;
  }
  return (index) => center + (covariance / variance) * (index - middle);
}
