import type { Catalog } from '../catalog/model.ts';
import type { LearnedFeedback } from '../prediction/model-feedback.ts';
import { learnedMerits, type MeritsOf, priorMerits } from './merits.ts';

/** What there is to choose from for one request, and when. */
export type Supply = { catalog: Catalog; meritsOf: MeritsOf; nowMs: number };

type Facts = {
  catalog: Catalog;
  nowMs: number;
  /** What the organization's settlements taught about models. */
  feedback?: LearnedFeedback | undefined;
};

/** What there is to choose from for a request. */
export const supplyFor = (
  { system, operation }: { system?: string | undefined; operation?: string | undefined },
  { catalog, nowMs, feedback }: Facts,
): Supply => ({
  catalog,
  nowMs,
  meritsOf:
    feedback && system !== undefined
      ? learnedMerits({ system, operation }, catalog, feedback)
      : priorMerits(operation),
});
