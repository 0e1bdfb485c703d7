import { hashOf, type Weather } from './faults.ts';
import { type Answer, type Attributes, type Call, type Forward, refusal } from './protocol.ts';

type Shard = {
  ShardId: string;
  ParentShardId?: string;
  SequenceNumberRange: { StartingSequenceNumber: string; EndingSequenceNumber?: string };
};
type StreamRecord = { dynamodb: { SequenceNumber: string; Keys: Attributes } };
type Position = { shard: string; real: string };

/** Shards that one answer describes at most; DynamoDB's are 100. */
const SHARDS_PER_PAGE = 2;
const CHILDREN = ['-left', '-right'] as const;

/**
 * DynamoDB Streams. The store has one shard for ever, which numbers its records from 1: here it
 * ends after `splitAfterRecords`, and two children continue it, each with the items whose key falls
 * to it.
 */
export function createStreams(forward: Forward, weather: Weather) {
  async function describe(call: Call): Promise<Answer> {
    const { ExclusiveStartShardId: previous, ...input } = call.input;
    const answer = await forward(call, input);
    const description = answer.body['StreamDescription'] as { Shards?: Shard[] } | undefined;
    const shards: Shard[] = [];
    for (const root of description?.Shards ?? []) {
      const last = weather.faults().splitAfterRecords;
      const isSplit = last !== Infinity && (await hasRecord(forward, call, root, last));
      shards.push(...(isSplit ? familyOf(root, last) : [root]));
    }
    const rest = shards.slice(shards.findIndex(({ ShardId }) => ShardId === previous) + 1);
    const page = rest.slice(0, SHARDS_PER_PAGE);
    const last = rest.length > page.length ? page.at(-1)?.ShardId : undefined;
    const StreamDescription = {
      ...description,
      Shards: page,
      ...(last !== undefined && { LastEvaluatedShardId: last }),
    };
    return { ...answer, body: { ...answer.body, StreamDescription } };
  }

  async function openIterator(call: Call): Promise<Answer> {
    const shard = String(call.input['ShardId']);
    const child = CHILDREN.find((name) => shard.endsWith(name));
    const isFromStart = call.input['ShardIteratorType'] === 'TRIM_HORIZON';
    const answer = await forward(call, {
      ...call.input,
      ...(child && { ShardId: shard.slice(0, -child.length) }),
      ...(child && isFromStart && after(weather.faults().splitAfterRecords)),
    });
    if (answer.status !== 200) return answer;
    const real = String(answer.body['ShardIterator']);
    return { ...answer, body: { ShardIterator: textOf({ shard, real }) } };
  }

  async function records(call: Call): Promise<Answer> {
    const iterator = String(call.input['ShardIterator']);
    if (weather.happens('expiredIterator')) {
      return refusal('ExpiredIteratorException', 'Iterator expired.');
    }
    const { shard, real } = positionOf(iterator);
    const answer = await forward(call, { ...call.input, ShardIterator: real });
    if (answer.status !== 200) return answer;
    const last = weather.faults().splitAfterRecords;
    const page = (answer.body['Records'] ?? []) as StreamRecord[];
    const Records = page.filter((record) => isOfShard(shard, record, last));
    const isAgain = Records.length > 0 && weather.happens('repeatedRecords');
    const next = String(answer.body['NextShardIterator']);
    const isClosed = isRoot(shard) && page.some((record) => numberOf(record) >= last);
    return {
      ...answer,
      body: {
        Records,
        ...(isAgain && { NextShardIterator: iterator }),
        ...(!isAgain && !isClosed && { NextShardIterator: textOf({ shard, real: next }) }),
      },
    };
  }

  return { describe, openIterator, records };
}

/** The store gives no dependable end of a shard, so this looks for the record itself. */
async function hasRecord(
  forward: Forward,
  call: Call,
  { ShardId }: Shard,
  last: number,
): Promise<boolean> {
  const { StreamArn } = call.input;
  const before = { StreamArn, ShardId, ...after(last - 1) };
  const { body } = await forward({ ...call, operation: 'GetShardIterator' }, before);
  const asked = { ShardIterator: body['ShardIterator'], Limit: 1 };
  const answer = await forward({ ...call, operation: 'GetRecords' }, asked);
  return ((answer.body['Records'] ?? []) as StreamRecord[]).length > 0;
}

/** A shard that is closed, and its children. */
function familyOf(root: Shard, last: number): Shard[] {
  const { StartingSequenceNumber } = root.SequenceNumberRange;
  const child = (name: string): Shard => ({
    ShardId: root.ShardId + name,
    ParentShardId: root.ShardId,
    SequenceNumberRange: { StartingSequenceNumber: String(last + 1) },
  });
  const range = { StartingSequenceNumber, EndingSequenceNumber: String(last) };
  return [{ ...root, SequenceNumberRange: range }, ...CHILDREN.map(child)];
}

const childOf = (shard: string): number => CHILDREN.findIndex((name) => shard.endsWith(name));
const isRoot = (shard: string): boolean => childOf(shard) === -1;
const numberOf = ({ dynamodb }: StreamRecord): number => Number(dynamodb.SequenceNumber);

function isOfShard(shard: string, record: StreamRecord, last: number): boolean {
  const isOfRoot = numberOf(record) <= last;
  if (isRoot(shard)) return isOfRoot;
  const half = hashOf(JSON.stringify(record.dynamodb.Keys)) % CHILDREN.length;
  return !isOfRoot && half === childOf(shard);
}

const after = (last: number) => ({
  ShardIteratorType: 'AFTER_SEQUENCE_NUMBER',
  SequenceNumber: String(last),
});

const textOf = (position: Position): string => btoa(JSON.stringify(position));
const positionOf = (text: string): Position => JSON.parse(atob(text)) as Position;
