import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  paginateScan,
  PutItemCommand,
  type TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTables } from '../../../aws/create-tables.ts';
import { localEndpoint } from '../../../aws/local-endpoint.ts';
import { createDynamoRequest } from '../../../local/store/dynamo-request.ts';
import { sweepExpired } from '../../../local/store/ttl-sweep.ts';
import { startBinary } from '../embedded-store.ts';
import { type FaultyDynamoDb, startFaultyDynamoDb } from './faulty-dynamodb.ts';

const TableName = 'things';
const definition = {
  name: TableName,
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
} as const;

let store: Awaited<ReturnType<typeof startBinary>>;
let faulty: FaultyDynamoDb;
/** Tries once, so that a test sees each answer. */
let client: DynamoDBClient;
let partitions = 0;
let pk: { S: string };

beforeAll(async () => {
  store = await startBinary();
  faulty = await startFaultyDynamoDb(store.endpoint, 1, {});
  client = new DynamoDBClient({
    ...localEndpoint(faulty.endpoint),
    maxAttempts: 1,
    requestHandler: { socketTimeout: 600 },
  });
  await createTables(client, '', [definition]);
});
beforeEach(() => {
  pk = { S: `p${(partitions += 1)}` };
});
afterAll(async () => {
  client?.destroy();
  await faulty?.close();
  await store?.close();
});

const keyOf = (sk: string) => ({ pk, sk: { S: sk } });
const put = (sk: string, more = {}) =>
  client.send(new PutItemCommand({ TableName, Item: { ...keyOf(sk), ...more } }));
const get = async (sk: string) =>
  (await client.send(new GetItemCommand({ TableName, Key: keyOf(sk), ConsistentRead: true }))).Item;
const increment = (sk: string) => ({
  TableName,
  Key: keyOf(sk),
  UpdateExpression: 'ADD n :one',
  ExpressionAttributeValues: { ':one': { N: '1' } },
});
const transact = (keys: string[], ClientRequestToken?: string) =>
  client.send(
    new TransactWriteItemsCommand({
      TransactItems: keys.map((sk) => ({ Update: increment(sk) })),
      ClientRequestToken,
    }),
  );
const nameOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (error: Error) => error.name,
  );
const reasonsOf = (call: Promise<unknown>): Promise<(string | undefined)[]> =>
  call.then(
    () => [],
    (error: TransactionCanceledException) =>
      (error.CancellationReasons ?? []).map(({ Code }) => Code),
  );

it('passes everything on as it is without faults', async () => {
  faulty.set({});
  await put('a', { n: { N: '1' } });
  await transact(['a', 'b']);
  expect(await get('a')).toMatchObject({ n: { N: '2' } });
  const wrong = client.send(new GetItemCommand({ TableName: 'nothing', Key: keyOf('a') }));
  expect(await nameOf(wrong)).toBe('ResourceNotFoundException');
  expect(faulty.counts).toEqual({});
});

describe('a transaction that is open', () => {
  it('cancels another that names one of its items, and refuses a single write on it', async () => {
    faulty.set({ phaseMs: 200 });
    const first = transact(['a', 'b']);
    await pause(15);
    const [second, write, elsewhere, read] = await Promise.all([
      reasonsOf(transact(['x', 'b'])),
      nameOf(put('a')),
      nameOf(put('x')),
      get('a'),
    ]);
    expect(second).toEqual(['None', 'TransactionConflict']);
    expect(write).toBe('TransactionConflictException');
    expect(elsewhere).toBe('done');
    expect(read).toBeUndefined();
    await first;
    expect(await nameOf(put('a'))).toBe('done');
    expect(faulty.met('conflict')).toBe(2);
  });

  it('is in progress for a repetition, which later gets the first answer', async () => {
    faulty.set({ phaseMs: 200 });
    const first = transact(['a'], `token-${pk.S}`);
    await pause(15);
    expect(await nameOf(transact(['a'], `token-${pk.S}`))).toBe('TransactionInProgressException');
    await first;
    await transact(['a'], `token-${pk.S}`);
    expect(await get('a')).toMatchObject({ n: { N: '1' } });
    expect(await nameOf(transact(['b'], `token-${pk.S}`))).toBe(
      'IdempotentParameterMismatchException',
    );
  });
});

describe('throughput', () => {
  it('is limited for each key, and counts two units for each item of a transaction', async () => {
    faulty.set({ writeUnitsPerSecond: 2 });
    await transact(['hot', 'warm']);
    expect(await reasonsOf(transact(['hot', 'cold']))).toEqual(['ThrottlingError', 'None']);
    expect(await nameOf(put('hot'))).toMatch(
      /^(ThrottlingException|ProvisionedThroughputExceededException)$/,
    );
    expect(await nameOf(put('other'))).toBe('done');
    // A throttled transaction is not billed.
    expect(faulty.usedBy('write', JSON.stringify([TableName, pk, { S: 'hot' }]))).toBe(2);
    await pause(1_600);
    expect(await nameOf(put('hot'))).toBe('done');
  });

  it('is limited for reads too, and leaves throttled keys of a batch unprocessed', async () => {
    faulty.set({ readUnitsPerSecond: 1 });
    await put('hot');
    await put('cold');
    await get('hot');
    expect(await nameOf(get('hot'))).toMatch(/Throttling|ThroughputExceeded/);
    const batch = { RequestItems: { [TableName]: { Keys: [keyOf('hot'), keyOf('cold')] } } };
    const answer = await client.send(new BatchGetItemCommand(batch));
    expect(answer.Responses?.[TableName]).toEqual([keyOf('cold')]);
    expect(answer.UnprocessedKeys?.[TableName]?.Keys).toEqual([keyOf('hot')]);
  });
});

