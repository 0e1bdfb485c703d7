import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../store/replace-file.ts';

/** A mapping's progress in each shard: the last sequence number it finished. */
export type Checkpoints = {
  /** The number, `null` for the shard's beginning, or `undefined` if unknown. */
  get(shardId: string): string | null | undefined;
  set(shardId: string, sequenceNumber: string | null): void;
};

/** Opens the checkpoints of one mapping of one stream, stored in their own file. */
export function openCheckpoints(
  dataDirectory: string,
  mappingId: string,
  streamArn: string,
): Checkpoints {
  const directory = join(dataDirectory, 'checkpoints');
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${mappingId}.json`);
  let shards = new Map<string, string | null>();
  if (existsSync(file)) {
    const stored = JSON.parse(readFileSync(file, 'utf8')) as {
      streamArn: string;
      shards: Record<string, string | null>;
    };
    // A recreated table has a new stream, whose numbers start over.
    if (stored.streamArn === streamArn) shards = new Map(Object.entries(stored.shards));
  }
  return {
    get: (shardId) => shards.get(shardId),
    set: (shardId, sequenceNumber) => {
      shards.set(shardId, sequenceNumber);
      replaceFile(file, JSON.stringify({ streamArn, shards: Object.fromEntries(shards) }));
    },
  };
}
