import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createValkeyStore } from '../../aws/valkey-store.ts';
import { nameOf } from '../../domain/caching/pattern.ts';
import { createFillOnce } from '../../services/caching/fill-once.ts';
import { createLeases, createSharedCache } from '../../services/caching/shared-cache.ts';
import { createWriteBehind } from '../../services/caching/write-behind.ts';
import { layeredCache, sharedCache } from '../support/cache-kinds.ts';
import { startValkey, type ValkeyServer } from '../../lab/bench/caches/valkey-server.ts';

let server: ValkeyServer;
let store: ReturnType<typeof createValkeyStore>;
const now = Date.now;
const keyOf = (organizationId: string, ...parts: string[]) => ({
  organizationId,
  name: nameOf(...parts),
});
beforeAll(async () => {
  server = await startValkey();
  store = createValkeyStore({ url: server.url, onError: () => undefined });
});
afterAll(async () => {
  store?.close();
  await server?.stop();
});

describe('a cache in Valkey', () => {
  it('gives back what it was given, in any script, until its life ends', async () => {
    const cache = sharedCache(store, now);
    const key = keyOf('acme', 'desk', 'tag', 'h');
    expect(await cache.get(key)).toBeUndefined();
    await cache.set(key, 'Überraschung 👋\n\u0000 1 2', 300);
    expect((await cache.get(key))?.text).toBe('Überraschung 👋\n\u0000 1 2');
    await sleep(350);
    expect(await store.read(key, 0)).toBeUndefined();
  });

  it('removes what matches a pattern, in one organization only', async () => {
    const cache = sharedCache(store, now);
    const keys = [
      keyOf('o', 'desk', 'x'),
      keyOf('o', 'd*sk', 'x'),
      keyOf('o', 'd?sk', 'x'),
      keyOf('o', 'd[e]sk', 'x'),
      keyOf('o:o', 'desk', 'x'),
      keyOf('*', 'desk', 'x'),
    ];
    for (const key of keys) await cache.set(key, key.name, 60_000);
    const left = async () =>
      (await Promise.all(keys.map((key) => cache.get(key)))).map((cached) => cached !== undefined);
    expect(await cache.invalidate('o', 'd[e]sk/*')).toBe(1);
    expect(await cache.invalidate('o', 'd?sk/*')).toBe(1);
    expect(await cache.invalidate('*', '*')).toBe(1);
    expect(await left()).toEqual([true, true, false, false, true, false]);
    expect(await cache.invalidate('o', '*sk*')).toBe(2);
    expect(await left()).toEqual([false, false, false, false, true, false]);
  });

  it('removes many', async () => {
    const keys = Array.from({ length: 1_500 }, (_, at) => keyOf('many', 'desk', String(at)));
    await Promise.all(
      keys.map((key) =>
        store.write(key, { text: 'x', storedAtMs: now(), expiresAtMs: now() + 60_000 }),
      ),
    );
    expect(await store.remove('many', 'desk/*')).toBe(1_500);
  });

  it('lets one process at a time fill a name', async () => {
    const key = keyOf('acme', 'filled once');
    const own = () => {
      const cache = layeredCache(store, now);
      const leases = createLeases(store, { now, timeoutMs: 5_000, onError: () => undefined });
      const behind = createWriteBehind({ most: 9, mostBytes: 1e6, onError: () => undefined });
      const settings = { cache, leases, behind, leaseMs: 30_000, waitMs: 8_000, now };
      return { cache, fill: createFillOnce(settings) };
    };
    let made = 0;
    const run = ({ cache, fill }: ReturnType<typeof own>) =>
      fill.run(key, async () => {
        made += 1;
        await sleep(200);
        await cache.set(key, 'answer', 60_000);
        return cache.get(key);
      });
    const all = await Promise.all([own(), own(), own()].map(run));
    expect(made).toBe(1);
    expect(all.filter((cached) => cached?.text === 'answer')).toHaveLength(2);
    expect(await store.lease(key, 'a', now(), now() + 60_000)).toBe(true);
    await store.release(key, 'b');
    expect(await store.isLeased(key, now())).toBe(true);
    await store.release(key, 'a');
    expect(await store.isLeased(key, now())).toBe(false);
  });
});

describe('a server that fails', () => {
  it('in mid-run is a miss, in bounded time, and works again when it is back', async () => {
    const own = await startValkey();
    const port = Number(new URL(own.url).port);
    const errors: unknown[] = [];
    const failing = createValkeyStore({ url: own.url, onError: () => undefined });
    const cache = createSharedCache(failing, {
      now,
      timeoutMs: 300,
      mostBytes: 1_000,
      onError: (error) => errors.push(error),
    });
    const key = keyOf('acme', 'a');
    await cache.set(key, 'text', 60_000);
    expect((await cache.get(key))?.text).toBe('text');

    own.pause();
    const startedMs = performance.now();
    expect(await cache.get(key)).toBeUndefined();
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    own.resume();
    await expect.poll(async () => (await cache.get(key))?.text, { timeout: 5_000 }).toBe('text');

    await own.stop();
    expect(await cache.get(key)).toBeUndefined();
    await cache.set(key, 'lost', 60_000);
    expect(await cache.invalidate('acme', '*')).toBe(0);
    expect(errors.length).toBeGreaterThanOrEqual(4);

    const again = await startValkey(port);
    await expect
      .poll(
        async () => {
          await cache.set(key, 'new', 60_000);
          return (await cache.get(key))?.text;
        },
        { timeout: 10_000 },
      )
      .toBe('new');
    failing.close();
    await again.stop();
  });
});
