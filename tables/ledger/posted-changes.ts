import type { StreamFilter } from '../definition.ts';

/**
 * Changes of the ledger that may post spend: entries, except while they only hold money or once
 * they were voided. An entry without a state passes, so that its follower sets it aside.
 */
export const POSTED_CHANGES: StreamFilter = {
  k: { S: ['C', 'R'] },
  st: { S: [{ 'anything-but': ['reserved', 'voided'] }, { exists: false }] },
};
