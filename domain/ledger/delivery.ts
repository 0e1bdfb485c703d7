/**
 * How the answer of a call through the gateway reached its client, where it did not reach it whole.
 * `drained`: the client had gone, and the provider was heard to its end. `failed`: the provider
 * broke off, so that what it used is partly an estimate.
 */
export const DELIVERIES = ['drained', 'failed'] as const;
export type Delivery = (typeof DELIVERIES)[number];
