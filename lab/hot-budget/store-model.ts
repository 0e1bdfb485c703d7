import { logNormalVariate, type SeededRandom } from '../traces/seeded-random.ts';
import type { EventQueue } from './event-queue.ts';

/** Assumed, except for the units, which DynamoDB documents; see `docs/hot-budget.md`. */
export const STORE = {
  writeMedianMs: 3,
  /**
   * Standard deviation of the logarithm of every time: the mean is 13 % above the median, and p99
   * is 3.2 medians.
   */
  timeSigma: 0.5,
  itemUnitsPerSecond: 1_000,
};

/** One item under 1 KB, with the state that determines its conflicts and throughput. */
export type Item = { isPrepared: boolean; units: number; filledAtMs: number };

export type Outcome = 'done' | 'conflict' | 'throttled';

/** A call's effect on success, and its callback after its time. */
export type Effects = { onCommit?: () => void; onAnswer: (outcome: Outcome) => void };

/** Accumulates the costs of calls. */
export type Tally = { units: number; retries: number; conflicts: number };

export type StoreModel = {
  newItem: () => Item;
  /** A single conditional write: one round trip. */
  write: (item: Item, tally: Tally, effects: Effects) => void;
  /** Prepare and commit. An item prepared by another transaction cancels it immediately. */
  transact: (items: Item[], tally: Tally, effects: Effects) => void;
};

/**
 * DynamoDB's behavior on one hot item. Transactions are one-shot with two phases (Idziorek et al.,
 * "Distributed Transactions at Scale in Amazon DynamoDB", USENIX ATC 2023): from prepare to the end
 * of commit, the item refuses others. A call that conflicts is billed like a successful one, a
 * throttled one is not.
 */
export function createStoreModel(
  queue: EventQueue,
  random: SeededRandom,
  phaseMedianMs: number,
): StoreModel {
  const phaseMs = (): number => phaseMedianMs * logNormalVariate(STORE.timeSigma, random);
  const writeMs = (): number => STORE.writeMedianMs * logNormalVariate(STORE.timeSigma, random);

  /** Takes a write unit from the item's token bucket. @returns whether one was available */
  function takeUnit(item: Item): boolean {
    const gained = ((queue.nowMs() - item.filledAtMs) * STORE.itemUnitsPerSecond) / 1_000;
    item.units = Math.min(STORE.itemUnitsPerSecond, item.units + gained);
    item.filledAtMs = queue.nowMs();
    if (item.units < 1) return false;
    item.units -= 1;
    return true;
  }

  /** The items' answer to a write or a prepare. */
  function outcomeOf(items: Item[], units: number, tally: Tally): Outcome {
    const isThrottled = items.map(takeUnit).includes(false);
    if (isThrottled) return 'throttled';
    tally.units += units;
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
      const outcome = outcomeOf([item], 1, tally);
      if (outcome === 'done') onCommit?.();
      queue.after(writeMs(), () => onAnswer(outcome));
    },

    transact(items, tally, { onCommit, onAnswer }) {
      const outcome = outcomeOf(items, 2 * items.length, tally);
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
