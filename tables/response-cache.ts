import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Cached, CacheKey, SharedStore } from '../domain/caching/cache.ts';
import type { Invalidation } from '../domain/caching/invalidations.ts';
import { literalStart, matchesPattern } from '../domain/caching/pattern.ts';
import { bytes, list, money, named, number, orElse, text } from './codec/attributes.ts';
import { fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item, UpdateWrite } from './dynamodb.ts';
import { pagesOf, queryAll } from './query-all.ts';
import { replacementOf } from './replacement.ts';
import { secondsAfter } from './time-to-live.ts';

/**
 * Answers of models that the gateway gives again, and all that belongs to them. Access patterns: one
 * answer; who fills it; an organization's answers whose names begin alike; its invalidations; its hits
 * and misses by day. Names begin with the system and the operation, and end with a keyed hash: no text
 * of a request is in a key.
 */
export const responseCacheTable = defineTable({
  name: 'response-cache',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
  timeToLiveAttribute: 'ttl',
});

const lives = { storedAtMs: named('at', number), expiresAtMs: named('until', number) };

export const cachedAnswerCodec = itemCodec(responseCacheTable, 'answer', {
  ...lives,
  zipped: named('z', bytes),
});
export const fillLeaseCodec = itemCodec(responseCacheTable, 'lease', {
  owner: text,
  untilMs: named('until', number),
});
export const invalidationsCodec = itemCodec(responseCacheTable, 'invalidations', {
  list: list(fields({ pattern: text, atMs: number })),
});
export const answerCountsCodec = itemCodec(responseCacheTable, 'counts', {
  hits: orElse(number, 0),
  misses: orElse(number, 0),
  savedNanoUsd: orElse(money, 0n),
});

/** Answers from the cache, calls that were made instead, and what the former saved. */
export type AnswerCounts = { hits: number; misses: number; savedNanoUsd: bigint };

const { name: table } = responseCacheTable;
const ANSWER = 'answer#';
const INVALIDATIONS = 'invalidations';
const COUNTS_DAYS = 31;
/** Others are not used any more, and end by their time to live. */
const MOST_REMOVED = 5_000;
const REMOVED_AT_ONCE = 25;

const zip = promisify(gzip);
const unzip = promisify(gunzip);

const answerKey = ({ organizationId: pk, name }: CacheKey) => ({ pk, sk: `${ANSWER}${name}` });
const leaseKey = ({ organizationId: pk, name }: CacheKey) => ({ pk, sk: `lease#${name}` });

export type ResponseCacheStore = ReturnType<typeof createResponseCacheStore>;

export const createResponseCacheStore = (db: DynamoDb) => ({
  answers: answerStore(db),
  invalidations: invalidationStore(db),
  counts: countStore(db),
});

/** Answers, compressed, and the right to fill them. */
const answerStore = (db: DynamoDb): SharedStore => ({
  async read(key) {
    const item = await db.get({ table, key: answerKey(key), consistent: true });
    return item && unzipped(item);
  },

  async write(key, { text: plain, storedAtMs, expiresAtMs }) {
    const zipped = new Uint8Array(await zip(plain));
    const item = {
      ...answerKey(key),
      ...cachedAnswerCodec.encode({ storedAtMs, expiresAtMs, zipped }),
      ttl: secondsAfter(expiresAtMs),
    };
    await db.write({ kind: 'put', table, item });
  },

  async remove(organizationId, pattern) {
    const begin = `${ANSWER}${literalStart(pattern)}`;
    let removed = 0;
    for await (const { items } of pagesOf((startKey) =>
      db.query({
        table,
        condition: 'pk = :pk AND begins_with(sk, :begin)',
        values: { ':pk': organizationId, ':begin': begin },
        startKey,
      }),
    )) {
      const names = items.map(({ sk }) => String(sk).slice(ANSWER.length));
      const matching = names.filter((name) => matchesPattern(pattern, name));
      removed += await removeAll(db, organizationId, matching);
      if (removed >= MOST_REMOVED) break;
    }
    return removed;
  },

  async lease(key, owner, nowMs, untilMs) {
    const item = {
      ...leaseKey(key),
      ...fillLeaseCodec.encode({ owner, untilMs }),
      ttl: secondsAfter(untilMs, 1),
    };
    const condition = 'attribute_not_exists(pk) OR #until <= :now';
    const names = { '#until': 'until' };
    const values = { ':now': BigInt(nowMs) };
    return (await db.write({ kind: 'put', table, item, condition, names, values })).ok;
  },

  async release(key, owner) {
    const condition = '#owner = :owner';
    const names = { '#owner': 'owner' };
    const values = { ':owner': owner };
    await db.write({ kind: 'delete', table, key: leaseKey(key), condition, names, values });
  },

  async isLeased(key, nowMs) {
    const item = await db.get({ table, key: leaseKey(key), consistent: true });
    return item !== undefined && fillLeaseCodec.decode(item).untilMs > nowMs;
  },
});

