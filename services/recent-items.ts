import type { Item, Key } from '../tables/dynamodb.ts';
import type { PlannedRead, ReadPlan } from '../tables/read-plan.ts';
import { createMemory } from './memory.ts';

const ITEMS_REMEMBERED = 10_000;

/** Briefly remembers items that were read, or found to be absent. */
export function createRecentItems(now: () => number, keptMs: number) {
  const items = createMemory<{ item: Item | undefined }>({ most: ITEMS_REMEMBERED, keptMs, now });

  return {
    /** Whether memory can answer all of these reads. */
    has: (reads: readonly PlannedRead[]): boolean =>
      reads.every(({ table, key }) => items.get(nameOf(table, key)) !== undefined),

    /** Forgets an item that this process has changed. */
    forget: ({ table, key }: { table: string; key: Key }): void => items.delete(nameOf(table, key)),

    /**
     * Adds reads to a plan and remembers their results.
     * @param mayRecall whether memory may answer a read instead
     */
    join(plan: ReadPlan, reads: readonly PlannedRead[], mayRecall: boolean): void {
      for (const { table, key, answer } of reads) {
        const name = nameOf(table, key);
        const recent = mayRecall ? items.get(name) : undefined;
        if (recent) {
          answer(recent.item);
          continue;
        }
        plan.join({
          table,
          key,
          answer(item) {
            items.set(name, { item });
            answer(item);
          },
        });
      }
    },
  };
}

const nameOf = (table: string, key: Key): string => JSON.stringify([table, key]);
