import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SharedStore } from '../../../domain/caching/cache.ts';
import { createFillOnce } from '../../../services/caching/fill-once.ts';
import { createLeases } from '../../../services/caching/shared-cache.ts';
import { createWriteBehind } from '../../../services/caching/write-behind.ts';
import { createResponseCacheStore } from '../../../tables/response-cache.ts';
import { layeredCache, PATIENT_MS } from '../../support/cache-kinds.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';

let store: EmbeddedStore;
let shared: SharedStore;
let names = 0;
let key = { organizationId: 'acme', name: '' };
beforeAll(async () => {
  store = await startEmbeddedStore();
  shared = createResponseCacheStore(store.db).answers;
});
beforeEach(() => {
  key = { organizationId: 'acme', name: `name-${(names += 1)}` };
});
afterAll(() => store.close());

/** What one process has. */
function openProcess(times: { leaseMs?: number; waitMs?: number } = {}, used = shared) {
  const now = Date.now;
  const cache = layeredCache(used, now);
  const leases = createLeases(used, { now, timeoutMs: PATIENT_MS, onError: () => undefined });
  const behind = createWriteBehind({ most: 100, mostBytes: 1e6, onError: () => undefined });
  const fill = createFillOnce({
    cache,
    leases,
    behind,
    leaseMs: 30_000,
    waitMs: 8_000,
    now,
    ...times,
  });
  let made = 0;
  return {
    behind,
    made: () => made,
    /** @param text what is made; `undefined`: nothing that others can use */
    run: (text: string | undefined, takesMs = 100) =>
      fill.run(key, async () => {
        made += 1;
        await sleep(takesMs);
        if (text === undefined) return undefined;
        await cache.set(key, text, 60_000);
        return cache.get(key);
      }),
  };
}

describe('one filler at a time', () => {
  it('makes once for all callers of a process', async () => {
    const own = openProcess();
    const all = await Promise.all(Array.from({ length: 20 }, () => own.run('answer')));
    expect(own.made()).toBe(1);
    expect(all.filter((cached) => cached === undefined)).toHaveLength(1);
    expect(all.filter((cached) => cached?.text === 'answer')).toHaveLength(19);
  });

  it('makes once for several processes', async () => {
    const processes = Array.from({ length: 4 }, () => openProcess());
    const all = await Promise.all(processes.map((each) => each.run('answer', 300)));
    expect(processes.reduce((sum, each) => sum + each.made(), 0)).toBe(1);
    expect(all.filter((cached) => cached?.text === 'answer')).toHaveLength(3);
  });

  it('lets the others go on alone if the first makes nothing', async () => {
    const own = openProcess();
    const other = openProcess();
    const first = own.run(undefined, 150);
    await sleep(20);
    await Promise.all([own.run('second'), own.run('third'), other.run('fourth'), first]);
    expect([own.made(), other.made()]).toEqual([3, 1]);
  });

  it('lets the others go on alone if the first throws, and gives the right back', async () => {
    const now = Date.now;
    const leases = createLeases(shared, { now, timeoutMs: PATIENT_MS, onError: () => undefined });
    const behind = createWriteBehind({ most: 9, mostBytes: 9, onError: () => undefined });
    const settings = { cache: layeredCache(shared, now), leases, behind, now };
    const fill = createFillOnce({ ...settings, leaseMs: 30_000, waitMs: 8_000 });
    const thrown = fill.run(key, () => Promise.reject(new Error('the provider failed')));
    const second = fill.run(key, () => Promise.resolve(undefined));
    await expect(thrown).rejects.toThrow('the provider failed');
    expect(await second).toBeUndefined();
    await behind.flush();
    expect(await leases.isTaken(key)).toBe(false);
  });

  it('waits for a filler that does not come back no longer than it may', async () => {
    await shared.lease(key, 'a process that died', Date.now(), Date.now() + 60_000);
    const own = openProcess({ waitMs: 300 });
    const startedMs = performance.now();
    await own.run('answer', 0);
    expect(own.made()).toBe(1);
    expect(performance.now() - startedMs).toBeGreaterThan(250);
  });

  it('takes over when the right of another has ended', async () => {
    await shared.lease(key, 'a process that died', Date.now(), Date.now() + 200);
    const own = openProcess();
    await own.run('answer', 0);
    expect(own.made()).toBe(1);
    expect(await shared.lease(key, 'late', Date.now(), Date.now() + 1)).toBe(true);
  });

  it('lets everybody fill while the shared store is down', async () => {
    const broken = () => Promise.reject(new Error('down'));
    const down = { ...shared, lease: broken, isLeased: broken, release: broken };
    const one = openProcess({}, down);
    const two = openProcess({}, down);
    await Promise.all([one.run('answer'), two.run('answer')]);
    expect([one.made(), two.made()]).toEqual([1, 1]);
  });
});
