import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Cache } from '../../../domain/caching/cache.ts';
import { nameOf } from '../../../domain/caching/pattern.ts';
import { createGuardedCache } from '../../../services/caching/guarded-cache.ts';
import { createMemoryCache } from '../../../services/caching/memory-cache.ts';
import { createSharedCache } from '../../../services/caching/shared-cache.ts';
import { createWriteBehind } from '../../../services/caching/write-behind.ts';
import { createResponseCacheStore } from '../../../tables/response-cache.ts';
import { layeredCache, memoryCache, sharedCache } from '../../support/cache-kinds.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';

let store: EmbeddedStore;
let nowMs = 1_764_600_000_000;
let organizations = 0;
let organizationId = '';
const now = (): number => nowMs;
const keyOf = (...parts: string[]) => ({ organizationId, name: nameOf(...parts) });

beforeAll(async () => {
  store = await startEmbeddedStore();
});
beforeEach(() => {
  organizationId = `organization-${(organizations += 1)}`;
});
afterAll(() => store.close());

const answersIn = () => createResponseCacheStore(store.db).answers;

const KINDS: [name: string, make: () => Cache][] = [
  ['in memory', () => memoryCache(now)],
  ['in DynamoDB', () => sharedCache(answersIn(), now)],
  ['in memory before DynamoDB', () => layeredCache(answersIn(), now)],
];

describe.each(KINDS)('a cache %s', (_, make) => {
  it('gives back what it was given, in any script, until its life ends', async () => {
    const cache = make();
    const key = keyOf('help-desk', 'summarize', 'h');
    expect(await cache.get(key)).toBeUndefined();
    await cache.set(key, 'Überraschung 👋 \u0000', 1_000);
    expect(await cache.get(key)).toEqual({
      text: 'Überraschung 👋 \u0000',
      storedAtMs: nowMs,
      expiresAtMs: nowMs + 1_000,
    });
    await cache.set(key, 'newer', 1_000);
    expect((await cache.get(key))?.text).toBe('newer');
    nowMs += 999;
    expect((await cache.get(key))?.text).toBe('newer');
    nowMs += 1;
    expect(await cache.get(key)).toBeUndefined();
    expect(cache.stats()).toMatchObject({ hits: 3, misses: 2, sets: 2, faults: 0 });
  });

  it('does not let a clock that was set back make anything live longer', async () => {
    const cache = make();
    await cache.set(keyOf('a'), 'text', 1_000);
    nowMs -= 3_600_000;
    expect(await cache.get(keyOf('a'))).toBeUndefined();
    nowMs += 3_600_000;
  });

  it('removes what matches a pattern, in one organization only', async () => {
    const cache = make();
    const other = { organizationId: `${organizationId}-other`, name: nameOf('desk', 'sum', '1') };
    const names = [
      keyOf('desk', 'sum', '1'),
      keyOf('desk', 'tag', '2'),
      keyOf('desk 2', 'sum', '3'),
    ];
    for (const key of [...names, other]) await cache.set(key, key.name, 60_000);
    const left = async () => {
      const found = await Promise.all([...names, other].map((key) => cache.get(key)));
      return found.map((cached) => cached !== undefined);
    };
    expect(await cache.invalidate(organizationId, 'nothing*')).toBe(0);
    expect(await cache.invalidate(organizationId, 'desk/*')).toBe(2);
    expect(await left()).toEqual([false, false, true, true]);
    expect(await cache.invalidate(organizationId, '*')).toBe(1);
    expect(await left()).toEqual([false, false, false, true]);
  });
});

describe('a cache in memory', () => {
  it('keeps no more than its size, and forgets what was not used for longest', async () => {
    const cache = createMemoryCache({ mostCharacters: 250, now });
    for (const name of ['a', 'b']) await cache.set(keyOf(name), 'x'.repeat(100), 1_000);
    await cache.get(keyOf('a'));
    await cache.set(keyOf('c'), 'x'.repeat(100), 1_000);
    const found = await Promise.all(['a', 'b', 'c'].map((name) => cache.get(keyOf(name))));
    expect(found.map((cached) => cached !== undefined)).toEqual([true, false, true]);
    await cache.set(keyOf('d'), 'x'.repeat(300), 1_000);
    expect(await cache.get(keyOf('d'))).toBeUndefined();
    expect(cache.stats().dropped).toBe(1);
  });
});

