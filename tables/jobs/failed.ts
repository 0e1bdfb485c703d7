import { mayRunAgain } from '../../domain/jobs/run-again.ts';
import type { Job } from '../../domain/jobs/job.ts';
import type { DynamoDb } from '../dynamodb.ts';
import { pagesOf } from '../query-all.ts';
import { itemOf, jobCodec, type StoredJob } from './jobs.ts';
import { jobsTable } from './table.ts';
import { workMark } from './work.ts';

const table = jobsTable.name;

/** Failed jobs, for commands of operators. */
export const createFailedJobStore = (db: DynamoDb) => ({
  /** Those of every organization that may run again, in no order. Reads the whole table. */
  async *all(): AsyncGenerator<StoredJob> {
    const pages = pagesOf((startKey) => db.scan({ table, startKey, consistent: true }));
    for await (const { items } of pages) {
      for (const item of items) {
        if (item['state'] !== 'failed') continue;
        const job = jobCodec.decode(item);
        if (mayRunAgain(job)) yield job;
      }
    }
  },

  /**
   * Puts a failed job back in the queue, and marks its organization as having work.
   * @returns whether nobody changed the job since it was read
   */
  async replace(before: StoredJob, after: Job, nowMs: number): Promise<boolean> {
    const result = await db.transact([
      {
        kind: 'put',
        table,
        item: itemOf({ ...after, version: before.version + 1 }),
        condition: '#version = :version',
        names: { '#version': 'version' },
        values: { ':version': before.version },
      },
      workMark({ ...after, submittedAtMs: nowMs }),
    ]);
    return result.ok;
  },
});
