import { setTimeout as sleep } from 'node:timers/promises';
import type { Weather } from './faults.ts';
import { createBatches } from './batches.ts';
import { createItems } from './items.ts';
import { type Call, type Forward, type Operation, refusal, STREAMS } from './protocol.ts';
import { createReads } from './reads.ts';
import { createStreams } from './streams.ts';
import { createThroughput } from './throughput.ts';
import { createWrites } from './transactions.ts';

/** The condition under which a local run deletes items whose time to live has passed. */
const EXPIRED = '#ttl < :now';

/** What the service does with each operation that can go wrong. */
export function createOperations(weather: Weather, forward: Forward) {
  const slowForward: Forward = async (call, input) => {
    const isSlow = weather.happens('slow');
    const isBefore = isSlow && weather.randomOf('slow').chance(0.5);
    if (isBefore) await sleep(weather.faults().slowMs);
    const answer = await forward(call, input);
    if (isSlow && !isBefore) await sleep(weather.faults().slowMs);
    return answer;
  };
  const throughput = createThroughput(weather);
  const parts = { forward: slowForward, weather, items: createItems(forward), throughput };
  const [reads, batches] = [createReads(parts), createBatches(parts)];
  const writes = createWrites(parts);
  const streams = createStreams(forward, weather);

  /** A single delete. A sweep's own may find that the service has not come to the item yet. */
  const deleteItem: Operation = async (call) => {
    const isSweep = call.input['ConditionExpression'] === EXPIRED;
    if (!isSweep || !weather.happens('lateExpiry')) return writes.write(call);
    return refusal('ConditionalCheckFailedException', 'The conditional request failed');
  };

  const ofItems = new Map<string, Operation>([
    ['GetItem', reads.get],
    ['BatchGetItem', batches.get],
    ['BatchWriteItem', batches.write],
    ['Query', reads.page],
    ['Scan', reads.page],
    ['PutItem', writes.write],
    ['UpdateItem', writes.write],
    ['DeleteItem', deleteItem],
    ['TransactWriteItems', writes.transact],
  ]);
  const ofStreams = new Map<string, Operation>([
    ['DescribeStream', streams.describe],
    ['GetShardIterator', streams.openIterator],
    ['GetRecords', streams.records],
  ]);

  return {
    throughput,
    /** Undefined for an operation that always succeeds, such as `DescribeTable`. */
    of: ({ service, operation }: Call): Operation | undefined =>
      (service === STREAMS ? ofStreams : ofItems).get(operation),
  };
}
