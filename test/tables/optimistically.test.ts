import { describe, expect, it } from 'vitest';
import { ATTEMPTS, jitteredPause, optimistically } from '../../tables/optimistically.ts';

/** A step that first hits some conflicts, and the pauses taken. */
function contended(conflicts: number) {
  const pauses: number[] = [];
  let attempts = 0;
  return {
    step: async () => ((attempts += 1) <= conflicts ? ('conflict' as const) : { done: attempts }),
    pause: async (number: number) => void pauses.push(number),
    pauses,
    attempts: () => attempts,
  };
}

describe('a decision that others may get in the way of', () => {
  it('runs once without contention', async () => {
    const { step, pause, pauses } = contended(0);
    expect(await optimistically(step, { pause })).toEqual({ done: 1 });
    expect(pauses).toEqual([]);
  });

  it('is made again after each conflict, with a pause in between', async () => {
    const { step, pause, pauses } = contended(ATTEMPTS - 1);
    expect(await optimistically(step, { pause })).toEqual({ done: ATTEMPTS });
    expect(pauses).toEqual([1, 2, 3, 4]);
  });

  it('is given up after the last attempt, without another pause', async () => {
    const { step, pause, pauses, attempts } = contended(Infinity);
    expect(await optimistically(step, { pause })).toBeUndefined();
    expect(attempts()).toBe(ATTEMPTS);
    expect(pauses).toHaveLength(ATTEMPTS - 1);
    expect(await optimistically(step, { pause, attempts: 2 })).toBeUndefined();
    expect(attempts()).toBe(ATTEMPTS + 2);
  });

  it('passes an error on immediately', async () => {
    let attempts = 0;
    const failing = async () => {
      attempts += 1;
      throw new Error('broken');
    };
    await expect(optimistically(failing)).rejects.toThrow('broken');
    expect(attempts).toBe(1);
  });
});

it('pauses for no longer than its bound, however many conflicts there were', async () => {
  const startedMs = performance.now();
  await jitteredPause(1);
  expect(performance.now() - startedMs).toBeLessThan(1_000);
  await jitteredPause(1_000);
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});
