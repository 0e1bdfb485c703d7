import { logNormalVariate, type SeededRandom } from '../traces/seeded-random.ts';
import type { EventQueue } from './event-queue.ts';

/** Assumed, except for the units, which DynamoDB documents; `docs/hot-budget.md`. */
export const STORE = {
  writeMedianMs: 3,
  /** Deviation of the logarithm of every time: the mean lies 13 % above the median, p99 at 3.2 medians. */
  timeSigma: 0.5,
  itemUnitsPerSecond: 1_000,
};

/** One item under 1 KB: what its conflicts and its throughput depend on. */
export type Item = { isPrepared: boolean; units: number; filledAtMs: number };

export type Outcome = 'done' | 'conflict' | 'throttled';

/** What a call does where it succeeds, and whom it answers after its time. */
export type Effects = { onCommit?: () => void; onAnswer: (outcome: Outcome) => void };

/** Where the costs of a call are summed up. */
export type Tally = { units: number; retries: number; conflicts: number };

export type StoreModel = {
  newItem: () => Item;
  /** A single conditional write: one round trip. */
  write: (item: Item, tally: Tally, effects: Effects) => void;
  /** Prepare and commit; an item that another transaction has prepared cancels it at once. */
  transact: (items: Item[], tally: Tally, effects: Effects) => void;
};

/**
 * DynamoDB as far as one hot item feels it. Transactions are one-shot with two phases (Idziorek et
 * al., "Distributed Transactions at Scale in Amazon DynamoDB", USENIX ATC 2023): from the prepare to
 * the end of the commit the item refuses others. A refused call is billed like one that succeeds.
 */
export function createStoreModel(
  queue: EventQueue,
  random: SeededRandom,
  phaseMedianMs: number,
): StoreModel {
  const phaseMs = (): number => phaseMedianMs * logNormalVariate(STORE.timeSigma, random);
  const writeMs = (): number => STORE.writeMedianMs * logNormalVariate(STORE.timeSigma, random);

  /** Takes a write unit from the item's token bucket. @returns whether there was one */
  function takeUnit(item: Item): boolean {
    const gained = ((queue.nowMs() - item.filledAtMs) * STORE.itemUnitsPerSecond) / 1_000;
    item.units = Math.min(STORE.itemUnitsPerSecond, item.units + gained);
    item.filledAtMs = queue.nowMs();
    if (item.units < 1) return false;
    item.units -= 1;
    return true;
  }

  /** What the items say to a write or to a prepare. */
  function outcomeOf(items: Item[], tally: Tally): Outcome {
    const isThrottled = items.map(takeUnit).includes(false);
    if (isThrottled) return 'throttled';
    if (!items.some((item) => item.isPrepared)) return 'done';
    tally.conflicts += 1;
    return 'conflict';
  }

  return {
    newItem: () => ({
      isPrepared: false,
      units: STORE.itemUnitsPerSecond,
      filledAtMs: queue.nowMs(),
    }),

    write(item, tally, { onCommit, onAnswer }) {
      tally.units += 1;
      const outcome = outcomeOf([item], tally);
      if (outcome === 'done') onCommit?.();
      queue.after(writeMs(), () => onAnswer(outcome));
    },

    transact(items, tally, { onCommit, onAnswer }) {
      tally.units += 2 * items.length;
      const outcome = outcomeOf(items, tally);
      const isPrepared = outcome === 'done';
      if (isPrepared) for (const item of items) item.isPrepared = true;
      queue.after(phaseMs(), () => {
        if (!isPrepared) {
          onAnswer(outcome);
          return;
        }
        for (const item of items) takeUnit(item);
        queue.after(phaseMs(), () => {
          for (const item of items) item.isPrepared = false;
          onCommit?.();
          onAnswer('done');
        });
      });
    },
  };
}
