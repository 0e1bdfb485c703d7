import type { Posting } from '../ledger/posting.ts';
import { aggregateKeysOf, aggregateKeyText } from './aggregates.ts';
import { backDatingsOf } from './back-dating.ts';

/**
 * Splits postings, in order, into batches for one transaction each. A transaction has one item per
 * posting and one per aggregate that any of them touches, at most `maxItems` in total.
 */
export function packPostings(postings: readonly Posting[], maxItems: number): Posting[][] {
  const runs: Posting[][] = [];
  let run: Posting[] = [];
  let aggregates = new Set<string>();
  for (const posting of postings) {
    const keys = [...aggregateKeysOf(posting), ...backDatingsOf(posting)].map(aggregateKeyText);
    const together = aggregates.union(new Set(keys));
    if (run.length > 0 && run.length + 1 + together.size > maxItems) {
      runs.push(run);
      run = [];
      aggregates = new Set(keys);
    } else {
      aggregates = together;
    }
    run.push(posting);
  }
  if (run.length > 0) runs.push(run);
  return runs;
}
