import type { JobStore } from '../../tables/jobs/jobs.ts';
import type { JobQueue } from './submit-job.ts';

/** Has the jobs of an organization looked at, if any wait, because its budgets changed. */
export type WakeJobs = (organizationId: string) => Promise<void>;

export const createWakeJobs =
  ({ jobs, queue }: { jobs: Pick<JobStore, 'hasWork'>; queue: JobQueue }): WakeJobs =>
  async (organizationId) => {
    if (!(await jobs.hasWork(organizationId))) return;
    await queue.publish({ kind: 'dispatch', organizationId });
  };

/** Longer than any process remembers a budget. */
export const WAKING_DELAY_SECONDS = 3;
