import { describe, expect, test } from 'vitest';
import { pauseAfterConflict, withRetries } from '../../services/retry-conflicts.ts';
import { ATTEMPTS } from '../../tables/optimistically.ts';
import { silentTelemetry } from '../support/telemetry.ts';

const COUNTED = { name: 'StoreConflicts', value: 1, dimensions: {} };
const BUSY = 'Too many requests are using the same budget. Retry in a second.';

function retrying() {
  const telemetry = silentTelemetry();
  const pauses: number[] = [];
  return { telemetry, pauses, pause: async (conflicts: number) => void pauses.push(conflicts) };
}

describe('withRetries', () => {
  test('repeats a step after each conflict, and counts every one', async () => {
    const deps = retrying();
    const outcomes = ['conflict', 'conflict', { done: 'held' }] as const;
    let steps = 0;
    expect(await withRetries(deps, async () => outcomes[steps++] ?? 'conflict')).toBe('held');
    expect(deps.telemetry.metrics).toEqual([COUNTED, COUNTED]);
    expect(deps.pauses).toEqual([1, 2]);
  });

  test('says that the budget is busy when the conflicts go on', async () => {
    const deps = retrying();
    await expect(withRetries(deps, async () => 'conflict')).rejects.toMatchObject({
      kind: 'unavailable',
      message: BUSY,
    });
    expect(deps.telemetry.metrics).toHaveLength(ATTEMPTS);
  });
});

test('pauseAfterConflict counts each conflict, pauses, and gives up at the last attempt', async () => {
  const deps = retrying();
  await pauseAfterConflict(deps, 1);
  await pauseAfterConflict(deps, ATTEMPTS - 1);
  await expect(pauseAfterConflict(deps, ATTEMPTS)).rejects.toThrow(BUSY);
  expect(deps.pauses).toEqual([1, ATTEMPTS - 1]);
  expect(deps.telemetry.metrics).toEqual([COUNTED, COUNTED, COUNTED]);
});
