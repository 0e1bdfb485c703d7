import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  type DynamoDBStreamsClientConfig,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBRecord } from 'aws-lambda';
import {
  type ChangeReader,
  SHARD_END,
  type StreamPositions,
  type TableChange,
  type TableChanges,
} from '../tables/table-changes.ts';
import { requestLimits } from './request-limits.ts';
import { imagesOf } from './stream-record.ts';

const ATTEMPT_TIMEOUT_MS = 5_000;
/** A shard may answer with empty pages before its newest record. */
const EMPTY_PAGES = 3;

type Options = { tablePrefix: string; client?: DynamoDBStreamsClientConfig };

/** Reads the stream of a table directly, for a follower that keeps its own positions. */
export function createTableChanges(options: Options, table: string): TableChanges {
  const client = new DynamoDBStreamsClient({
    maxAttempts: 6,
    requestHandler: requestLimits(ATTEMPT_TIMEOUT_MS),
    ...options.client,
  });
  return {
    open: (positions) => openReader(client, options.tablePrefix + table, positions),
  };
}

function openReader(
  client: DynamoDBStreamsClient,
  tableName: string,
  from: StreamPositions,
): ChangeReader {
  const earlier = new Map(Object.entries(from));
  const positions = new Map<string, string>();
  const iterators = new Map<string, string>();
  let streamArn: string | undefined;

  async function* shardPages(shardId: string): AsyncGenerator<TableChange[], void, undefined> {
    let empty = 0;
    while (positions.get(shardId) !== SHARD_END && empty < EMPTY_PAGES) {
      const iterator = iterators.get(shardId) ?? (await iteratorOf(shardId));
      const page = await client.send(new GetRecordsCommand({ ShardIterator: iterator }));
      const records = page.Records ?? [];
      const last = records.at(-1)?.dynamodb?.SequenceNumber;
      if (last !== undefined) positions.set(shardId, last);
      if (page.NextShardIterator) iterators.set(shardId, page.NextShardIterator);
      else positions.set(shardId, SHARD_END);
      empty = records.length === 0 ? empty + 1 : 0;
      if (records.length > 0) yield records.map(changeOf);
    }
  }

  async function iteratorOf(shardId: string): Promise<string> {
    const after = positions.get(shardId);
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({
        StreamArn: streamArn,
        ShardId: shardId,
        ...(after === undefined
          ? { ShardIteratorType: 'TRIM_HORIZON' }
          : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after }),
      }),
    );
    if (!ShardIterator) throw new Error(`shard ${shardId} of ${tableName} has no iterator`);
    return ShardIterator;
  }

  return {
    async *pages() {
      streamArn ??= await newestStream(client, tableName);
      for (const shardId of await shardsOf(client, streamArn)) {
        const start = positions.get(shardId) ?? earlier.get(shardId);
        if (start !== undefined) positions.set(shardId, start);
        yield* shardPages(shardId);
      }
    },
    positions: () => Object.fromEntries(positions),
  };
}

async function newestStream(client: DynamoDBStreamsClient, tableName: string): Promise<string> {
  const { Streams = [] } = await client.send(new ListStreamsCommand({ TableName: tableName }));
  const labelOf = ({ StreamLabel = '' }: { StreamLabel?: string }) => StreamLabel;
  const newest = Streams.toSorted((left, right) => labelOf(left).localeCompare(labelOf(right)));
  const streamArn = newest.at(-1)?.StreamArn;
  if (!streamArn) throw new Error(`table ${tableName} has no stream`);
  return streamArn;
}

async function shardsOf(client: DynamoDBStreamsClient, streamArn: string): Promise<string[]> {
  const shardIds: string[] = [];
  let after: string | undefined;
  do {
    const { StreamDescription } = await client.send(
      new DescribeStreamCommand({ StreamArn: streamArn, ExclusiveStartShardId: after }),
    );
    shardIds.push(...(StreamDescription?.Shards ?? []).flatMap(({ ShardId }) => ShardId ?? []));
    after = StreamDescription?.LastEvaluatedShardId;
  } while (after !== undefined);
  return shardIds;
}

/** Lambda hands on records in the same form. */
const changeOf = (record: StreamRecord): TableChange => imagesOf(record as DynamoDBRecord);
