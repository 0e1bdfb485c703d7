import type { NanoUsd } from '../money.ts';
import { countedIn, type Measures } from '../reporting/measures.ts';

/**
 * The spend that levels compare, from a scope's daily sums: spend dated on those days plus spend
 * booked on them under another date, so backdating hides nothing. Excludes disputed amounts.
 */
export const watchedSpend = (measures: Measures): NanoUsd =>
  countedIn(measures) + beyondDate(measures.backDatedNanoUsd);

/**
 * Spend booked in a period under an earlier date. Never negative, because backdating may only add
 * to watched spend.
 */
export const beyondDate = (backDatedNanoUsd: NanoUsd): NanoUsd =>
  backDatedNanoUsd > 0n ? backDatedNanoUsd : 0n;

/** Spend booked in an hour. A rate measures what came in, regardless of its date. */
export const bookedSpend = (measures: Measures): NanoUsd =>
  countedIn(measures) + measures.backDatedNanoUsd;
