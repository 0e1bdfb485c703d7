/** A batch of this many postings always teaches. */
export const ALWAYS_LEARNED = 25;

/**
 * Whether predictors learn from a batch of postings. Each batch rewrites the statistics of its routes,
 * up to 25 KB each. Under load many batches come at once, and a share of them teaches as much: of
 * `postings` in a batch, about `ALWAYS_LEARNED` are learned on average. The first posting's ID
 * decides, so a batch that is delivered again is treated the same.
 */
export function isLearned(postings: number, firstPostingId: string): boolean {
  if (postings <= ALWAYS_LEARNED) return true;
  const drawn = Number.parseInt(/[0-9a-f]{4}(?=\.|$)/.exec(firstPostingId)?.[0] ?? '0', 16);
  return drawn / 0x1_0000 < ALWAYS_LEARNED / postings;
}
