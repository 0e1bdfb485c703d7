import { type Breaker, TRIP_CAUSES, WINDOW_MS } from '../domain/routing/breaker.ts';
import { SLOT_MS, type Tally, TALLY_PARTS } from '../domain/routing/tally.ts';
import { mapped, named, number, optional, text, words } from './codec/attributes.ts';
import { Damage } from './codec/damage.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb } from './dynamodb.ts';
import { queryAll } from './query-all.ts';
import { secondsAfter } from './time-to-live.ts';

/**
 * How calls of models' endpoints ended lately, shared by all processes. Access patterns: add to the
 * counts of an endpoint in a slot; the latest counts of all endpoints of an owner; an owner's circuit
 * breakers; set one, unless a later one stands. Counts of ten seconds share a partition, so that no
 * partition stays busy; they expire after minutes, breakers after a day.
 */
export const endpointHealthTable = defineTable({
  name: 'endpoint-health',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
  timeToLiveAttribute: 'ttl',
});

/** Short names, because every write and read pays for them. */
const STORED_AS: Record<keyof Tally, string> = {
  ok: 'o',
  throttled: 'h',
  timeout: 't',
  failed: 'f',
  latencyMs: 'l',
  firstTokenMs: 'm',
  firstTokens: 'c',
};

const place = mapped(
  text,
  (stored) => {
    const at = stored.indexOf(' ');
    const slot = Number(stored.slice(0, at));
    if (at < 1 || !Number.isSafeInteger(slot)) throw new Damage('a slot and an endpoint', stored);
    return { slot, id: stored.slice(at + 1) };
  },
  ({ slot, id }: { slot: number; id: string }) => `${slot} ${id}`,
);

export const countsCodec = itemCodec(endpointHealthTable, 'counts', {
  place: named('sk', place),
  ok: named(STORED_AS.ok, number),
  throttled: named(STORED_AS.throttled, number),
  timeout: named(STORED_AS.timeout, number),
  failed: named(STORED_AS.failed, number),
  latencyMs: named(STORED_AS.latencyMs, number),
  firstTokenMs: named(STORED_AS.firstTokenMs, number),
  firstTokens: named(STORED_AS.firstTokens, number),
});

export const breakerCodec = itemCodec(endpointHealthTable, 'breaker', {
  id: named('sk', text),
  state: words(['closed', 'open']),
  sinceMs: number,
  changedAtMs: number,
  trips: number,
  cause: optional(words(TRIP_CAUSES)),
  passes: number,
  probeAtMs: number,
});

/** An endpoint, by whose it is and its own id. */
type Ref = { owner: string; id: string };

export type StoredHealth = {
  counts: { id: string; slot: number; tally: Tally }[];
  breakers: { id: string; breaker: Breaker }[];
};

export type EndpointHealthStore = ReturnType<typeof createEndpointHealthStore>;

const SLOTS_IN_PARTITION = 5;
const PARTITION_MS = SLOT_MS * SLOTS_IN_PARTITION;
/** Processes write what they counted at most this late. */
const LATEST_MS = PARTITION_MS;
const KEPT_SECONDS = 300;

export function createEndpointHealthStore(db: DynamoDb) {
  const { name: table } = endpointHealthTable;

  return {
    /** Adds to an endpoint's counts in a slot. @returns what all processes counted there */
    async add({ owner, id }: Ref, slot: number, tally: Tally, nowMs: number): Promise<Tally> {
      const result = await db.write({
        kind: 'update',
        table,
        key: { pk: countsKey(owner, slot), sk: place.encode({ slot, id }) as string },
        update: `SET #ttl = :ttl ADD ${TALLY_PARTS.map((part) => `#${part} :${part}`).join(', ')}`,
        names: {
          '#ttl': 'ttl',
          ...Object.fromEntries(TALLY_PARTS.map((part) => [`#${part}`, STORED_AS[part]])),
        },
        values: {
          ':ttl': secondsAfter(nowMs) + KEPT_SECONDS,
          ...Object.fromEntries(TALLY_PARTS.map((part) => [`:${part}`, tally[part]])),
        },
      });
      if (!result.ok || !result.item) return tally;
      const { place: _, ...all } = countsCodec.decode(result.item);
      return all;
    },

    /** Sets an endpoint's breaker, unless another process has set a later one. */
    async setBreaker({ owner, id }: Ref, breaker: Breaker, nowMs: number): Promise<void> {
      await db.write({
        kind: 'put',
        table,
        item: {
          pk: breakersKey(owner),
          ...breakerCodec.encode({ ...breaker, id }),
          ttl: secondsAfter(nowMs, 1),
        },
        condition: 'attribute_not_exists(pk) OR changedAtMs < :changed',
        values: { ':changed': breaker.changedAtMs },
      });
    },

    /**
     * What is stored about an owner's endpoints since a time.
     * @param sinceMs what was counted later may still be missing in what was read before this
     */
    async read(owner: string, sinceMs: number, nowMs: number): Promise<StoredHealth> {
      const fromMs = Math.max(sinceMs - LATEST_MS, nowMs - WINDOW_MS);
      const partitions: string[] = [];
      for (let atMs = fromMs; atMs < nowMs + PARTITION_MS; atMs += PARTITION_MS) {
        partitions.push(countsKey(owner, Math.floor(Math.min(atMs, nowMs) / SLOT_MS)));
      }
      const [breakers, ...counts] = await Promise.all(
        [breakersKey(owner), ...new Set(partitions)].map((pk) =>
          queryAll(db, { table, condition: 'pk = :pk', values: { ':pk': pk } }),
        ),
      );
      return {
        counts: counts.flat().map((item) => {
          const { place: at, ...tally } = countsCodec.decode(item);
          return { ...at, tally };
        }),
        breakers: (breakers ?? []).map((item) => {
          const { id, ...breaker } = breakerCodec.decode(item);
          return { id, breaker };
        }),
      };
    },
  };
}

const countsKey = (owner: string, slot: number): string =>
  `${owner}#${Math.floor(slot / SLOTS_IN_PARTITION)}`;

const breakersKey = (owner: string): string => `${owner}#breakers`;