async function unzipped(item: Item): Promise<Cached> {
  const { zipped, storedAtMs, expiresAtMs } = cachedAnswerCodec.decode(item);
  return { text: (await unzip(zipped)).toString('utf8'), storedAtMs, expiresAtMs };
}

async function removeAll(
  db: DynamoDb,
  organizationId: string,
  names: readonly string[],
): Promise<number> {
  for (let from = 0; from < names.length; from += REMOVED_AT_ONCE) {
    const batch = names.slice(from, from + REMOVED_AT_ONCE);
    await Promise.all(
      batch.map((name) =>
        db.write({ kind: 'delete', table, key: answerKey({ organizationId, name }) }),
      ),
    );
  }
  return names.length;
}

/** Which answers are not used any more, wherever they still are. */
const invalidationStore = (db: DynamoDb) => ({
  async read(organizationId: string): Promise<Invalidation[]> {
    const key = { pk: organizationId, sk: INVALIDATIONS };
    const item = await db.get({ table, key, consistent: true });
    return item ? invalidationsCodec.decode(item).list : [];
  },

  /** The write that replaces the list, unless somebody else changed it since this read. */
  async replacement(
    organizationId: string,
    next: (before: readonly Invalidation[]) => Invalidation[],
  ) {
    const key = { pk: organizationId, sk: INVALIDATIONS };
    return replacementOf(db, table, key, (item) =>
      invalidationsCodec.encode({ list: next(item ? invalidationsCodec.decode(item).list : []) }),
    );
  },
});

/** How often answers came from the cache, by day. */
const countStore = (db: DynamoDb) => ({
  /** Adds counts to a UTC day (`2026-11-21`). */
  async add(
    organizationId: string,
    day: string,
    { hits, misses, savedNanoUsd }: AnswerCounts,
    atMs: number,
  ): Promise<void> {
    const write: UpdateWrite = {
      kind: 'update',
      table,
      key: { pk: organizationId, sk: `counts#${day}` },
      update: 'ADD hits :hits, misses :misses, savedNanoUsd :saved SET #ttl = :ttl',
      names: { '#ttl': 'ttl' },
      values: {
        ':hits': BigInt(hits),
        ':misses': BigInt(misses),
        ':saved': savedNanoUsd,
        ':ttl': secondsAfter(atMs, COUNTS_DAYS),
      },
    };
    await db.write(write);
  },

  /** The sums of UTC days `from` to `to`. */
  async sum(organizationId: string, from: string, to: string): Promise<AnswerCounts> {
    const items = await queryAll(db, {
      table,
      condition: 'pk = :pk AND sk BETWEEN :from AND :to',
      values: { ':pk': organizationId, ':from': `counts#${from}`, ':to': `counts#${to}` },
    });
    const days = items.map((item) => answerCountsCodec.decode(item));
    return {
      hits: days.reduce((sum, { hits }) => sum + hits, 0),
      misses: days.reduce((sum, { misses }) => sum + misses, 0),
      savedNanoUsd: days.reduce((sum, { savedNanoUsd }) => sum + savedNanoUsd, 0n),
    };
  },
});
