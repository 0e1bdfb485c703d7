import type { CacheKey, SharedStore } from '../../../domain/caching/cache.ts';
import { quantiles } from '../../../domain/series/quantile.ts';
import { createMemoryCache } from '../../../services/caching/memory-cache.ts';
import type { ConsumedCapacity } from '../../../tables/dynamodb.ts';

/** How long reads and writes of one answer take, and what DynamoDB bills for each. */
export type StoreRow = {
  name: string;
  readMs: number;
  writeMs: number;
  units?: { read: ConsumedCapacity; write: ConsumedCapacity } | undefined;
};

type Store = {
  name: string;
  read: (key: CacheKey) => Promise<unknown>;
  write: (key: CacheKey, text: string) => Promise<void>;
};

const LIFE_MS = 3_600_000;

const sharedStore = (name: string, store: SharedStore): Store => ({
  name,
  read: (key) => store.read(key, Date.now()),
  write: (key, text) => {
    const storedAtMs = Date.now();
    return store.write(key, { text, storedAtMs, expiresAtMs: storedAtMs + LIFE_MS });
  },
});

function memoryStore(): Store {
  const cache = createMemoryCache({ mostCharacters: 1e8, now: Date.now });
  return {
    name: 'memory',
    read: (key) => cache.get(key),
    write: (key, text) => cache.set(key, text, LIFE_MS),
  };
}

/**
 * Reads and writes the same answers in every store, in turns, so that all of them meet the same load
 * of this machine.
 * @param takeConsumed what DynamoDB consumed since the last call
 */
export async function measureStores(
  {
    table,
    valkey,
    takeConsumed,
  }: {
    table: SharedStore;
    valkey: SharedStore | undefined;
    takeConsumed: () => ConsumedCapacity;
  },
  rounds: number,
  text: string,
): Promise<StoreRow[]> {
  const stores = [
    memoryStore(),
    ...(valkey ? [sharedStore('Valkey or Redis', valkey)] : []),
    sharedStore('DynamoDB', table),
  ];
  const readMs = stores.map((): number[] => []);
  const writeMs = stores.map((): number[] => []);
  let units: StoreRow['units'];
  takeConsumed();
  for (let round = 0; round < rounds; round += 1) {
    const key = { organizationId: 'bench', name: `desk/tag/${round}/whole` };
    for (const [at, store] of stores.entries()) {
      writeMs[at]?.push(await timed(() => store.write(key, text)));
      const write = takeConsumed();
      readMs[at]?.push(await timed(() => store.read(key)));
      if (store.name === 'DynamoDB') units = { write, read: takeConsumed() };
    }
  }
  return stores.map(({ name }, at) => ({
    name,
    readMs: quantiles(readMs[at] ?? [], [0.5])[0] ?? 0,
    writeMs: quantiles(writeMs[at] ?? [], [0.5])[0] ?? 0,
    ...(name === 'DynamoDB' ? { units } : {}),
  }));
}

async function timed(call: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await call();
  return performance.now() - startedMs;
}
