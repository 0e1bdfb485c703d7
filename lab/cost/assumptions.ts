/**
 * What a run on one machine cannot measure, and the billing needs. Round trips are DynamoDB's
 * medians inside a region, as the model of hot budgets uses them.
 */
export const ASSUMPTIONS = {
  readMs: 5,
  writeMs: 5,
  transactionMs: 10,
  /** CPU of one run of a function on a quarter of a core or more. */
  cpuMs: 5,
  /** CPU of one call of the gateway on a whole core, as `npm run bench -- gateway` measures it. */
  gatewayCpuMs: 6.2,
  /** The memory at which Lambda gives a function a whole core; less gives a share. */
  wholeCoreMiB: 1_769,
  /** A model's whole answer, for which the gateway's function waits. The catalog's middle. */
  modelMs: 4_000,
  /** Lambda's own lines about a run: START, END and REPORT. */
  platformLogBytes: 310,
  /** One line of the access log. */
  accessLogBytes: 420,
  /** Lambda asks each queue without a pause: five pollers that wait for 20 seconds each. */
  pollsPerQueueMonth: 5 * 3 * 60 * 730,
} as const;

export const HOURS_PER_MONTH = 730;
