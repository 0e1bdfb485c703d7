import type { SampledRequest } from './day-sample.ts';
import { type Before, FIGURES_BEFORE, type FiguresBefore } from './recommendation.ts';

/** Figures of a sample with how well they are known, as `Before` keeps them. */
type Estimate<Figures extends FiguresBefore> = Figures & Pick<Before, 'error'>;

/**
 * Estimates figures from a sample, with their standard errors by the delete-a-group jackknife (Kott, 2001,
 * Journal of Official Statistics 17). They are errors of one direction: if the first is one standard
 * error too low, the others are off by as much as they usually are then.
 */
export function estimate<Figures extends FiguresBefore>(
  requests: readonly SampledRequest[],
  of: (requests: readonly SampledRequest[]) => Figures,
): Estimate<Figures> {
  const figures = of(requests);
  const groups = Map.groupBy(requests, ({ group }) => group);
  if (groups.size < 2) return figures;
  const names = FIGURES_BEFORE.filter((name) => figures[name] !== undefined);
  const deviations = [...groups.keys()].map((left) => {
    const without = of(requests.filter(({ group }) => group !== left));
    return names.map((name) => (without[name] ?? 0) - (figures[name] ?? 0));
  });
  const scale = (groups.size - 1) / groups.size;
  const covariances = names.map(
    (_name, position) =>
      scale *
      deviations.reduce(
        (sum, deviation) => sum + (deviation[0] ?? 0) * (deviation[position] ?? 0),
        0,
      ),
  );
  const first = Math.sqrt(covariances[0] ?? 0);
  const errors = covariances.map((covariance) => (first === 0 ? 0 : covariance / first));
  return {
    ...figures,
    error: {
      requests: requests.length,
      figures: Object.fromEntries(names.map((name, position) => [name, errors[position] ?? 0])),
    },
  };
}

/** The same of a share of requests that were all counted. */
export function counted(followingShare: number, requests: number): Estimate<FiguresBefore> {
  const error = Math.sqrt((followingShare * (1 - followingShare)) / Math.max(1, requests));
  return { followingShare, error: { requests, figures: { followingShare: error } } };
}

/** The figures before, had they been one standard error higher. */
export const oneErrorHigher = (before: Before): Before =>
  FIGURES_BEFORE.reduce((sum, name) => {
    const amount = before.error?.figures[name];
    return amount === undefined ? sum : { ...sum, [name]: (before[name] ?? 0) + amount };
  }, before);
