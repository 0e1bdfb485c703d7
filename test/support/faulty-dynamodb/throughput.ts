import { ownValue } from '../../../domain/own-value.ts';
import type { ItemName } from './items.ts';
import { type Answer, type Call, type Forward, throttledAnswer } from './protocol.ts';
import type { Weather } from './faults.ts';

type Kind = 'read' | 'write';
type Consumed = { TableName: string; CapacityUnits: number; Table?: { CapacityUnits: number } };

export type Throughput = ReturnType<typeof createThroughput>;

/**
 * Capacity of every key: a bucket that holds one second's units. A call passes while a unit is
 * left; what it really used is taken afterwards.
 */
export function createThroughput(weather: Weather, now: () => number = () => performance.now()) {
  const buckets = new Map<string, { units: number; atMs: number }>();
  const used = new Map<string, number>();

  const limitOf = (kind: Kind): number => weather.faults()[`${kind}UnitsPerSecond`];

  function bucketOf(kind: Kind, key: string) {
    const limit = limitOf(kind);
    const id = kind + key;
    const bucket = buckets.get(id) ?? { units: limit, atMs: now() };
    bucket.units = Math.min(limit, bucket.units + ((now() - bucket.atMs) * limit) / 1_000);
    bucket.atMs = now();
    buckets.set(id, bucket);
    return bucket;
  }

  function take(kind: Kind, key: string, units: number): void {
    used.set(kind + key, (used.get(kind + key) ?? 0) + units);
    if (limitOf(kind) !== Infinity) bucketOf(kind, key).units -= units;
  }

  return {
    take,
    isSpent: (kind: Kind, { key }: ItemName): boolean =>
      limitOf(kind) !== Infinity && bucketOf(kind, key).units < 1,
    /** Units that one key used since the beginning. */
    usedBy: (kind: Kind, key: string): number => used.get(kind + key) ?? 0,

    /**
     * Passes a call on, and takes what the store says that it used from the items. Items of one
     * table share its units equally; units of indexes are left out.
     */
    async measured(
      kind: Kind,
      items: readonly ItemName[],
      forward: Forward,
      call: Call,
      input = call.input,
    ): Promise<Answer> {
      const answer = await forward(call, { ...input, ReturnConsumedCapacity: 'INDEXES' });
      const { ConsumedCapacity, ...rest } = answer.body;
      const consumed = [ConsumedCapacity ?? []].flat() as Consumed[];
      const counts = Object.groupBy(items, ({ table }) => table);
      for (const { table, key } of items) {
        const part = consumed.find(({ TableName }) => TableName === table);
        const units = part?.Table?.CapacityUnits ?? part?.CapacityUnits ?? 1;
        take(kind, key, units / (ownValue(counts, table)?.length ?? 1));
      }
      const isAsked = (input['ReturnConsumedCapacity'] ?? 'NONE') !== 'NONE';
      return isAsked ? answer : { ...answer, body: rest };
    },
  };
}

/** Refuses a call, under one of the two names at random. */
export function throttled(weather: Weather): Answer {
  weather.count('throttled');
  return throttledAnswer(weather.randomOf('throttled').chance(0.5));
}
