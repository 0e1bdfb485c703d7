/** A queue of work, as plain data: CDK makes the queue, its dead-letter queue and its alarm from it. */
export type QueueDefinition = {
  /** The queue's name after the prefix of its environment. */
  name: string;
  /** Id of its construct. Another id would replace the queue when it is deployed. */
  constructId: string;
  /** The setting that tells functions its URL. */
  setting: `PURSER_${string}_QUEUE_URL`;
  /** Most messages that one run of its worker receives. */
  batchSize: number;
  /** How long a message that was received stays hidden. Must be longer than its worker may run. */
  visibilityTimeoutSeconds: number;
  /** How often a message is received before it goes to the dead-letter queue. */
  attempts: number;
  deadLetterQueue: string;
  /** How long a message may wait. */
  retentionDays: number;
  /** The alarm about messages that wait too long. */
  late: {
    afterSeconds: number;
    evaluationPeriods: number;
    humanImpact: string;
    runbook: string;
    /** While it is on, money may be spent that nobody guards. */
    guardsMoney?: true;
  };
};
