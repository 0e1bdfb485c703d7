import { createMemoryCache } from '../../../services/caching/memory-cache.ts';

/** How often a cache that keeps at most this many blocks has the block that is asked for. */
export type BlockRow = { blocks: number; hitShare: number };

/** Digits of a block's number, so that all names are of one length. */
const DIGITS = 9;
/** With its text of one character, and one for the entry itself. */
const ENTRY_CHARACTERS = DIGITS + 2;

/**
 * Runs the blocks of prompts through caches of several sizes, in the order of the trace.
 * @param prompts the blocks of each prompt; equal numbers are equal beginnings
 */
export async function measureBlocks(
  prompts: readonly (readonly number[])[],
  sizes: readonly number[],
): Promise<BlockRow[]> {
  const rows: BlockRow[] = [];
  for (const blocks of sizes) {
    const cache = createMemoryCache({ mostCharacters: blocks * ENTRY_CHARACTERS, now: () => 0 });
    for (const ids of prompts) {
      for (const id of ids) {
        const key = { organizationId: '', name: String(id).padStart(DIGITS, '0') };
        if (!(await cache.get(key))) await cache.set(key, '1', 1_000);
      }
    }
    const { hits, misses } = cache.stats();
    rows.push({ blocks, hitShare: hits / (hits + misses) });
  }
  return rows;
}
