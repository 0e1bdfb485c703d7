import { type Bucket, fullBucket, takeTokens, tokensIn } from '../../domain/quotas/token-bucket.ts';
import { createMemory } from '../memory.ts';

/** Unknown credentials allowed per address: more than typos need, too few for guessing. */
const RATE = { perSecond: 5, burst: 50 };
const MOST_ADDRESSES = 10_000;

/**
 * Counts unknown credentials per address, so that a flood of them does not cost one store read
 * each. In-process is enough, because it limits this process's own work.
 */
export function createStrangers(now: () => number) {
  const buckets = createMemory<Bucket>({ most: MOST_ADDRESSES });
  const bucketOf = (address: string): Bucket => buckets.get(address) ?? fullBucket(RATE, now());
  return {
    /** Whether another credential from this address may be looked up. */
    mayAsk: (address: string): boolean => tokensIn(bucketOf(address), RATE, now()) > 0,

    /** Counts an unknown credential from this address. */
    count(address: string): void {
      const { bucket } = takeTokens(bucketOf(address), RATE, 1, now());
      buckets.set(address, bucket);
    },
  };
}
