import { createDynamoDb } from '../../../aws/dynamodb.ts';
import { localEndpoint } from '../../../aws/local-endpoint.ts';
import { createValkeyStore } from '../../../aws/valkey-store.ts';
import type { ConsumedCapacity } from '../../../tables/dynamodb.ts';
import { createResponseCacheStore } from '../../../tables/response-cache.ts';
import { OWN_RUN_TABLE_PREFIX, type OwnRun, startOwnRun } from '../../own-run.ts';
import { mooncakeBlocks } from '../prompt-cache/mooncake.ts';
import { createBenchApi } from '../requests/bench-api.ts';
import type { BenchSubject } from '../subject.ts';
import { cachesText } from './caches-text.ts';
import { measureBlocks } from './measure-blocks.ts';
import { type CallRow, measureCalls } from './measure-calls.ts';
import { measureStores, type StoreRow } from './measure-stores.ts';
import { startValkey } from './valkey-server.ts';

const SIZES = [1_000, 5_000, 20_000, 50_000, 200_000];
const ANSWER = JSON.stringify({ text: 'The ticket is about an invoice. '.repeat(60) });

export const CACHES: BenchSubject = {
  name: 'caches',
  summary: [
    'hit rates by size, stores against each other, and what answers',
    'from the cache save (two minutes; Valkey or Redis if installed)',
  ],
  options: {
    calls: { summary: 'calls with and without', min: 50, max: 100_000, full: 2_000, quick: 300 },
    prompts: { summary: 'different prompts', min: 1, max: 100_000, full: 300, quick: 60 },
  },
  reads: 'with mooncake_conversation.jsonl.gz',
  async run({ isQuick, numbers: { calls = 1, prompts = 1 }, folder }) {
    const blocks = folder === undefined ? [] : await measureBlocks(mooncakeBlocks(folder), SIZES);
    const own = await startOwnRun();
    const api = createBenchApi(own.url, own.key);
    try {
      const stores = await storesOf(own, isQuick ? 200 : 2_000);
      const rows = await measureCalls(own, { calls, prompts }, () => api.drain());
      const figures = { blocks, stores, calls: rows };
      return { text: cachesText(figures), figures, isSound: addsUp(rows) };
    } finally {
      api.close();
      await own.stop();
    }
  },
};

/** What the cache saved and what was still called cost what all calls cost without it. */
function addsUp(rows: readonly CallRow[]): boolean {
  const [off, on] = rows;
  return off?.costNanoUsd === (on?.costNanoUsd ?? 0n) + (on?.savedNanoUsd ?? 0n);
}

async function storesOf({ dynamoDbEndpoint }: OwnRun, rounds: number): Promise<StoreRow[]> {
  let consumed: ConsumedCapacity = { readUnits: 0, writeUnits: 0 };
  const db = createDynamoDb({
    tablePrefix: OWN_RUN_TABLE_PREFIX,
    client: localEndpoint(dynamoDbEndpoint),
    onCapacity: ({ readUnits, writeUnits }) => {
      consumed = {
        readUnits: consumed.readUnits + readUnits,
        writeUnits: consumed.writeUnits + writeUnits,
      };
    },
  });
  const takeConsumed = (): ConsumedCapacity => {
    const taken = consumed;
    consumed = { readUnits: 0, writeUnits: 0 };
    return taken;
  };
  const server = await startValkey().catch(() => undefined);
  const valkey = server && createValkeyStore({ url: server.url, onError: () => undefined });
  try {
    const table = createResponseCacheStore(db).answers;
    return await measureStores({ table, valkey, takeConsumed }, rounds, ANSWER);
  } finally {
    valkey?.close();
    await server?.stop();
  }
}