it('leaves keys and writes of a batch for a later call', async () => {
  faulty.set({ unprocessed: 1 });
  const Keys = [keyOf('a'), keyOf('b'), keyOf('c')];
  const writes = Keys.map((Item) => ({ PutRequest: { Item } }));
  const written = await client.send(
    new BatchWriteItemCommand({ RequestItems: { [TableName]: writes } }),
  );
  expect(written.UnprocessedItems?.[TableName]).toHaveLength(2);
  await Promise.all(['b', 'c'].map((sk) => put(sk)));
  const read = await client.send(
    new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } }),
  );
  expect(read.Responses?.[TableName]).toEqual([keyOf('a')]);
  expect(read.UnprocessedKeys?.[TableName]?.Keys).toEqual(Keys.slice(1));
});

describe('pages', () => {
  const query = (more = {}) => ({
    TableName,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': pk, ...more },
  });
  const sizesOf = async (pages: AsyncIterable<{ Items?: unknown[] | undefined }>) => {
    const sizes: number[] = [];
    for await (const { Items } of pages) sizes.push(Items?.length ?? 0);
    return sizes;
  };

  it('end at a number of bytes, counted before the filter', async () => {
    faulty.set({});
    const text = { S: 'x'.repeat(90) };
    for (let n = 0; n < 6; n += 1) await put(`s${n}`, { n: { N: String(n) }, text });
    faulty.set({ pageBytes: 220 });
    const filter = {
      ...query({ ':three': { N: '3' } }),
      FilterExpression: 'n = :three',
      ProjectionExpression: 'sk',
    };
    expect(await sizesOf(paginateQuery({ client }, query()))).toEqual([2, 2, 2]);
    expect(await sizesOf(paginateQuery({ client }, filter))).toEqual([0, 1, 0]);
    const scanned = await sizesOf(paginateScan({ client }, { TableName }));
    expect(Math.max(...scanned)).toBeLessThan(20);
    expect(scanned.length).toBeGreaterThan(3);
  });

  it('end at one megabyte in the store itself', async () => {
    faulty.set({});
    const text = { S: 'x'.repeat(390_000) };
    for (let n = 0; n < 4; n += 1) await put(`s${n}`, { n: { N: String(n) }, text });
    const filter = { ...query({ ':three': { N: '3' } }), FilterExpression: 'n = :three' };
    expect((await sizesOf(paginateQuery({ client }, filter)))[0]).toBe(0);
  });
});

it('keeps items whose time to live has passed, until a later sweep', async () => {
  faulty.set({ lateExpiry: 1 });
  await put('old', { ttl: { N: '100' } });
  const request = createDynamoRequest(faulty.endpoint);
  const keySchema = [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ] as const;
  const table = { name: TableName, keySchema, ttlAttribute: 'ttl' };
  expect(await sweepExpired(request, [table as never], 200_000)).toBe(0);
  expect(await get('old')).toBeDefined();
  faulty.set({});
  expect(await sweepExpired(request, [table as never], 200_000)).toBe(1);
  expect(await get('old')).toBeUndefined();
});

describe('the network', () => {
  const isStored = async (sk: string): Promise<boolean> => {
    faulty.set({});
    return (await get(sk)) !== undefined;
  };

  it.each([
    ['lostRequest', /./, false],
    ['lostAnswer', /./, true],
    ['silent', /^TimeoutError$/, false],
    ['unavailable', /^ServiceUnavailable/, false],
  ] as const)('%s', async (fault, error, isWritten) => {
    faulty.set({ [fault]: 1 });
    const name = await nameOf(put('a'));
    expect(name).not.toBe('done');
    expect(name).toMatch(error);
    expect(await isStored('a')).toBe(isWritten);
  });

  it('fails inside the service before or after a write', async () => {
    faulty.set({ internalError: 1 });
    const calls = Array.from({ length: 8 }, (_, sk) => nameOf(put(String(sk))));
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['InternalServerError']));
    const stored = await Promise.all(calls.map((_, sk) => isStored(String(sk))));
    expect(new Set(stored)).toEqual(new Set([true, false]));
  });

  it('delivers a write after its caller has given up', async () => {
    faulty.set({ late: 1, lateMs: 1_200 });
    expect(await nameOf(put('a'))).toBe('TimeoutError');
    expect(await isStored('a')).toBe(false);
    await pause(1_000);
    expect(await isStored('a')).toBe(true);
  });

  it('is slow, so that a repetition meets its own transaction', async () => {
    faulty.set({ slow: 1, slowMs: 1_600, phaseMs: 1 });
    const token = `slow-${pk.S}`;
    expect(await nameOf(transact(['a'], token))).toBe('TimeoutError');
    expect(await nameOf(transact(['a'], token))).toBe('TransactionInProgressException');
  });

  it('draws the same faults for the same seed', async () => {
    const draw = async (seed: number): Promise<string> => {
      const other = await startFaultyDynamoDb(store.endpoint, seed, { unavailable: 0.5 });
      const asking = new DynamoDBClient({ ...localEndpoint(other.endpoint), maxAttempts: 1 });
      const answers: string[] = [];
      for (let call = 0; call < 12; call += 1) {
        const command = new UpdateItemCommand(increment('a'));
        answers.push(await nameOf(asking.send(command)));
      }
      asking.destroy();
      await other.close();
      return answers.join(' ');
    };
    expect(await draw(3)).toBe(await draw(3));
    expect(await draw(3)).not.toBe(await draw(4));
  });
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
