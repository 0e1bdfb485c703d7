import type { DynamoDb, Item, Key } from './dynamodb.ts';
import { readItems } from './read-many.ts';

/** One item to read, and how to parse it. `parse` gets `undefined` for an absent item. */
export type ItemRead<Value> = { table: string; key: Key; parse: (item: Item | undefined) => Value };

/** A value that is available once its plan has run. @throws Error if it is used earlier */
export type Handle<Value> = { readonly value: Value };

export type PlannedRead = {
  table: string;
  key: Key;
  /** Passes the item to the read, which sets its handle's value. */
  answer: (item: Item | undefined) => void;
};

export type ReadPlan = ReturnType<typeof createReadPlan>;

/**
 * Collects reads of any tables, so that one batch fetches them all and each returns its own type.
 */
export function createReadPlan() {
  const reads: PlannedRead[] = [];
  return {
    reads: reads as readonly PlannedRead[],

    add<Value>({ table, key, parse }: ItemRead<Value>): Handle<Value> {
      let answered: { value: Value } | undefined;
      reads.push({ table, key, answer: (item) => (answered = { value: parse(item) }) });
      return {
        get value() {
          if (!answered) throw new Error(`${table} was not read yet: run the plan first`);
          return answered.value;
        },
      };
    },

    /** Adds a read of another plan to this one. */
    join: (read: PlannedRead): void => void reads.push(read),

    /** Reads everything in one consistent batch, or several if there are more than 100 keys. */
    async run(db: DynamoDb): Promise<void> {
      const items = await readItems(db, reads, { consistent: true });
      for (const [position, read] of reads.entries()) read.answer(items[position]);
    },
  };
}
