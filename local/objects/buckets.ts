import type { Broker, ObjectStore } from '../broker/fauxqs-broker.ts';
import type { BucketDefinition } from './bucket-definition.ts';
import { linkFault } from './signed-link.ts';

const DAY_MS = 86_400_000;

/** Creates the buckets that a template names. Existing ones keep their content. */
export function createBuckets(objects: ObjectStore, buckets: readonly BucketDefinition[]): void {
  for (const { name } of buckets) if (!objects.hasBucket(name)) objects.createBucket(name);
}

/**
 * Dates new objects by the local run's clock, by which lifecycles end. Otherwise objects written after
 * the clock was advanced by a month would be a month old at once.
 */
export function dateObjects(objects: ObjectStore, now: () => number): void {
  const { persistence } = objects;
  if (persistence === undefined) return;
  const write = persistence.upsertObject.bind(persistence);
  persistence.upsertObject = (bucket, object) => {
    object.lastModified = new Date(now());
    write(bucket, object);
  };
}

/**
 * Lets a signed link read its own object without credentials, and nothing else, because buckets are
 * private. Accepts SDK requests signed in a header unchecked, like the other emulated services.
 */
export function guardObjects(
  { application }: Pick<Broker, 'application'>,
  secretAccessKey: string,
  now: () => number,
): void {
  application.addHook('onRequest', async ({ method, url, headers }, reply) => {
    // Queue and topic calls look like this too, and arrive from inside without credentials.
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

/** Removes objects that a lifecycle rule has expired. */
export function expireObjects(
  objects: ObjectStore,
  buckets: readonly BucketDefinition[],
  nowMs: number,
): void {
  for (const { name, expirationDays } of buckets) {
    if (!Number.isFinite(expirationDays)) continue;
    const { objects: stored } = objects.listObjects(name, { maxKeys: Number.MAX_SAFE_INTEGER });
    for (const { key, lastModified } of stored) {
      if (lastModified.getTime() + expirationDays * DAY_MS < nowMs) objects.deleteObject(name, key);
    }
  }
}
