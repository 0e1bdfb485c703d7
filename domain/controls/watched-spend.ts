import type { NanoUsd } from '../money.ts';
import { countedIn, type Measures } from '../reporting/measures.ts';

/**
 * What levels compare of a scope's sums of whole days: what is dated in them, and besides what was
 * booked in them and is dated elsewhere, so that no date hides anything. Nothing that is disputed.
 */
export const watchedSpend = (measures: Measures): NanoUsd =>
  countedIn(measures) + beyondDate(measures.backDatedNanoUsd);

/** What was booked in a period beyond what is dated in it: a date may only add to what is watched. */
export const beyondDate = (backDatedNanoUsd: NanoUsd): NanoUsd =>
  backDatedNanoUsd > 0n ? backDatedNanoUsd : 0n;

/** What was booked in an hour: a rate is of what came in, whenever it is dated. */
export const bookedSpend = (measures: Measures): NanoUsd =>
  countedIn(measures) + measures.backDatedNanoUsd;
