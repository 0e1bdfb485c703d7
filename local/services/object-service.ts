import type { LocalService, LocalWorld } from '../local-service.ts';
import { type BucketDefinition, readBuckets } from '../objects/bucket-definition.ts';
import { createBuckets, dateObjects, expireObjects } from '../objects/buckets.ts';
import type { MessagingService } from './messaging-service.ts';

/** S3's buckets and the lifecycles of their objects. */
export type ObjectService = LocalService & {
  /** Deletes objects whose lifecycle has ended. */
  sweep(): void;
};

const SWEEP_MS = 60_000;

/** @param messaging its server offers the objects, too */
export function createObjects(
  { clock }: LocalWorld,
  { messages: { objects } }: MessagingService,
): ObjectService {
  dateObjects(objects, clock.now);
  let buckets: readonly BucketDefinition[] = [];
  let timer: NodeJS.Timeout | undefined;
  const sweep = (): void => expireObjects(objects, buckets, clock.now());
  return {
    sweep,
    reads: (template) => {
      buckets = readBuckets(template);
      createBuckets(objects, buckets);
      return undefined;
    },
    start: () => {
      timer = setInterval(sweep, SWEEP_MS);
    },
    stop: () => clearInterval(timer),
  };
}