describe('a store that fails or is slow', () => {
  const never = new Promise<never>(() => undefined);
  const broken = () => Promise.reject(new Error('down'));
  const stores = {
    fails: { read: broken, write: broken, remove: broken },
    hangs: { read: () => never, write: () => never, remove: () => never },
  };
  it.each(['fails', 'hangs'] as const)('is a miss and never an error: it %s', async (how) => {
    const errors: unknown[] = [];
    const cache = createSharedCache(
      { ...answersIn(), ...stores[how] },
      { now, timeoutMs: 20, mostBytes: 1_000, onError: (error) => errors.push(error) },
    );
    await cache.set(keyOf('a'), 'text', 1_000);
    expect(await cache.get(keyOf('a'))).toBeUndefined();
    expect(await cache.invalidate(organizationId, '*')).toBe(0);
    expect(cache.stats()).toMatchObject({ faults: 3, misses: 1 });
    expect(errors).toHaveLength(3);
  });

  it('does not get what is too big for it', async () => {
    const cache = createSharedCache(answersIn(), {
      now,
      timeoutMs: 10_000,
      mostBytes: 9,
      onError: (error) => {
        throw error;
      },
    });
    await cache.set(keyOf('a'), 'ééééé', 1_000);
    expect(await cache.get(keyOf('a'))).toBeUndefined();
    await cache.set(keyOf('a'), 'eeeee', 1_000);
    expect((await cache.get(keyOf('a')))?.text).toBe('eeeee');
    expect(cache.stats()).toMatchObject({ dropped: 1, sets: 1 });
  });
});

describe('writes behind', () => {
  it('run after the caller went on, in the order of each name, and flush waits for all', async () => {
    const behind = createWriteBehind({ most: 10, mostBytes: 1_000, onError: () => undefined });
    const cache = createSharedCache(answersIn(), {
      now,
      timeoutMs: 10_000,
      mostBytes: 1_000,
      behind,
      onError: (error) => {
        throw error;
      },
    });
    await Promise.all(['1', '2', '3'].map((text) => cache.set(keyOf('a'), text, 1_000)));
    await behind.flush();
    expect((await cache.get(keyOf('a')))?.text).toBe('3');
  });

  it('are dropped where too many wait, by number and by size, and a failure stops nothing', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const failures: unknown[] = [];
    const behind = createWriteBehind({
      most: 3,
      mostBytes: 100,
      onError: (error) => failures.push(error),
    });
    let written = 0;
    const write = async () => {
      await gate;
      written += 1;
    };
    const failing = () => gate.then(() => Promise.reject(new Error('down')));
    expect(behind.add('a', write, 101)).toBe(false);
    expect(behind.add('a', write, 60)).toBe(true);
    expect(behind.add('b', write, 60)).toBe(false);
    expect(behind.add('b', failing, 20)).toBe(true);
    expect(behind.add('b', write, 20)).toBe(true);
    expect(behind.add('c', write, 0)).toBe(false);
    open();
    await behind.flush();
    expect([written, failures.length]).toEqual([2, 1]);
    expect(behind.add('a', write, 100)).toBe(true);
    await behind.flush();
    expect(written).toBe(3);
  });
});

describe('a guarded cache', () => {
  it('gives nothing that was invalidated, though memory still has it', async () => {
    const { invalidations, answers } = createResponseCacheStore(store.db);
    const cache = createGuardedCache(layeredCache(answers, now), invalidations, (error) => {
      throw error;
    });
    await cache.set(keyOf('desk', 'x'), 'old', 60_000);
    await cache.set(keyOf('other', 'x'), 'old', 60_000);
    const { write } = await invalidations.replacement(organizationId, () => [
      { pattern: 'desk/*', atMs: nowMs },
    ]);
    expect((await store.db.write(write)).ok).toBe(true);
    expect(await cache.get(keyOf('desk', 'x'))).toBeUndefined();
    expect((await cache.get(keyOf('other', 'x')))?.text).toBe('old');
    // Asked for before it was invalidated, and stored after.
    await cache.set(keyOf('desk', 'x'), 'late', 60_000, nowMs - 1);
    expect(await cache.get(keyOf('desk', 'x'))).toBeUndefined();
    nowMs += 1;
    await cache.set(keyOf('desk', 'x'), 'new', 60_000);
    expect((await cache.get(keyOf('desk', 'x')))?.text).toBe('new');
  });

  it('gives nothing while it cannot know what was invalidated', async () => {
    const errors: unknown[] = [];
    const failing = { read: () => Promise.reject(new Error('down')) };
    const cache = createGuardedCache(memoryCache(now), failing, (error) => errors.push(error));
    await cache.set(keyOf('a'), 'text', 1_000);
    expect(await cache.get(keyOf('a'))).toBeUndefined();
    expect(errors).toHaveLength(1);
  });
});

describe('the units that DynamoDB bills', () => {
  it('are one to read an answer of 4 KB compressed, and one to write one of 1 KB', async () => {
    const cache = sharedCache(answersIn(), now);
    const key = keyOf('desk', 'sum', 'h'.repeat(43), 'whole');
    const text = JSON.stringify({ text: 'The capital of France is Paris. '.repeat(200) });
    store.takeConsumed();
    await cache.set(key, text, 60_000);
    expect(store.takeConsumed()).toEqual({ readUnits: 0, writeUnits: 1 });
    await cache.get(key);
    expect(store.takeConsumed()).toEqual({ readUnits: 1, writeUnits: 0 });
    await cache.get(keyOf('desk', 'sum', 'unknown'));
    expect(store.takeConsumed()).toEqual({ readUnits: 1, writeUnits: 0 });
  });
});
