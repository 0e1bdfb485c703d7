import { describe, expect, test } from 'vitest';
import { createRefreshed } from '../../services/refreshed.ts';

function refreshing() {
  const world = { nowMs: 0, loads: 0, fails: false, errors: 0 };
  const current = createRefreshed(
    async (key) => {
      world.loads += 1;
      const value = `${key}${world.loads}`;
      await Promise.resolve();
      if (world.fails) throw new Error('no answer');
      return value;
    },
    { now: () => world.nowMs, freshMs: 10, staleMs: 100, onError: () => (world.errors += 1) },
  );
  return { world, current };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('createRefreshed', () => {
  test('loads once for all who wait, and per key', async () => {
    const { world, current } = refreshing();
    expect(await Promise.all([current('a'), current('a'), current('b')])).toEqual([
      'a1',
      'a1',
      'b2',
    ]);
    expect(world.loads).toBe(2);
  });

  test('answers the old value at once while it is renewed behind the answer', async () => {
    const { world, current } = refreshing();
    await current('a');
    world.nowMs = 10;
    expect(await current('a')).toBe('a1');
    expect(world.loads).toBe(1);
    world.nowMs = 11;
    expect(await current('a')).toBe('a1');
    await settled();
    expect(await current('a')).toBe('a2');
    expect(world.loads).toBe(2);
  });

  test('waits for the new value when the old one is too old', async () => {
    const { world, current } = refreshing();
    await current('a');
    world.nowMs = 101;
    expect(await current('a')).toBe('a2');
  });

  test('keeps the old value when renewing fails, and says so', async () => {
    const { world, current } = refreshing();
    await current('a');
    world.fails = true;
    world.nowMs = 101;
    expect(await current('a')).toBe('a1');
    expect(world.errors).toBe(1);
  });

  test('fails when there is nothing to answer with, and tries again', async () => {
    const { world, current } = refreshing();
    world.fails = true;
    await expect(current('a')).rejects.toThrow('no answer');
    world.fails = false;
    expect(await current('a')).toBe('a2');
  });
});
