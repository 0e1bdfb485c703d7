import { subjectOf } from '../alerts/alert.ts';
import type { Job } from '../jobs/job.ts';
import { formatUsd } from '../money.ts';
import type { PurserEvent } from './purser-event.ts';

/**
 * The end of a job; `undefined` while it waits or runs. A job that an operator runs again ends once
 * more, as another event. It has nothing of the request or its answer, nor `reason`, which may be in
 * a provider's words.
 */
export function jobEventOf(job: Job): PurserEvent | undefined {
  const { organizationId, jobId, state, turns, userId, endedAtMs } = job;
  if (endedAtMs === undefined) return undefined;
  return {
    kind: 'job_finished',
    organizationId,
    dedupKey: jobEndKeyOf(job),
    atMs: endedAtMs,
    title: subjectOf(`Job ${jobId} of user ${userId} ${DID[state]}`),
    data: {
      jobId,
      state,
      ...(job.cause === undefined ? {} : { reason: job.cause }),
      ...(job.costNanoUsd === undefined ? {} : { costUsd: formatUsd(job.costNanoUsd) }),
      ...(job.savedNanoUsd === undefined ? {} : { savedUsd: formatUsd(job.savedNanoUsd) }),
      ...(job.reservationId === undefined ? {} : { reservationId: job.reservationId }),
      attempts: String(job.attempts),
      turns: String(turns),
      userId,
      ...(job.departmentId === undefined ? {} : { departmentId: job.departmentId }),
      system: job.system,
      model: job.model,
      ...(job.sessionId === undefined ? {} : { sessionId: job.sessionId }),
      submittedAt: new Date(job.submittedAtMs).toISOString(),
      ageSeconds: String(Math.floor((endedAtMs - job.submittedAtMs) / 1_000)),
    },
  };
}

/** Identifies one end of a job. */
export const jobEndKeyOf = ({ jobId, turns }: Pick<Job, 'jobId' | 'turns'>): string =>
  `job#${jobId}#${turns}`;

const DID: Record<Job['state'], string> = {
  queued: 'waits',
  running: 'runs',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'was cancelled',
  expired: 'expired',
};
