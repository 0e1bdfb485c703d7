import type { QueueDefinition } from './definition.ts';

/** Every work queue by name. */
export const QUEUE_DEFINITIONS = {
  alerts: {
    name: 'alerts',
    constructId: 'alert-queue',
    setting: 'PURSER_ALERT_QUEUE_URL',
    batchSize: 10,
    maxConcurrency: 10,
    // Six times the worker's timeout, as AWS recommends.
    visibilityTimeoutSeconds: 120,
    // Pauses grow with every failure, so ten attempts last over half an hour.
    attempts: 10,
    deadLetterQueue: 'alert-failures',
    retentionDays: 4,
    late: {
      guardsMoney: true,
      afterSeconds: 60,
      evaluationPeriods: 2,
      humanImpact:
        'People learn about overspending at least a minute late, through at least one channel.',
      runbook:
        'Search the log of deliver-alerts for ALERT_NOT_DELIVERED: it names the channel that fails. The other channels succeeded. Purser retries the failed one for half an hour, then moves the alert to alert-failures. Redrive that queue once the channel works.',
    },
  },
  exports: {
    name: 'exports',
    constructId: 'export-queue',
    setting: 'PURSER_EXPORT_QUEUE_URL',
    batchSize: 1,
    maxConcurrency: 5,
    // One minute more than the worker's timeout, so that an export whose run died restarts soon.
    visibilityTimeoutSeconds: 960,
    attempts: 3,
    deadLetterQueue: 'export-failures',
    retentionDays: 4,
    late: {
      afterSeconds: 3_600,
      evaluationPeriods: 1,
      humanImpact: 'Report files that people requested are at least an hour late.',
      runbook:
        'Search the log of build-exports for EXPORT_NOT_DONE. If there are none, people request files faster than they are written: raise the concurrency of its event source.',
    },
  },
  jobs: {
    name: 'jobs',
    constructId: 'job-queue',
    setting: 'PURSER_JOB_QUEUE_URL',
    batchSize: 1,
    // A job waits for a model most of its time.
    maxConcurrency: 20,
    // One minute more than the worker's timeout.
    visibilityTimeoutSeconds: 960,
    attempts: 3,
    deadLetterQueue: 'job-failures',
    retentionDays: 4,
    late: {
      afterSeconds: 1_800,
      evaluationPeriods: 1,
      humanImpact:
        'Work that people queued starts at least half an hour late, although there is money for it.',
      runbook:
        'Search the log of run-jobs for JOB_NOT_RUN. If there are none, calls of models take long: raise the maximum concurrency of its event source.',
    },
  },
} as const satisfies Record<string, QueueDefinition>;

export type QueueName = keyof typeof QUEUE_DEFINITIONS;
export type QueueSetting = (typeof QUEUE_DEFINITIONS)[QueueName]['setting'];

export type FailureQueueName =
  | 'stream-failures'
  | 'schedule-failures'
  | (typeof QUEUE_DEFINITIONS)[QueueName]['deadLetterQueue'];

/** Queues that keep failures until a person looks at them. */
export const FAILURE_QUEUES: readonly { name: FailureQueueName; guardsMoney?: true }[] = [
  // Stream batches: spend that is in the ledger but not in the sums that thresholds use.
  { name: 'stream-failures', guardsMoney: true },
  { name: 'schedule-failures' },
  ...Object.values(QUEUE_DEFINITIONS).map(({ deadLetterQueue }) => ({ name: deadLetterQueue })),
];
