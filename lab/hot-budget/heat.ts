/** What one partition of DynamoDB takes per second. */
export const PARTITION = { writeUnits: 1_000, readUnits: 3_000 };

/** A busy deployment. Every request reserves once and settles once. */
export type Load = {
  requestsPerSecond: number;
  /** Warm environments of the decision function. */
  processes: number;
  users: number;
  /** Kinds of requests (model, system, operation) that predictors tell apart. */
  routes: number;
  /** Runs per second of a stream's follower: one for each shard of the stream, each second. */
  batchesPerSecond: number;
};

export const loadOf = (requestsPerSecond: number): Load => ({
  requestsPerSecond,
  processes: Math.ceil(requestsPerSecond / 10),
  users: 2 * requestsPerSecond,
  routes: 20,
  batchesPerSecond: Math.max(1, Math.ceil(requestsPerSecond / 200)),
});

/** Units per second of all keys of a kind. */
export type Heat = {
  reads?: number;
  writes?: number;
  /** How many partition keys share them. */
  partitions: number;
  /**
   * How many items share them, if the partition keys last for a day or more: DynamoDB then splits a
   * busy partition between its items, which takes it some minutes.
   */
  items?: number;
};

/** Units per second of each partition. */
export const perPartition = ({ reads = 0, writes = 0, partitions }: Heat) => ({
  reads: reads / partitions,
  writes: writes / partitions,
});

/** Whether DynamoDB takes it: at once, after it has split busy partitions, or not. */
export function verdictOn(heat: Heat): 'holds' | 'once split' | 'too hot' {
  if (isWithin(heat)) return 'holds';
  const { items } = heat;
  return items !== undefined && isWithin({ ...heat, partitions: items }) ? 'once split' : 'too hot';
}

function isWithin(heat: Heat): boolean {
  const { reads, writes } = perPartition(heat);
  return reads <= PARTITION.readUnits && writes <= PARTITION.writeUnits;
}
