import { ROLES } from '../../domain/access/caller.ts';
import {
  END_CAUSES,
  END_STATES,
  ENDED_KEPT_MS,
  type Job,
  JOB_KINDS,
  JOB_STATES,
  MOST_WAITING_MS,
} from '../../domain/jobs/job.ts';
import { SEVERITIES } from '../../domain/severity.ts';
import { flag, list, money, number, optional, plain, text, words } from '../codec/attributes.ts';
import { fields } from '../codec/fields.ts';
import { itemCodec } from '../codec/item-codec.ts';
import type { DynamoDb, Item, TransactionWrite } from '../dynamodb.ts';
import { optimistically } from '../optimistically.ts';
import { pagesOf, queryAll } from '../query-all.ts';
import { secondsAfter } from '../time-to-live.ts';
import type { StreamFilter } from '../definition.ts';
import { jobsTable } from './table.ts';
import { createBatchStore } from './batches.ts';
import { createWorkStore, workMark } from './work.ts';

const submitter = fields({
  actor: text,
  role: words(ROLES),
  users: optional(list(text)),
  departments: optional(list(text)),
  systems: optional(list(text)),
  ownDepartments: optional(list(text)),
  severityCeiling: optional(words(SEVERITIES)),
});

export const jobCodec = itemCodec(jobsTable, 'job', {
  organizationId: text,
  jobId: text,
  kind: words(JOB_KINDS),
  state: words(JOB_STATES),
  userId: text,
  departmentId: optional(text),
  system: text,
  model: text,
  sessionId: optional(text),
  tags: optional(plain<NonNullable<Job['tags']>>()),
  severity: words(SEVERITIES),
  expectedNanoUsd: money,
  amountNanoUsd: money,
  tokens: number,
  submitter,
  submittedAtMs: number,
  deadlineMs: number,
  runAfterMs: number,
  turns: number,
  attempts: number,
  leaseUntilMs: optional(number),
  begunAtMs: optional(number),
  requestDigest: text,
  retriesLost: optional(flag),
  waitingNanoUsdPerHour: optional(money),
  batchNanoUsd: optional(money),
  batchId: optional(text),
  isAlone: optional(flag),
  usesFlex: optional(flag),
  savedNanoUsd: optional(money),
  cancelledAtMs: optional(number),
  reservationId: optional(text),
  costNanoUsd: optional(money),
  reason: optional(text),
  cause: optional(words(END_CAUSES)),
  endedAtMs: optional(number),
  resultUntilMs: optional(number),
  version: number,
});

/** Jobs that ended. */
export const ENDED_JOBS: StreamFilter = { state: { S: [...END_STATES] } };

/** Which job an Idempotency-Key made. */
export const jobKeyCodec = itemCodec(jobsTable, 'key', { madeJobId: text });

/** A job as it was read; a change fails if it has another version by then. */
export type StoredJob = Job & { version: number };
export type JobPage = { jobs: StoredJob[]; next?: string | undefined };

const KEY = 'key#';
const table = jobsTable.name;

export type JobStore = ReturnType<typeof createJobStore>;

export const createJobStore = (db: DynamoDb) => ({
  ...jobItems(db),
  ...jobCancellations(db),
  ...jobLists(db),
  ...createWorkStore(db),
  ...createBatchStore(db),
});

/** Single jobs. */
function jobItems(db: DynamoDb) {
  async function get(organizationId: string, jobId: string): Promise<StoredJob | undefined> {
    const item = await db.get({ table, key: { organizationId, jobId }, consistent: true });
    return item && jobCodec.decode(item);
  }

  return {
    get,

    /** @param digest of who sent which key */
    async getOfKey(organizationId: string, digest: string): Promise<StoredJob | undefined> {
      const key = { organizationId, jobId: KEY + digest };
      const made = await db.get({ table, key, consistent: true });
      return made && get(organizationId, jobKeyCodec.decode(made).madeJobId);
    },

    /**
     * Stores a new job, and marks its organization.
     * @returns `exists` if the key already made one
     */
    async add(job: Job, keyDigest: string | undefined): Promise<'added' | 'exists' | 'conflict'> {
      const writes: TransactionWrite[] = [
        {
          kind: 'put',
          table,
          item: itemOf({ ...job, version: 1 }),
          condition: 'attribute_not_exists(jobId)',
        },
        workMark(job),
        ...(keyDigest === undefined ? [] : [keyPut(job, keyDigest)]),
      ];
      const outcome = await optimistically(async () => {
        const result = await db.transact(writes);
        if (result.ok) return { done: 'added' as const };
        const isTaken = result.reasons.some(({ kind }) => kind === 'condition');
        return isTaken ? { done: 'exists' as const } : 'conflict';
      });
      return outcome?.done ?? 'conflict';
    },

    /**
     * Replaces a job unless it changed since it was read.
     * @returns the job as stored, or `undefined` if somebody else was faster
     */
    async replace(before: StoredJob, after: Job): Promise<StoredJob | undefined> {
      const stored = { ...after, version: before.version + 1 };
      const result = await db.write({
        kind: 'put',
        table,
        item: itemOf(stored),
        condition: '#version = :version',
        names: { '#version': 'version' },
        values: { ':version': before.version },
      });
      return result.ok ? stored : undefined;
    },
  };
}

