import { AsyncLocalStorage } from 'node:async_hooks';
import type { ConsumedCapacity, DynamoDb, Item } from '../../../tables/dynamodb.ts';

/** Capacity consumed by store calls. */
export type Used = ConsumedCapacity & {
  /**
   * Write units of refused writes and canceled transactions. The store does not report them, but
   * AWS charges for them.
   */
  refusedUnits: number;
  calls: number;
  transactions: number;
  /** Writes and transactions that conflicted with another transaction. */
  conflicts: number;
};

export const NOTHING_USED: Used = {
  readUnits: 0,
  writeUnits: 0,
  refusedUnits: 0,
  calls: 0,
  transactions: 0,
  conflicts: 0,
};

export type Meter = {
  /** The adapter's `onCapacity`. */
  onCapacity(this: void, capacity: ConsumedCapacity): void;
  count(part: Partial<Used>): void;
  /** Wraps the store to count its calls. */
  metered(db: DynamoDb): DynamoDb;
  /** Runs work. @returns its result and its own consumption, even with other work running */
  during<Answer>(work: () => Promise<Answer>): Promise<{ answer: Answer; used: Used }>;
};

export function createMeter(): Meter {
  const scopes = new AsyncLocalStorage<Used>();

  function count(part: Partial<Used>): void {
    const used = scopes.getStore();
    if (used) Object.assign(used, sumOfUsed([used, { ...NOTHING_USED, ...part }]));
  }

  return {
    onCapacity: count,
    count,
    metered: (db) => ({
      get: (request) => (count({ calls: 1 }), db.get(request)),
      batchGet: (keys, options) => (count({ calls: 1 }), db.batchGet(keys, options)),
      query: (query) => (count({ calls: 1 }), db.query(query)),
      scan: (request) => (count({ calls: 1 }), db.scan(request)),
      async write(write) {
        count({ calls: 1 });
        const result = await db.write(write);
        if (!result.ok) count({ refusedUnits: unitsOf(result.reason.old) });
        return result;
      },
      async transact(writes) {
        count({ calls: 1, transactions: 1 });
        const result = await db.transact(writes);
        if (!result.ok) {
          const isConflict = result.reasons.some(({ kind }) => kind === 'conflict');
          count({ refusedUnits: 2 * writes.length, conflicts: isConflict ? 1 : 0 });
        }
        return result;
      },
    }),
    async during(work) {
      const used = { ...NOTHING_USED };
      const answer = await scopes.run(used, work);
      return { answer, used };
    },
  };
}

export const sumOfUsed = (parts: readonly Used[]): Used =>
  parts.reduce(
    (sum, part) => ({
      readUnits: sum.readUnits + part.readUnits,
      writeUnits: sum.writeUnits + part.writeUnits,
      refusedUnits: sum.refusedUnits + part.refusedUnits,
      calls: sum.calls + part.calls,
      transactions: sum.transactions + part.transactions,
      conflicts: sum.conflicts + part.conflicts,
    }),
    NOTHING_USED,
  );

/** Average consumption. */
export function meanUsed(parts: readonly Used[]): Used {
  const sum = sumOfUsed(parts);
  const share = (value: number): number => value / parts.length;
  return {
    readUnits: share(sum.readUnits),
    writeUnits: share(sum.writeUnits),
    refusedUnits: share(sum.refusedUnits),
    calls: share(sum.calls),
    transactions: share(sum.transactions),
    conflicts: share(sum.conflicts),
  };
}

/** An item's write units: one per started KB, and one if the item does not exist. */
const unitsOf = (item: Item | undefined): number =>
  Math.max(1, Math.ceil(Buffer.byteLength(JSON.stringify(item ?? {}, asText)) / 1_024));

const asText = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? value.toString() : value;
