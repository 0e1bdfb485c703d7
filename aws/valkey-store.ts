import { Redis } from 'iovalkey';
import type { Cached, CacheKey, SharedStore } from '../domain/caching/cache.ts';
import { literalStart, matchesPattern } from '../domain/caching/pattern.ts';

type Settings = {
  /** `redis://host:6379`, or `rediss://…` by TLS. May have a user and a password. */
  url: string;
  /** Called when the connection fails. It is made again, at most every two seconds. */
  onError: (error: unknown) => void;
};

const CONNECT_MS = 1_000;
const MOST_PAUSE_MS = 2_000;
const SCANNED_AT_ONCE = 500;
/** What else is in the server keeps its own names. */
const PREFIX = 'purser';

/** Deletes a lease only if this owner still has it. */
const RELEASE =
  "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end";

/**
 * A store for caches in a server of Valkey or Redis. Connects with the first call; while there is no
 * connection, calls fail after one more attempt.
 */
export function createValkeyStore({ url, onError }: Settings): SharedStore & { close(): void } {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    maxRetriesPerRequest: 1,
    retryStrategy: (attempts) => Math.min(attempts * 100, MOST_PAUSE_MS),
  });
  client.on('error', onError);
  return {
    async read(key) {
      const text = await client.get(answerKey(key));
      return text === null ? undefined : cachedIn(text);
    },

    async write(key, { text, storedAtMs, expiresAtMs }) {
      const lifeMs = Math.max(1, expiresAtMs - storedAtMs);
      await client.set(answerKey(key), `${storedAtMs} ${expiresAtMs} ${text}`, 'PX', lifeMs);
    },

    async remove(organizationId, pattern) {
      const start = answerKey({ organizationId, name: '' });
      const match = `${escaped(start + literalStart(pattern))}*`;
      let removed = 0;
      for await (const batch of client.scanStream({ match, count: SCANNED_AT_ONCE })) {
        const keys = (batch as string[]).filter((key) =>
          matchesPattern(pattern, key.slice(start.length)),
        );
        if (keys.length > 0) removed += await client.unlink(keys);
      }
      return removed;
    },

    async lease(key, owner, nowMs, untilMs) {
      const lifeMs = Math.max(1, untilMs - nowMs);
      return (await client.set(leaseKey(key), owner, 'PX', lifeMs, 'NX')) === 'OK';
    },

    async release(key, owner) {
      await client.eval(RELEASE, 1, leaseKey(key), owner);
    },

    isLeased: async (key) => (await client.exists(leaseKey(key))) === 1,

    close: () => client.disconnect(),
  };
}

/** An organization's id has no colon in it after this, so no name reaches another one's keys. */
const keyOf = (kind: string, { organizationId, name }: CacheKey): string =>
  `${PREFIX}:${kind}:${encodeURIComponent(organizationId)}:${name}`;
const answerKey = (key: CacheKey): string => keyOf('answer', key);
const leaseKey = (key: CacheKey): string => keyOf('lease', key);

/** A text that stands for itself in a pattern of the server. */
const escaped = (text: string): string => text.replaceAll(/[*?[\]\\^-]/g, '\\$&');

function cachedIn(stored: string): Cached | undefined {
  const [, at = '', until = '', text = ''] = /^(\d+) (\d+) (.*)$/s.exec(stored) ?? [];
  if (at === '') return undefined;
  return { text, storedAtMs: Number(at), expiresAtMs: Number(until) };
}
