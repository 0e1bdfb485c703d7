import { PutItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type Shard,
} from '@aws-sdk/client-dynamodb-streams';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTables } from '../../../aws/create-tables.ts';
import { localEndpoint } from '../../../aws/local-endpoint.ts';
import { createDynamoRequest } from '../../../local/store/dynamo-request.ts';
import { openCheckpoints } from '../../../local/streams/checkpoints.ts';
import type { StreamRecord } from '../../../local/streams/deliver-batch.ts';
import { StreamPump } from '../../../local/streams/stream-pump.ts';
import { startBinary } from '../embedded-store.ts';
import { type FaultyDynamoDb, startFaultyDynamoDb } from './faulty-dynamodb.ts';

const SPLIT = 4;
const NUMBERS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11'];

let store: Awaited<ReturnType<typeof startBinary>>;
let faulty: FaultyDynamoDb;
let client: DynamoDBClient;
let streams: DynamoDBStreamsClient;
let tables = 0;
let TableName: string;
let StreamArn: string;

beforeAll(async () => {
  store = await startBinary();
  faulty = await startFaultyDynamoDb(store.endpoint, 1, {});
  client = new DynamoDBClient(localEndpoint(faulty.endpoint));
  streams = new DynamoDBStreamsClient({ ...localEndpoint(faulty.endpoint), maxAttempts: 1 });
});
beforeEach(async () => {
  faulty.set({});
  TableName = `stream-${(tables += 1)}`;
  const partitionKey = { name: 'pk', type: 'S' } as const;
  await createTables(client, '', [{ name: TableName, partitionKey, stream: true }]);
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  StreamArn = Table?.LatestStreamArn ?? '';
  for (const number of NUMBERS) await put(number);
});
afterAll(async () => {
  client?.destroy();
  streams?.destroy();
  await faulty?.close();
  await store?.close();
});

/** Three items, each changed several times. */
const put = (number: string) =>
  client.send(
    new PutItemCommand({
      TableName,
      Item: { pk: { S: `k${Number(number) % 3}` }, n: { N: number } },
    }),
  );

async function shardsOf(): Promise<Shard[]> {
  const shards: Shard[] = [];
  let ExclusiveStartShardId: string | undefined;
  do {
    const command = new DescribeStreamCommand({ StreamArn, ExclusiveStartShardId });
    const { StreamDescription } = await streams.send(command);
    shards.push(...(StreamDescription?.Shards ?? []));
    ExclusiveStartShardId = StreamDescription?.LastEvaluatedShardId;
  } while (ExclusiveStartShardId !== undefined);
  return shards;
}

