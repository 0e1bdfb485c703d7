/**
 * A work queue as plain data. CDK creates the queue, its dead-letter queue and its alarm from it.
 */
export type QueueDefinition = {
  /** The queue's name, without the environment's prefix. */
  name: string;
  /** The construct's ID. Changing it replaces the queue on the next deployment. */
  constructId: string;
  /** The setting that gives functions its URL. */
  setting: `PURSER_${string}_QUEUE_URL`;
  /** Maximum number of messages per run of its worker. */
  batchSize: number;
  /** Maximum number of simultaneous runs of its worker, so that a flood leaves room for others. */
  maxConcurrency: number;
  /** How long a received message stays hidden. Must exceed the worker's timeout. */
  visibilityTimeoutSeconds: number;
  /** How often a message is received before it moves to the dead-letter queue. */
  attempts: number;
  deadLetterQueue: string;
  /** How long a message may wait. */
  retentionDays: number;
  /** The alarm on messages that wait too long. */
  late: {
    afterSeconds: number;
    evaluationPeriods: number;
    humanImpact: string;
    runbook: string;
    /** While this alarm is on, money may be spent unguarded. */
    guardsMoney?: true;
  };
};
