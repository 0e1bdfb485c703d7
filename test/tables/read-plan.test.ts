import { describe, expect, it } from 'vitest';
import type { DynamoDb, Item } from '../../tables/dynamodb.ts';
import { createReadPlan, type ItemRead } from '../../tables/read-plan.ts';

/** A store that supports only batch reads; `batches` lists the keys of each. */
function readableStore(items: Record<string, Item>) {
  const batches: string[][] = [];
  const db: Pick<DynamoDb, 'batchGet'> = {
    async batchGet(keys, options) {
      expect(options).toEqual({ consistent: true });
      const names = keys.map(({ table, key }) => `${table}/${key['pk']}`);
      batches.push(names);
      return names.map((name) => items[name]);
    },
  };
  return { db: db as DynamoDb, batches };
}

const priceRead = (pk: string): ItemRead<bigint | undefined> => ({
  table: 'prices',
  key: { pk },
  parse: (item) => item?.['price'] as bigint | undefined,
});
const nameRead = (pk: string): ItemRead<string> => ({
  table: 'names',
  key: { pk },
  parse: (item) => String(item?.['name'] ?? 'nobody'),
});

describe('a read plan', () => {
  it('brings items of several tables in one batch, each understood by its own table', async () => {
    const { db, batches } = readableStore({
      'prices/a': { price: 3n },
      'names/b': { name: 'Bea' },
    });
    const plan = createReadPlan();
    const price = plan.add(priceRead('a'));
    const name = plan.add(nameRead('b'));
    const absent = plan.add(nameRead('c'));
    await plan.run(db);
    expect([price.value, name.value, absent.value]).toEqual([3n, 'Bea', 'nobody']);
    expect(batches).toEqual([['prices/a', 'names/b', 'names/c']]);
  });

  it('gives no value before it ran', () => {
    const price = createReadPlan().add(priceRead('a'));
    expect(() => price.value).toThrow('prices was not read yet');
  });

  it('answers reads that joined from another plan', async () => {
    const { db, batches } = readableStore({
      'prices/a': { price: 3n },
      'names/b': { name: 'Bea' },
    });
    const [plan, other] = [createReadPlan(), createReadPlan()];
    const price = plan.add(priceRead('a'));
    const name = other.add(nameRead('b'));
    for (const read of other.reads) plan.join(read);
    await plan.run(db);
    expect([price.value, name.value]).toEqual([3n, 'Bea']);
    expect(batches).toHaveLength(1);
  });

  it('takes as many batches of 100 keys as it needs, and none without reads', async () => {
    const { db, batches } = readableStore({ 'prices/200': { price: 7n } });
    const plan = createReadPlan();
    const prices = Array.from({ length: 201 }, (_, pk) => plan.add(priceRead(String(pk))));
    await plan.run(db);
    expect(batches.map(({ length }) => length)).toEqual([100, 100, 1]);
    expect(prices.at(-1)?.value).toBe(7n);
    await createReadPlan().run(db);
    expect(batches).toHaveLength(3);
  });
});
