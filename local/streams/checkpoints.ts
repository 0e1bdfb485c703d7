import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../store/replace-file.ts';

/** A mapping's progress in each shard: the last sequence number it finished. */
export type Checkpoints = {
  /** The number, `null` for the shard's beginning, or `undefined` if unknown. */
  get(shardId: string): string | null | undefined;
  set(shardId: string, sequenceNumber: string | null): void;
  /** Writes what has been set since the last write. */
  flush(): void;
};

type CheckpointOptions = {
  dataDirectory: string;
  mappingId: string;
  streamArn: string;
  /** Receives failed writes. The next change writes again. */
  onError: (error: unknown) => void;
};

/** A kill loses no more than this. Its records are delivered again. */
const WRITE_AFTER_MS = 100;

/**
 * Opens the checkpoints of one mapping of one stream, stored in their own file. A batch changes them
 * many times, so they are written a moment later, and once for all changes.
 */
export function openCheckpoints({
  dataDirectory,
  mappingId,
  streamArn,
  onError,
}: CheckpointOptions): Checkpoints {
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
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    try {
      replaceFile(file, JSON.stringify({ streamArn, shards: Object.fromEntries(shards) }));
    } catch (error) {
      onError(error);
    }
  };
  return {
    get: (shardId) => shards.get(shardId),
    set: (shardId, sequenceNumber) => {
      shards.set(shardId, sequenceNumber);
      timer ??= setTimeout(flush, WRITE_AFTER_MS);
    },
    flush,
  };
}
