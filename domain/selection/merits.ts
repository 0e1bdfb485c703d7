import {
  type AssumableFact,
  type Catalog,
  type CatalogModel,
  qualityPriorOf,
} from '../catalog/model.ts';
import { routeOf } from '../prediction/route-statistics.ts';
import { modelStem } from '../pricing/model-id.ts';
import {
  type FadingMean,
  type FeedbackByModel,
  type LearnedFeedback,
  workKey,
} from '../prediction/model-feedback.ts';
import { type Estimate, learnedQualities } from './learned-quality.ts';

/** How good and how fast a model is for one kind of work. Absent if unknown. */
export type Merits = {
  /** 0 to 1, on the scale of the catalog. */
  quality?: number | undefined;
  /** Standard error of `quality`. */
  uncertainty?: number | undefined;
  latencyMs?: number | undefined;
  /** Which of these facts are assumed, and not measured by anyone. */
  assumed?: readonly AssumableFact[] | undefined;
};

/** With a larger standard error, a quality is no ground for a choice. Four grades reach it. */
const MOST_UNCERTAINTY = 0.2;

/** A model's quality, if enough is known of it to choose by it. */
export const knownQuality = ({
  quality,
  uncertainty = 0,
}: Pick<Merits, 'quality' | 'uncertainty'>): number | undefined =>
  uncertainty > MOST_UNCERTAINTY ? undefined : quality;

export type MeritsOf = (entry: CatalogModel) => Merits;

/**
 * How much models differ between the systems that use them for the same operation: standard deviation.
 * Ten grades of a system then weigh as much as all others of the operation.
 */
const SYSTEM_SPREAD = Math.sqrt(0.025);
/** The catalog's latency weighs as much as this many measured ones. */
const LATENCIES_OF_CATALOG = 10;

/** What the catalog alone says about models for one kind of work. */
export const priorMerits =
  (task: string | undefined): MeritsOf =>
  (entry) => {
    const { quality, uncertainty } = qualityPriorOf(entry, task) ?? {};
    return { quality, uncertainty, latencyMs: entry.latencyMs, assumed: entry.assumed };
  };

/**
 * What the catalog and an organization's own settlements say about models for one system's operation:
 * the catalog's prior is refined by the grades of the operation, and that by those of the system.
 */
export function learnedMerits(
  { system, operation }: { system: string; operation?: string | undefined },
  catalog: Catalog,
  feedback: LearnedFeedback,
): MeritsOf {
  const prior = priorMerits(operation);
  const { operation: work } = routeOf({ model: '', system, operation });
  const ofOperation = feedback.get(workKey(work));
  if (!ofOperation) return prior;
  const ofSystem: FeedbackByModel = feedback.get(workKey(work, system)) ?? new Map();
  const general = refined(ofOperation, (stem) => estimateOf(catalog.get(stem), prior));
  const specific = refined(ofSystem, (stem) => {
    const { quality } = general.get(stem) ?? {};
    return quality === undefined ? undefined : { quality, uncertainty: SYSTEM_SPREAD };
  });
  const bestOf = (stem: string): Estimate | undefined => {
    const [narrow, wide] = [specific.get(stem), general.get(stem)];
    // The grades of a system are among those of the operation, so they must not count twice.
    return narrow && wide
      ? { ...narrow, uncertainty: Math.max(narrow.uncertainty, wide.uncertainty) }
      : wide;
  };
  return (entry) => {
    const stem = modelStem(entry.model);
    const merits = {
      ...prior(entry),
      ...bestOf(stem),
      latencyMs: latencyOf(entry.latencyMs, ofSystem.get(stem)?.latencies),
    };
    return { ...merits, assumed: stillAssumed(entry, merits) };
  };
}

/** What grades and latencies have not replaced. */
function stillAssumed({ assumed, latencyMs }: CatalogModel, merits: Merits): Merits['assumed'] {
  const left = assumed?.filter(
    (fact) =>
      !(fact === 'quality' && knownQuality(merits) !== undefined) &&
      !(fact === 'latencyMs' && merits.latencyMs !== latencyMs),
  );
  return left?.length === 0 ? undefined : left;
}

function estimateOf(entry: CatalogModel | undefined, prior: MeritsOf): Estimate | undefined {
  const { quality, uncertainty } = entry ? prior(entry) : {};
  return quality === undefined || uncertainty === undefined ? undefined : { quality, uncertainty };
}

/** The estimates of the models that were graded and have an estimate before. */
function refined(
  feedback: FeedbackByModel,
  beforeOf: (stem: string) => Estimate | undefined,
): Map<string, Estimate> {
  const graded = [...feedback].flatMap(([stem, { grades }]) => {
    const before = beforeOf(stem);
    return before && grades.weight > 0 ? [{ stem, before, grades }] : [];
  });
  const estimates = learnedQualities(graded);
  return new Map(graded.map(({ stem, before }, index) => [stem, estimates[index] ?? before]));
}

/** The typical latency: the geometric mean of those measured and the catalog's. */
function latencyOf(
  prior: number | undefined,
  { weight, sum }: FadingMean = { weight: 0, sum: 0 },
): number | undefined {
  if (weight === 0) return prior;
  const [ofCatalog, known] = prior === undefined ? [0, 0] : [Math.log(prior), LATENCIES_OF_CATALOG];
  return Math.round(Math.exp((known * ofCatalog + sum) / (known + weight)));
}
