import { createHash } from 'node:crypto';
import type { DynamoRequest } from '../store/dynamo-request.ts';
import { region } from '../template/resource-identity.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { BatchDelivery, StreamRecord } from './deliver-batch.ts';

export type PumpOptions = {
  request: DynamoRequest;
  streamArn: string;
  checkpoints: Checkpoints;
  batchSize: number;
  batchingWindowMs: number;
  /** Read the shards of the first search from their end instead of their beginning. */
  startAtLatest: boolean;
  deliver: BatchDelivery;
  onError: (error: unknown) => void;
};

type ShardList = {
  StreamDescription: {
    Shards?: readonly { ShardId: string; ParentShardId?: string }[];
    LastEvaluatedShardId?: string;
  };
};

type RecordPage = {
  Records?: readonly StreamRecord[];
  NextShardIterator?: string;
};

const API = 'DynamoDBStreams_20120810';
const BUSY_PAUSE_MS = 25;
const IDLE_PAUSE_MS = 250;
const SHARD_SEARCH_MS = 30_000;

/**
 * Moves one DynamoDB stream's records to one function, in order per shard. Saves its position only
 * after the function finishes, so records are delivered at least once.
 */
export class StreamPump {
  private readonly options: PumpOptions;
  private readonly shards = new Map<string, Shard>();
  private stopped = false;
  private hasSearched = false;
  private nudged = 0;
  private wake: (() => void) | undefined;
  private loop: Promise<void> = Promise.resolve();
  /**
   * Counts started polls. A poll that started after a given moment and found nothing means the
   * stream is drained.
   */
  private emptySince = 0;

  constructor(options: PumpOptions) {
    this.options = options;
  }

  start(): void {
    this.loop = this.run();
  }

  /** Signals that something may have been written, so that the next poll comes soon. */
  nudge(): void {
    this.nudged = performance.now();
    this.wake?.();
  }

  /** Whether everything written before `moment` (of `performance.now()`) is processed. */
  drainedSince(moment: number): boolean {
    return this.emptySince > moment;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.wake?.();
    await this.loop;
    this.options.checkpoints.flush();
  }

  private async run(): Promise<void> {
    let searchedAt = Number.NEGATIVE_INFINITY;
    let pauseMs = BUSY_PAUSE_MS;
    while (!this.stopped) {
      const began = performance.now();
      try {
        if (began - searchedAt > SHARD_SEARCH_MS) {
          await this.findShards();
          searchedAt = began;
        }
        const shards = [...this.shards.values()].filter((shard) => this.isReadable(shard));
        const counts = await Promise.all(shards.map((shard) => this.poll(shard)));
        const hasEnded = shards.some(({ closed }) => closed);
        // Its children go on where it ended.
        if (hasEnded) searchedAt = Number.NEGATIVE_INFINITY;
        const hasRecords = hasEnded || counts.some((count) => count > 0);
        if (!hasRecords) this.emptySince = began;
        const soon = hasRecords || this.nudged > began - BUSY_PAUSE_MS;
        pauseMs = soon ? BUSY_PAUSE_MS : Math.min(pauseMs * 1.5, IDLE_PAUSE_MS);
      } catch (error) {
        if (!this.stopped) this.options.onError(error);
        searchedAt = Number.NEGATIVE_INFINITY;
        this.shards.clear();
        pauseMs = IDLE_PAUSE_MS;
      }
      await this.pause(pauseMs, began);
    }
  }

  private async findShards(): Promise<void> {
    const { request, streamArn, startAtLatest } = this.options;
    const isFirst = !this.hasSearched;
    let after: string | undefined;
    do {
      const { StreamDescription }: ShardList = await request<ShardList>(API, 'DescribeStream', {
        StreamArn: streamArn,
        ...(after !== undefined && { ExclusiveStartShardId: after }),
      });
      // An ending sequence number does not mean that a shard is closed, because the embedded store
      // gives one to open shards too. A shard ends only if there is no next iterator.
      for (const { ShardId: id, ParentShardId: parentId } of StreamDescription.Shards ?? []) {
        if (this.shards.has(id)) continue;
        const fromEnd = startAtLatest && isFirst;
        this.shards.set(id, { id, parentId, fromEnd, iterator: undefined, closed: false });
      }
      after = StreamDescription.LastEvaluatedShardId;
    } while (after !== undefined);
    this.hasSearched = true;
  }

  /** An item's changes continue in a child of its shard, so the child waits until that has ended. */
  private isReadable({ closed, parentId }: Shard): boolean {
    const parent = parentId === undefined ? undefined : this.shards.get(parentId);
    return !closed && (parent?.closed ?? true);
  }

  private async poll(shard: Shard): Promise<number> {
    const { request, batchSize, batchingWindowMs, deliver, checkpoints } = this.options;
    const until = performance.now() + batchingWindowMs;
    let iterator: string | undefined = shard.iterator ?? (await this.openIterator(shard));
    const records: StreamRecord[] = [];
    for (;;) {
      const page: RecordPage = await request<RecordPage>(API, 'GetRecords', {
        ShardIterator: iterator,
        Limit: Math.min(batchSize - records.length, 1000),
      });
      records.push(...(page.Records ?? []));
      iterator = page.NextShardIterator;
      const waits = records.length > 0 && records.length < batchSize && performance.now() < until;
      if (!waits || iterator === undefined || this.stopped) break;
      await new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE_MS));
    }
    if (records.length > 0) {
      const done = await deliver(
        records.map((record) => this.asOnLambda(record)),
        (sequence) => checkpoints.set(shard.id, sequence),
      );
      // Stopped before the batch was finished, so the next start reads it again from the
      // checkpoint.
      if (!done) return records.length;
    }
    shard.iterator = iterator;
    shard.closed = iterator === undefined;
    return records.length;
  }

  private async openIterator({ id, fromEnd }: Shard): Promise<string> {
    const { request, streamArn, checkpoints } = this.options;
    const checkpoint = checkpoints.get(id);
    const position =
      typeof checkpoint === 'string'
        ? { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: checkpoint }
        : {
            ShardIteratorType: checkpoint === undefined && fromEnd ? 'LATEST' : 'TRIM_HORIZON',
          };
    const { ShardIterator } = await request<{ ShardIterator: string }>(API, 'GetShardIterator', {
      StreamArn: streamArn,
      ShardId: id,
      ...position,
    });
    return ShardIterator;
  }

  private asOnLambda(record: StreamRecord): StreamRecord {
    const { streamArn } = this.options;
    const sequence = record.dynamodb.SequenceNumber;
    return {
      ...record,
      // The embedded store counts events per table; on AWS, an event ID is globally unique.
      eventID: createHash('md5').update(`${streamArn}/${sequence}`).digest('hex'),
      awsRegion: region,
      eventSource: 'aws:dynamodb',
      eventSourceARN: streamArn.replace(/^arn:aws:dynamodb:[^:]*:/, `arn:aws:dynamodb:${region}:`),
    };
  }

  private pause(ms: number, began: number): Promise<void> {
    if (this.stopped) return Promise.resolve();
    return new Promise((resolve) => {
      let timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        const rest = this.stopped ? 0 : Math.max(0, began + BUSY_PAUSE_MS - performance.now());
        timer = setTimeout(resolve, rest);
      };
    });
  }
}

type Shard = {
  id: string;
  /** The shard that this one continues. */
  parentId: string | undefined;
  /** Without a checkpoint, skip the records that it has already. */
  fromEnd: boolean;
  iterator: string | undefined;
  closed: boolean;
};