/** Cancellations of jobs. */
const jobCancellations = (db: DynamoDb) => ({
  /**
   * Marks a job that waits or runs as cancelled, whatever else changes it meanwhile.
   * @returns the job with its mark, or `undefined` if it has ended
   */
  async cancel(
    { organizationId, jobId }: Pick<Job, 'organizationId' | 'jobId'>,
    nowMs: number,
  ): Promise<StoredJob | undefined> {
    const result = await db.write({
      kind: 'update',
      table,
      key: { organizationId, jobId },
      update: 'SET cancelledAtMs = if_not_exists(cancelledAtMs, :now), #version = #version + :one',
      condition: '#state IN (:queued, :running)',
      names: { '#version': 'version', '#state': 'state' },
      values: { ':now': nowMs, ':one': 1, ':queued': 'queued', ':running': 'running' },
    });
    return result.ok && result.item ? jobCodec.decode(result.item) : undefined;
  },
});

/** Jobs of an organization. */
const jobLists = (db: DynamoDb) => ({
  /** Newest first. `after` is the previous page's `next`. */
  async list(organizationId: string, { limit, after, accepts }: ListQuery): Promise<JobPage> {
    const jobs: StoredJob[] = [];
    const pages = pagesOf((startKey) =>
      db.query({
        table,
        // Ids are hexadecimal, so keys sort after all of them.
        condition: 'organizationId = :organization AND jobId < :end',
        values: { ':organization': organizationId, ':end': after ?? 'g' },
        descending: true,
        limit: Math.max(limit, JOBS_PER_PAGE),
        startKey,
      }),
    );
    for await (const { items, nextKey } of pages) {
      for (const item of items) {
        const job = jobCodec.decode(item);
        if (!accepts(job)) continue;
        jobs.push(job);
        if (jobs.length === limit) return { jobs, next: job.jobId };
      }
      if (nextKey === undefined) break;
    }
    return { jobs };
  },

  /** Those that wait or run, in the order of their submission, as of a moment ago. */
  async pending(organizationId: string): Promise<StoredJob[]> {
    const items = await queryAll(db, {
      table,
      index: 'pending',
      condition: 'pendingOf = :organization',
      values: { ':organization': organizationId },
    });
    return items.map((item) => jobCodec.decode(item));
  },
});

const JOBS_PER_PAGE = 100;

type ListQuery = {
  limit: number;
  after?: string | undefined;
  accepts: (job: StoredJob) => boolean;
};

const keyPut = (
  { organizationId, jobId, submittedAtMs }: Job,
  digest: string,
): TransactionWrite => ({
  kind: 'put',
  table,
  item: {
    organizationId,
    jobId: KEY + digest,
    ...jobKeyCodec.encode({ madeJobId: jobId }),
    expiresAtS: secondsAfter(submittedAtMs + MOST_WAITING_MS + ENDED_KEPT_MS),
  },
  condition: 'attribute_not_exists(jobId)',
});

/** A pending job is in the index; an ended one is deleted after a while. */
export function itemOf(job: StoredJob): Item {
  const { organizationId, endedAtMs } = job;
  return {
    ...jobCodec.encode(job),
    ...(endedAtMs === undefined
      ? { pendingOf: organizationId }
      : { expiresAtS: secondsAfter(endedAtMs + ENDED_KEPT_MS) }),
  };
}
