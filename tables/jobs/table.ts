import { defineTable } from '../definition.ts';

/**
 * Work that waits for money, without its texts. Access patterns: a new job, with its
 * Idempotency-Key and the mark that its organization has work, in one transaction; one job; the job
 * of a key; an organization's jobs, newest first; those that wait or run (`pending`, sparse);
 * changes of a job, unless somebody else changed it since it was read; the organizations that have
 * work, under the partition `#work`, so that nothing ever scans; whose turn it is to dispatch one;
 * follow jobs that ended, by the stream.
 */
export const jobsTable = defineTable({
  name: 'jobs',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'jobId', type: 'S' },
  indexes: [
    {
      name: 'pending',
      partitionKey: { name: 'pendingOf', type: 'S' },
      sortKey: { name: 'jobId', type: 'S' },
      projection: 'ALL',
    },
  ],
  stream: true,
  timeToLiveAttribute: 'expiresAtS',
});
