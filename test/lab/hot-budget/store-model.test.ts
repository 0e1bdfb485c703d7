import {
  DynamoDBClient,
  type TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTables } from '../../../aws/create-tables.ts';
import { localEndpoint } from '../../../aws/local-endpoint.ts';
import { createEventQueue } from '../../../lab/hot-budget/event-queue.ts';
import { createStoreModel, type Outcome, STORE } from '../../../lab/hot-budget/store-model.ts';
import { startBinary } from '../../support/embedded-store.ts';
import {
  type FaultyDynamoDb,
  startFaultyDynamoDb,
} from '../../support/faulty-dynamodb/faulty-dynamodb.ts';
import { createThroughput } from '../../support/faulty-dynamodb/throughput.ts';

const TableName = 'things';
const PHASE_MS = 100;
const LATER_MS = 30;
/** Every time of the model is then its median. */
const MEDIAN = (): number => 0.25;

/** Items of one call. One alone is a single write, several are a transaction. */
type Sent = readonly string[];
/** Each round begins with its first call; the others come while that is open. */
const ROUNDS: readonly (readonly Sent[])[] = [
  [['a', 'b'], ['a'], ['b', 'c'], ['c', 'd'], ['e']],
  [['a'], ['a', 'b'], ['a']],
  [
    ['c', 'd', 'e'],
    ['e', 'f'],
    ['d', 'c'],
    ['a', 'b'],
    ['a', 'f'],
  ],
];
const ITEMS = ['a', 'b', 'c', 'd', 'e', 'f'];

type Met = { outcomes: Outcome[][]; units: Record<string, number> };

/** What the model answers, and the units that it counts for each item. */
function metByModel(): Met {
  const queue = createEventQueue();
  const model = createStoreModel(queue, MEDIAN, PHASE_MS);
  const items = new Map(ITEMS.map((name) => [name, model.newItem()]));
  const units: Record<string, number> = {};
  const outcomes = ROUNDS.map((round) => {
    const answers: Outcome[] = [];
    for (const [position, names] of round.entries()) {
      queue.after(position === 0 ? 0 : LATER_MS, () => {
        const tally = { units: 0, retries: 0, conflicts: 0 };
        const named = names.flatMap((name) => items.get(name) ?? []);
        const onAnswer = (outcome: Outcome): void => void (answers[position] = outcome);
        const [only] = named;
        if (named.length === 1 && only) model.write(only, tally, { onAnswer });
        else model.transact(named, tally, { onAnswer });
        for (const name of names) units[name] = (units[name] ?? 0) + tally.units / names.length;
      });
    }
    queue.runUntil(queue.nowMs() + 10 * PHASE_MS);
    return answers;
  });
  return { outcomes, units };
}

let store: Awaited<ReturnType<typeof startBinary>>;
let faulty: FaultyDynamoDb;
let client: DynamoDBClient;
beforeAll(async () => {
  store = await startBinary();
  faulty = await startFaultyDynamoDb(store.endpoint, 1, { phaseMs: PHASE_MS });
  client = new DynamoDBClient({ ...localEndpoint(faulty.endpoint), maxAttempts: 1 });
  await createTables(client, '', [
    {
      name: TableName,
      partitionKey: { name: 'pk', type: 'S' },
      sortKey: { name: 'sk', type: 'S' },
    },
  ]);
});
afterAll(async () => {
  client?.destroy();
  await faulty?.close();
  await store?.close();
});

const incrementOf = (name: string) => ({
  TableName,
  Key: { pk: { S: name }, sk: { S: 'x' } },
  UpdateExpression: 'ADD n :one',
  ExpressionAttributeValues: { ':one': { N: '1' } },
});

const send = (names: Sent): Promise<unknown> => {
  const [only = ''] = names;
  if (names.length === 1) return client.send(new UpdateItemCommand(incrementOf(only)));
  const TransactItems = names.map((name) => ({ Update: incrementOf(name) }));
  return client.send(new TransactWriteItemsCommand({ TransactItems }));
};

const outcomeOf = (sent: Promise<unknown>): Promise<Outcome> =>
  sent.then(
    () => 'done',
    ({ name, CancellationReasons = [] }: TransactionCanceledException) => {
      const codes = [name, ...CancellationReasons.map(({ Code }) => Code)].join();
      if (codes.includes('TransactionConflict')) return 'conflict';
      return codes.includes('Throttling') ? 'throttled' : expect.unreachable(codes);
    },
  );

/** The same calls against the faulty store, and the units that their items really used. */
async function metByStore(): Promise<Met> {
  const outcomes: Outcome[][] = [];
  for (const [first = [], ...others] of ROUNDS) {
    const begun = outcomeOf(send(first));
    await pause(LATER_MS);
    outcomes.push(await Promise.all([begun, ...others.map((names) => outcomeOf(send(names)))]));
  }
  const usedBy = (name: string): number =>
    faulty.usedBy('write', JSON.stringify([TableName, { S: name }, { S: 'x' }]));
  return { outcomes, units: Object.fromEntries(ITEMS.map((name) => [name, usedBy(name)])) };
}

describe('the store of the hot-budget model', () => {
  it('answers and bills the same calls as the faulty DynamoDB before a real store', async () => {
    const met = await metByStore();
    expect(metByModel()).toEqual(met);
    expect(met.outcomes.flat()).toContain('conflict');
    expect(met.outcomes.flat()).toContain('done');
  });

  it('gives an item as many writes per second as the faulty DynamoDB, and bills no throttle', () => {
    const queue = createEventQueue();
    const model = createStoreModel(queue, MEDIAN, PHASE_MS);
    const item = model.newItem();
    const tally = { units: 0, retries: 0, conflicts: 0 };
    const limits = { writeUnitsPerSecond: STORE.itemUnitsPerSecond, readUnitsPerSecond: Infinity };
    const throughput = createThroughput({ faults: () => limits } as never, queue.nowMs);
    const name = { table: TableName, key: 'hot' };
    const counts = { model: 0, store: 0 };
    // 1,500 writes per second for three seconds: a full bucket first, then what flows in.
    for (let sent = 0; sent < 4_500; sent += 1) {
      queue.after(sent / 1.5, () => {
        model.write(item, tally, {
          onAnswer: (outcome) => void (counts.model += outcome === 'done' ? 1 : 0),
        });
        if (throughput.isSpent('write', name)) return;
        throughput.take('write', name.key, 1);
        counts.store += 1;
      });
    }
    queue.runUntil(10_000);
    expect(counts.model).toBe(counts.store);
    expect(counts.model).toBeGreaterThan(3_900);
    expect(counts.model).toBeLessThan(4_100);
    expect(tally.units).toBe(counts.model);
  });
});
