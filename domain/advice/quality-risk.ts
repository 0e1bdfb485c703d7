import type { Catalog } from '../catalog/model.ts';
import { addFeedback, feedbackOf, noFeedback } from '../prediction/model-feedback.ts';
import { routeOf } from '../prediction/route-statistics.ts';
import { modelStem } from '../pricing/model-id.ts';
import { knownQuality, learnedMerits, type MeritsOf } from '../selection/merits.ts';
import { lossBound, lossOf } from './measured-loss.ts';
import type { QualityRisk } from './recommendation.ts';
import type { Route } from './route.ts';
import { requestsOf, type RouteHistory } from './route-history.ts';

/** What is known of the quality of models for the work of one route. */
export type WorkQuality = {
  /** Grades of this system's operation, by model. */
  gradesOf: (model: string) => readonly number[];
  meritsOf: MeritsOf;
};

/**
 * Collects the grades of a route's work: of its system and operation, whatever the model. Few of them
 * are refined by those of other systems with the same operation, and both refine the catalog. Without
 * an operation, other systems say nothing, because nobody knows that they do the same.
 */
export function workQuality(
  route: Route,
  all: readonly RouteHistory[],
  catalog: Catalog,
): WorkQuality {
  const alike = all.filter(
    (other) =>
      other.route.operation === route.operation &&
      (route.operation !== undefined || other.route.system === route.system),
  );
  const own = alike.filter((other) => other.route.system === route.system);
  const feedback = feedbackOf(
    alike.map((history) => {
      const sum = noFeedback();
      for (const request of requestsOf(history)) addFeedback(sum, request);
      return { route: routeOf(history.route), feedback: sum };
    }),
  );
  return {
    gradesOf: (model) =>
      own
        .filter((history) => modelStem(history.route.model) === modelStem(model))
        .flatMap((history) =>
          requestsOf(history).flatMap(({ quality }) => (quality === undefined ? [] : [quality])),
        ),
    meritsOf: learnedMerits(route, catalog, feedback),
  };
}

/**
 * What another model may cost in quality, as a share of the present one's. `undefined` if too little is
 * known of either.
 */
export function riskOf(
  present: string,
  offered: string,
  { gradesOf, meritsOf }: WorkQuality,
  catalog: Catalog,
): QualityRisk | undefined {
  const grades = [present, offered].map(gradesOf);
  const graded = Math.min(...grades.map(({ length }) => length));
  const measured = lossOf(grades[0] ?? [], grades[1] ?? []);
  if (measured) return { basis: 'measured', ...measured, graded };
  const [before, after] = [present, offered].map((model) => {
    const entry = catalog.get(model);
    const merits = entry && meritsOf(entry);
    const quality = merits && knownQuality(merits);
    return quality === undefined ? undefined : { quality, uncertainty: merits?.uncertainty ?? 0 };
  });
  if (!before || !after || before.quality === 0) return undefined;
  const isGraded = grades.some(({ length }) => length > 0);
  return {
    basis: isGraded ? 'estimated' : 'prior',
    ...lossBound(before, after),
    graded,
  };
}
