import { createHash } from 'node:crypto';
import type { RouteClass } from '../domain/quotas/quota.ts';
import { fullBucket, type Bucket, type Rate, takeTokens } from '../domain/quotas/token-bucket.ts';
import { named, number } from './codec/attributes.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item } from './dynamodb.ts';
import { optimistically } from './optimistically.ts';
import { secondsAfter } from './time-to-live.ts';

/**
 * How much credentials may still use the API, shared by all processes. Access patterns: take tokens
 * from the bucket of one credential and route class; count each organization's demand in a time
 * window, and read that of the previous window. Buckets expire an hour after their last use, when
 * they would be full anyway.
 */
export const quotasTable = defineTable({
  name: 'quotas',
  partitionKey: { name: 'pk', type: 'S' },
  timeToLiveAttribute: 'ttl',
});

export const bucketCodec = itemCodec(quotasTable, 'bucket', {
  milliTokens: named('m', number),
  atMs: named('at', number),
});

export type BucketRef = { organizationId: string; actor: string; routeClass: RouteClass };

export type QuotaStore = ReturnType<typeof createQuotaStore>;

const KEPT_SECONDS = 3_600;
/** Prefix of organization ids, which are attributes of a window. */
const ORGANIZATION = 'o:';

export function createQuotaStore(db: DynamoDb) {
  const { name: table } = quotasTable;

  return {
    /**
     * Takes up to `count` tokens in one conditional write, and retries if others take from the
     * same bucket.
     * @param lastBucket the bucket as this process last saw it
     * @returns the tokens taken and the new bucket; grants all of `count` if every attempt
     *   conflicted
     */
    async take(
      { ref, rate, count, nowMs }: { ref: BucketRef; rate: Rate; count: number; nowMs: number },
      lastBucket: Bucket | undefined,
    ): Promise<{ taken: number; bucket: Bucket }> {
      const pk = bucketKey(ref);
      let seen = lastBucket;
      const outcome = await optimistically(async () => {
        const next = takeTokens(seen ?? fullBucket(rate, nowMs), rate, count, nowMs);
        const result = await db.write({
          kind: 'put',
          table,
          item: { pk, ...bucketCodec.encode(next.bucket), ttl: ttlOf(nowMs) },
          ...(seen
            ? { condition: 'm = :m AND #at = :at', names: { '#at': 'at' } }
            : { condition: 'attribute_not_exists(pk)' }),
          ...(seen ? { values: { ':m': seen.milliTokens, ':at': seen.atMs } } : {}),
        });
        if (result.ok) return { done: next };
        seen = result.reason.old && bucketCodec.decode(result.reason.old);
        return 'conflict';
      });
      return outcome?.done ?? { taken: count, bucket: seen ?? fullBucket(rate, nowMs) };
    },

    /** Adds to an organization's demand in a window. @returns every organization's demand in it */
    async count(
      window: number,
      organizationId: string,
      tokens: number,
      nowMs: number,
    ): Promise<Map<string, number>> {
      const result = await db.write({
        kind: 'update',
        table,
        key: { pk: windowKey(window) },
        update: 'SET #ttl = :ttl ADD #org :tokens',
        names: { '#ttl': 'ttl', '#org': ORGANIZATION + organizationId },
        values: { ':ttl': ttlOf(nowMs), ':tokens': tokens },
      });
      return demandsIn(result.ok ? result.item : undefined);
    },

    /** Every organization's demand in a window. */
    async demands(window: number): Promise<Map<string, number>> {
      return demandsIn(await db.get({ table, key: { pk: windowKey(window) } }));
    },
  };
}

const windowKey = (window: number): string => `window#${window}`;

const bucketKey = ({ organizationId, actor, routeClass }: BucketRef): string =>
  `bucket#${createHash('sha256')
    .update(JSON.stringify([organizationId, actor, routeClass]))
    .digest('base64url')}`;

const ttlOf = (nowMs: number): number => secondsAfter(nowMs) + KEPT_SECONDS;

const demandsIn = (item: Item | undefined): Map<string, number> =>
  new Map(
    Object.entries(item ?? {}).flatMap(([name, tokens]) =>
      name.startsWith(ORGANIZATION)
        ? [[name.slice(ORGANIZATION.length), number.decode(tokens)] as const]
        : [],
    ),
  );
