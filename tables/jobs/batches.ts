import { ENDED_KEPT_MS } from '../../domain/jobs/job.ts';
import { flag, number, optional, text, words } from '../codec/attributes.ts';
import { itemCodec } from '../codec/item-codec.ts';
import type { DynamoDb, Item } from '../dynamodb.ts';
import { queryAll } from '../query-all.ts';
import { secondsAfter } from '../time-to-live.ts';
import { jobsTable } from './table.ts';

/**
 * `collecting`: money is held and the file is written. `written`: the file is complete, and Bedrock may
 * have started. `started`: Bedrock has named its job.
 */
export const BATCH_STATES = ['collecting', 'written', 'started'] as const;

/** A batch of jobs, until it is settled. */
export const batchCodec = itemCodec(jobsTable, 'batch', {
  /** As Bedrock names it; absent until its first record is held. */
  upstreamModel: optional(text),
  state: words(BATCH_STATES),
  /** Bedrock's job. */
  jobArn: optional(text),
  createdAtMs: number,
  /** Nobody looks at it before this. */
  restsUntilMs: number,
  /** Whether its holds were extended. */
  isExtended: optional(flag),
});
export type StoredBatch = {
  organizationId: string;
  batchId: string;
  upstreamModel?: string | undefined;
  state: (typeof BATCH_STATES)[number];
  jobArn?: string | undefined;
  createdAtMs: number;
  restsUntilMs: number;
  isExtended?: boolean | undefined;
};

const table = jobsTable.name;

/** Batches that are not settled yet. */
export const createBatchStore = (db: DynamoDb) => ({
  async putBatch(batch: StoredBatch): Promise<void> {
    const { organizationId, batchId, createdAtMs } = batch;
    await db.write({
      kind: 'put',
      table,
      item: {
        ...batchKey(organizationId, batchId),
        ...batchCodec.encode(batch),
        expiresAtS: secondsAfter(createdAtMs + ENDED_KEPT_MS),
      },
    });
  },

  async openBatches(organizationId: string): Promise<StoredBatch[]> {
    const items = await queryAll(db, {
      table,
      condition: 'organizationId = :batches',
      values: { ':batches': BATCHES + organizationId },
    });
    return items.map((item) => batchOf(organizationId, item));
  },

  /**
   * Takes the turn to look at a batch.
   * @returns `undefined` if it rests, somebody else has the turn, or it is settled
   */
  async takeBatch(
    organizationId: string,
    batchId: string,
    { nowMs, untilMs }: { nowMs: number; untilMs: number },
  ): Promise<StoredBatch | undefined> {
    const taken = await db.write({
      kind: 'update',
      table,
      key: batchKey(organizationId, batchId),
      update: 'SET restsUntilMs = :until',
      condition: 'restsUntilMs <= :now',
      values: { ':until': untilMs, ':now': nowMs },
    });
    return taken.ok && taken.item ? batchOf(organizationId, taken.item) : undefined;
  },

  async deleteBatch(organizationId: string, batchId: string): Promise<void> {
    await db.write({ kind: 'delete', table, key: batchKey(organizationId, batchId) });
  },
});

const BATCHES = '#batches#';
const batchKey = (organizationId: string, batchId: string) => ({
  organizationId: BATCHES + organizationId,
  jobId: batchId,
});
const batchOf = (organizationId: string, item: Item): StoredBatch => ({
  ...batchCodec.decode(item),
  organizationId,
  batchId: String(item['jobId']),
});
