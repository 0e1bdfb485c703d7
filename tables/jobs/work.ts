import type { Job } from '../../domain/jobs/job.ts';
import { flag, number, optional } from '../codec/attributes.ts';
import { itemCodec } from '../codec/item-codec.ts';
import type { DynamoDb, UpdateWrite } from '../dynamodb.ts';
import { queryAll } from '../query-all.ts';
import { jobsTable } from './table.ts';

/** That an organization has work, and who dispatches it. */
export const workCodec = itemCodec(jobsTable, 'work', {
  /** When it last got a job. */
  submittedAtMs: number,
  leaseUntilMs: optional(number),
  /** Somebody asked for a dispatch while another one ran. */
  isAskedAgain: optional(flag),
});

const WORK = '#work';
const table = jobsTable.name;

/** Organizations that have work. */
export const createWorkStore = (db: DynamoDb) => ({
  /** Each organization that has work. */
  async organizations(): Promise<string[]> {
    const items = await queryAll(db, {
      table,
      condition: 'organizationId = :work',
      values: { ':work': WORK },
    });
    return items.map(({ jobId }) => String(jobId));
  },

  /** Whether an organization has work. */
  async hasWork(organizationId: string): Promise<boolean> {
    return (await db.get({ table, key: workKey(organizationId) })) !== undefined;
  },

  /**
   * Takes the turn to dispatch an organization's jobs. If somebody has it, asks them to look again.
   * @returns when it last got a job, or `undefined` if somebody else has the turn
   */
  async take(organizationId: string, nowMs: number, untilMs: number): Promise<number | undefined> {
    const taken = await db.write({
      ...workUpdate(organizationId, 'SET leaseUntilMs = :until REMOVE isAskedAgain'),
      condition:
        'attribute_exists(jobId) AND (attribute_not_exists(leaseUntilMs) OR leaseUntilMs <= :now)',
      values: { ':until': untilMs, ':now': nowMs },
    });
    if (taken.ok) return taken.item && workCodec.decode(taken.item).submittedAtMs;
    await db.write({
      ...workUpdate(organizationId, 'SET isAskedAgain = :yes'),
      condition: 'attribute_exists(leaseUntilMs)',
      values: { ':yes': true },
    });
    return undefined;
  },

  /** @returns whether nobody asked for another look meanwhile */
  async release(organizationId: string): Promise<boolean> {
    const released = await db.write({
      ...workUpdate(organizationId, 'REMOVE leaseUntilMs'),
      condition: 'attribute_not_exists(isAskedAgain)',
    });
    if (released.ok) return true;
    await db.write({
      ...workUpdate(organizationId, 'REMOVE leaseUntilMs, isAskedAgain'),
      condition: 'attribute_exists(jobId)',
    });
    return false;
  },

  /** Forgets an organization that has got no job since. */
  async forget(organizationId: string, submittedAtMs: number): Promise<void> {
    await db.write({
      kind: 'delete',
      table,
      key: workKey(organizationId),
      condition: 'submittedAtMs = :submitted',
      values: { ':submitted': submittedAtMs },
    });
  },
});

const workKey = (organizationId: string) => ({ organizationId: WORK, jobId: organizationId });

const workUpdate = (organizationId: string, update: string): UpdateWrite => ({
  kind: 'update',
  table,
  key: workKey(organizationId),
  update,
});

/** The mark that an organization has work, for a transaction. */
export const workMark = ({ organizationId, submittedAtMs }: Job): UpdateWrite => ({
  ...workUpdate(organizationId, 'SET submittedAtMs = :submitted'),
  values: { ':submitted': submittedAtMs },
});
