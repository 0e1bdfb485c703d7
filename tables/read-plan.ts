import type { DynamoDb, Item, Key } from './dynamodb.ts';
import { readItems } from './read-many.ts';

/** One item to read and how its table understands it; `parse` gets `undefined` for an absent item. */
export type ItemRead<Value> = { table: string; key: Key; parse: (item: Item | undefined) => Value };

/** A value that is there once its plan has run. @throws Error when it is asked for before */
export type Handle<Value> = { readonly value: Value };

export type PlannedRead = {
  table: string;
  key: Key;
  /** Gives the read its item, and so its handle a value. */
  answer: (item: Item | undefined) => void;
};

export type ReadPlan = ReturnType<typeof createReadPlan>;

/** Collects reads of any tables, so that one batch brings them all and each comes back typed. */
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

    /** Lets a read of another plan travel with this one. */
    join: (read: PlannedRead): void => void reads.push(read),

    /** Reads everything in one consistent batch (several where there are more than 100 keys). */
    async run(db: DynamoDb): Promise<void> {
      const items = await readItems(db, reads, { consistent: true });
      for (const [position, read] of reads.entries()) read.answer(items[position]);
    },
  };
}
