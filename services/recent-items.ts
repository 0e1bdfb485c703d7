import type { Item, Key } from '../tables/dynamodb.ts';

export type ItemKey = { table: string; key: Key };

const ITEMS_REMEMBERED = 10_000;

/** Remembers items that were read, or found absent, for a short while. */
export function createRecentItems(now: () => number, forMs: number) {
  const met = new Map<string, { item: Item | undefined; readAtMs: number }>();
  const isRecent = ({ readAtMs }: { readAtMs: number }): boolean =>
    Math.abs(now() - readAtMs) < forMs;
  return {
    /** The items in order, if all of them were read a moment ago. */
    get(keys: ItemKey[]): (Item | undefined)[] | undefined {
      const found = keys.map((key) => met.get(JSON.stringify(key)));
      return found.every((each) => each && isRecent(each))
        ? found.map((each) => each?.item)
        : undefined;
    },

    put(keys: ItemKey[], items: (Item | undefined)[]): void {
      if (met.size > ITEMS_REMEMBERED) met.clear();
      for (const [position, key] of keys.entries()) {
        met.set(JSON.stringify(key), { item: items[position], readAtMs: now() });
      }
    },
  };
}
