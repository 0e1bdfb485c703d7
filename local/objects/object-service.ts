import type { Broker, ObjectStore } from '../broker/fauxqs-broker.ts';
import type { BucketDefinition } from './bucket-definition.ts';
import { linkFault } from './signed-link.ts';

const dayMs = 86_400_000;

/** Makes the buckets that a template names; what is in one already stays. */
export function createBuckets(objects: ObjectStore, buckets: readonly BucketDefinition[]): void {
  for (const { name } of buckets) if (!objects.hasBucket(name)) objects.createBucket(name);
}

/**
 * Lets a signed link read its object and nothing else without credentials: buckets are private. What
 * an SDK signs in a header is let through, as by the other stand-ins.
 */
export function guardObjects(
  { application }: Pick<Broker, 'application'>,
  secretAccessKey: string,
  now: () => number,
): void {
  application.addHook('onRequest', async ({ method, url, headers }, reply) => {
    // So are queues and topics called, from inside without credentials.
    const isOfMessages = method === 'POST' && url === '/';
    if (isOfMessages || headers.authorization !== undefined) return;
    const fault = linkFault({ method, url, headers }, secretAccessKey, now());
    if (fault === undefined) return;
    await reply
      .status(403)
      .header('content-type', 'application/xml')
      .send(`<Error><Code>AccessDenied</Code><Message>The link: ${fault}</Message></Error>`);
  });
}

/** Removes the objects that a lifecycle rule has expired. */
export function expireObjects(
  objects: ObjectStore,
  buckets: readonly BucketDefinition[],
  nowMs: number,
): void {
  for (const { name, expirationDays } of buckets) {
    if (!Number.isFinite(expirationDays)) continue;
    const { objects: stored } = objects.listObjects(name, { maxKeys: Number.MAX_SAFE_INTEGER });
    for (const { key, lastModified } of stored) {
      if (lastModified.getTime() + expirationDays * dayMs < nowMs) objects.deleteObject(name, key);
    }
  }
}
