import { beforeEach } from 'vitest';
import { jobRunServices } from '../../composition/jobs.ts';
import type { JobMessage } from '../../contracts/job-message.ts';
import { batchTerms } from '../../domain/batches/batch-plan.ts';
import { dispatchJobs, type DispatchDeps } from '../../services/jobs/dispatch-jobs.ts';
import { type NewJob, submitJob } from '../../services/jobs/submit-job.ts';
import { createRateCardStore } from '../../tables/rate-cards.ts';
import type { StoredJob } from '../../tables/jobs/jobs.ts';
import { CLAUDE } from '../local/bedrock/stand-in.ts';
import { openGatewayDesk, providerOf } from './gateway-desk.ts';

const REGION = 'us-east-1';

/**
 * The services of jobs on a store of their own, with a clock that tests move. Messages are kept
 * instead of sent, and files lie in memory.
 */
export function openJobDesk() {
  const gateway = openGatewayDesk();
  const files = new Map<string, string>();
  const sent: JobMessage[] = [];
  const desk = {
    files,
    sent,
    nowMs: 0,
    region: REGION,
    gateway,
    deps: undefined as unknown as DispatchDeps,
    get call() {
      const { organizationId } = gateway;
      return { organizationId, actor: 'test', role: 'admin', nowMs: desk.nowMs } as const;
    },
    /** Queues work. */
    async submit(work: Omit<NewJob, 'idempotencyKey'>): Promise<StoredJob> {
      const services = { ...desk.deps, rateCards: createRateCardStore(gateway.db) };
      return (await submitJob(services, desk.call, { ...work, idempotencyKey: undefined })).job;
    },
    /** Dispatches, and returns the messages that it sent. */
    async dispatch(): Promise<JobMessage[]> {
      sent.length = 0;
      await dispatchJobs(desk.deps, gateway.organizationId);
      return [...sent];
    },
    async read({ jobId }: Pick<StoredJob, 'jobId'>): Promise<StoredJob> {
      const job = await desk.deps.jobs.get(gateway.organizationId, jobId);
      if (!job) throw new Error('the job is gone');
      return job;
    },
    entryOf: async ({ reservationId = '' }: StoredJob) =>
      desk.deps.ledger.getReservation(reservationId),
  };
  beforeEach(() => {
    files.clear();
    sent.length = 0;
    desk.nowMs = Date.now();
    const world = { ...gateway.world, now: () => desk.nowMs };
    const place = { regions: [REGION], models: [CLAUDE], region: REGION };
    desk.deps = {
      ...jobRunServices(gateway.db, world, place),
      telemetry: world.telemetry,
      random: () => 0.5,
      randomBytes: world.randomBytes,
      batchTerms: batchTerms(1),
      providerOf: providerOf(gateway.standIn),
      files: {
        put: (name, json) => Promise.resolve(void files.set(name, json)),
        delete: (name) => Promise.resolve(void files.delete(name)),
      },
      reader: { get: (name) => Promise.resolve(files.get(name)) },
      queue: { publish: (message) => Promise.resolve(void sent.push(message)) },
    };
  });
  return desk;
}
