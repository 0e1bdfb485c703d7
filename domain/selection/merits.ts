import { type CatalogModel, qualityPriorOf } from '../catalog/model.ts';

/** How good and how fast a model is for one kind of work. Absent if unknown. */
export type Merits = {
  /** 0 to 1, on the scale of the catalog. */
  quality?: number | undefined;
  /** Standard error of `quality`. */
  uncertainty?: number | undefined;
  latencyMs?: number | undefined;
};

export type MeritsOf = (entry: CatalogModel) => Merits;

/** What the catalog alone says about models for one kind of work. */
export const priorMerits =
  (task: string | undefined): MeritsOf =>
  (entry) => {
    const { quality, uncertainty } = qualityPriorOf(entry, task) ?? {};
    return { quality, uncertainty, latencyMs: entry.latencyMs };
  };
