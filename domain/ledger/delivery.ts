/**
 * How the answer of a call reached its client, where it did not reach it whole. `drained`: the client
 * had gone, and the provider was heard to its end. `failed`: the call broke off, so that what it used
 * is partly an estimate.
 */
export const DELIVERIES = ['drained', 'failed'] as const;
export type Delivery = (typeof DELIVERIES)[number];

/** Everything else: answers that reached their clients, and requests that Purser did not carry. */
export const DELIVERED = 'delivered';

/** What became of the answer of a call through the gateway. A failure outweighs an absent client. */
export const deliveryOf = ({
  isWhole,
  isGone,
}: {
  isWhole: boolean;
  isGone: boolean;
}): Delivery | undefined => (isWhole ? (isGone ? 'drained' : undefined) : 'failed');
