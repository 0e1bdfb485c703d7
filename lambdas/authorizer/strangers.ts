import { type Bucket, fullBucket, takeTokens, tokensIn } from '../../domain/quotas/token-bucket.ts';
import { createMemory } from '../../services/memory.ts';

/** Credentials that nobody knows, from one address: more than mistakes, less than guessing. */
const RATE = { perSecond: 5, burst: 50 };
const MOST_ADDRESSES = 10_000;

/**
 * Counts the unknown credentials that come from an address, so that a flood of them costs no read of
 * the store each. In the memory of this process: what is bounded is its own work.
 */
export function createStrangers(now: () => number) {
  const buckets = createMemory<Bucket>({ most: MOST_ADDRESSES });
  const bucketOf = (address: string): Bucket => buckets.get(address) ?? fullBucket(RATE, now());
  return {
    /** Whether one more credential from this address may be looked up. */
    mayAsk: (address: string): boolean => tokensIn(bucketOf(address), RATE, now()) > 0,

    /** A credential from this address was unknown. */
    count(address: string): void {
      const { bucket } = takeTokens(bucketOf(address), RATE, 1, now());
      buckets.set(address, bucket);
    },
  };
}