/** The numbers of one shard's records, and whether the shard is closed. */
async function read(ShardId: string | undefined): Promise<{ numbers: string[]; closed: boolean }> {
  const numbers: string[] = [];
  let { ShardIterator } = await streams.send(
    new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  for (let page = 0; page < 10 && ShardIterator !== undefined; page += 1) {
    const answer = await streams.send(new GetRecordsCommand({ ShardIterator, Limit: 2 }));
    numbers.push(
      ...(answer.Records ?? []).map(({ dynamodb }) => dynamodb?.NewImage?.['n']?.N ?? ''),
    );
    ShardIterator = answer.NextShardIterator;
  }
  return { numbers, closed: ShardIterator === undefined };
}

describe('a stream, as the SDK reads it', () => {
  it('has one open shard without faults', async () => {
    const [shard, ...others] = await shardsOf();
    expect(others).toEqual([]);
    expect(await read(shard?.ShardId)).toEqual({ numbers: NUMBERS, closed: false });
  });

  it('closes a shard and continues it in two children, by key', async () => {
    faulty.set({ splitAfterRecords: SPLIT });
    const [parent, left, right, ...others] = await shardsOf();
    expect(others).toEqual([]);
    expect(parent?.SequenceNumberRange?.EndingSequenceNumber).toBe(String(SPLIT));
    expect([left, right].map((shard) => shard?.ParentShardId)).toEqual([
      parent?.ShardId,
      parent?.ShardId,
    ]);
    expect(await read(parent?.ShardId)).toEqual({ numbers: NUMBERS.slice(0, SPLIT), closed: true });
    const [first, second] = [await read(left?.ShardId), await read(right?.ShardId)];
    expect(first.closed || second.closed).toBe(false);
    const keysOf = (numbers: string[]) => new Set(numbers.map((number) => Number(number) % 3));
    expect(keysOf(first.numbers).isDisjointFrom(keysOf(second.numbers))).toBe(true);
    const both = [...first.numbers, ...second.numbers];
    expect(both.toSorted()).toEqual(NUMBERS.slice(SPLIT).toSorted());
  });

  it('delivers a page again, and lets positions expire', async () => {
    const [shard] = await shardsOf();
    faulty.set({ repeatedRecords: 0.5 });
    const { numbers } = await read(shard?.ShardId);
    expect(new Set(numbers).size).toBeLessThan(numbers.length);
    faulty.set({ expiredIterator: 1 });
    await expect(read(shard?.ShardId)).rejects.toMatchObject({ name: 'ExpiredIteratorException' });
  });
});

describe('the pump of a local run', () => {
  const directory = mkdtempSync(join(tmpdir(), 'purser-pump-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** Pumps until `enough`, and returns what was delivered. */
  async function pump(enough: (numbers: string[]) => boolean): Promise<string[]> {
    const numbers: string[] = [];
    const errors: unknown[] = [];
    const onError = (error: unknown): void => void errors.push(error);
    const checkpoints = openCheckpoints({
      dataDirectory: directory,
      mappingId: TableName,
      streamArn: StreamArn,
      onError,
    });
    const streamPump = new StreamPump({
      request: createDynamoRequest(faulty.endpoint),
      streamArn: StreamArn,
      checkpoints,
      batchSize: 2,
      batchingWindowMs: 0,
      startAtLatest: false,
      onError,
      deliver: (records, checkpoint) => {
        numbers.push(...records.map(numberOf));
        checkpoint(records.at(-1)?.dynamodb.SequenceNumber ?? '');
        return Promise.resolve(true);
      },
    });
    streamPump.start();
    const until = performance.now() + 10_000;
    while (!enough(numbers) && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await streamPump.stop();
    return numbers;
  }

  const hasAll = (numbers: string[]): boolean => new Set(numbers).size === NUMBERS.length;
  /** The order in which each item's changes first arrive. */
  function expectInOrder(numbers: string[]): void {
    const first = [...new Set(numbers)].map(Number);
    for (const item of [0, 1, 2]) {
      const ofItem = first.filter((number) => number % 3 === item);
      expect(ofItem).toEqual(ofItem.toSorted((a, b) => a - b));
    }
  }

  it('finishes a shard before its children, and finds them at once', async () => {
    faulty.set({ splitAfterRecords: SPLIT });
    const numbers = await pump(hasAll);
    expect(numbers.slice(0, SPLIT)).toEqual(NUMBERS.slice(0, SPLIT));
    expect(numbers.toSorted()).toEqual(NUMBERS.toSorted());
    expectInOrder(numbers);
  });

  it('finds the children of a shard that closes while it reads', async () => {
    faulty.set({ splitAfterRecords: NUMBERS.length + 1 });
    let isWriting = false;
    const numbers = await pump((soFar) => {
      if (soFar.length === NUMBERS.length && !isWriting) {
        isWriting = true;
        void put('12').then(() => put('13'));
      }
      return soFar.includes('13');
    });
    expect(numbers).toEqual([...NUMBERS, '12', '13']);
  });

  it('goes on after repeated pages and positions that expired', async () => {
    faulty.set({ repeatedRecords: 0.3, expiredIterator: 0.2, splitAfterRecords: SPLIT });
    const numbers = await pump(hasAll);
    expect(new Set(numbers)).toEqual(new Set(NUMBERS));
    expectInOrder(numbers);
  });
});

const numberOf = ({ dynamodb }: StreamRecord): string =>
  (dynamodb['NewImage'] as { n: { N: string } }).n.N;
