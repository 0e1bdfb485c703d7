import type { Catalog } from '../catalog/model.ts';
import { type MeritsOf, priorMerits } from './merits.ts';

/** What there is to choose from for one request, and when. */
export type Supply = { catalog: Catalog; meritsOf: MeritsOf; nowMs: number };

/** What there is to choose from for a request. */
export const supplyFor = (
  { operation }: { operation?: string | undefined },
  facts: { catalog: Catalog; nowMs: number },
): Supply => ({ ...facts, meritsOf: priorMerits(operation) });
