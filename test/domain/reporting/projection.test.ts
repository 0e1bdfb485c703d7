import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { projectDay, projectMonth } from '../../../domain/reporting/projection.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const flat = (perHour: bigint): bigint[] => Array<bigint>(24).fill(perHour);
/** Ten per hour from nine to five. */
const OFFICE = Array.from({ length: 24 }, (_, hour) => (hour >= 9 && hour < 17 ? 10n : 0n));
const until = (hour: number, day: bigint[]): bigint[] => day.slice(0, hour);

describe('the day', () => {
  test('ends like the days before it when it began like them', () => {
    const week = Array<bigint[]>(7).fill(OFFICE);
    for (const hour of [0, 5, 9, 12, 17, 23]) {
      expect(projectDay(until(hour, OFFICE), week, hour * HOUR_MS)).toEqual({
        expectedNanoUsd: 80n,
        lowNanoUsd: 80n,
        highNanoUsd: 80n,
        basis: 'same-hours',
        days: 7,
      });
    }
  });

  test('goes at its own pace the more of it is over', () => {
    const double = OFFICE.map((cost) => cost * 2n);
    const at = (hour: number) =>
      projectDay(until(hour, double), [OFFICE], hour * HOUR_MS).expectedNanoUsd;
    // One of eight hours counts for little, half a day for half, the whole day fully.
    expect(at(10)).toBe(20n + 79n);
    expect(at(13)).toBe(80n + 60n);
    expect(at(17)).toBe(160n);
  });

  test('divides the hour that is running by time', () => {
    const projected = projectDay([100n], [flat(100n)], HOUR_MS / 2);
    expect(projected.expectedNanoUsd).toBeGreaterThan(100n + 2_350n);
    expect(projectDay([50n], [flat(100n)], HOUR_MS / 2).expectedNanoUsd).toBe(2_400n);
  });

  test('lies between the cheapest and the dearest of the days before it', () => {
    const { lowNanoUsd, expectedNanoUsd, highNanoUsd } = projectDay(
      until(12, flat(20n)),
      [flat(10n), flat(20n), flat(30n)],
      12 * HOUR_MS,
    );
    expect([lowNanoUsd, expectedNanoUsd, highNanoUsd]).toEqual([360n, 480n, 600n]);
  });

  test('is not expected to have what one day of a week had, before or after this time of day', () => {
    const week = Array<bigint[]>(6).fill(flat(10n));
    for (const hour of [3, 20]) {
      const odd = flat(10n).with(hour, 1_000_000n);
      const projected = projectDay(until(12, flat(10n)), [...week, odd], 12 * HOUR_MS);
      expect(projected.expectedNanoUsd).toBe(240n);
    }
  });

  test('goes on at its rate where there is no day before it, and says so', () => {
    expect(projectDay(until(6, flat(10n)), [], 6 * HOUR_MS)).toEqual({
      expectedNanoUsd: 240n,
      lowNanoUsd: 60n,
      basis: 'run-rate',
      days: 0,
    });
    expect(projectDay([10n], [], 60_000).expectedNanoUsd).toBe(240n);
    expect(projectDay([10n], [flat(0n)], HOUR_MS).basis).toBe('run-rate');
  });

  test('never ends below what is spent, whatever was spent', () => {
    const cost = fc.bigInt({ min: 0n, max: 10n ** 14n });
    const day = fc.array(cost, { minLength: 24, maxLength: 24 });
    const elapsed = fc.integer({ min: 1, max: DAY_MS - 1 });
    fc.assert(
      fc.property(day, fc.array(day, { maxLength: 7 }), elapsed, (today, earlier, elapsedMs) => {
        const hours = until(Math.ceil(elapsedMs / HOUR_MS), today);
        const spent = hours.reduce((total, amount) => total + amount, 0n);
        const { lowNanoUsd, expectedNanoUsd, highNanoUsd } = projectDay(hours, earlier, elapsedMs);
        expect(lowNanoUsd >= spent - 1n).toBe(true);
        expect(expectedNanoUsd >= lowNanoUsd - 1n).toBe(true);
        if (highNanoUsd !== undefined) expect(highNanoUsd >= expectedNanoUsd - 1n).toBe(true);
      }),
    );
  });
});

describe('the month', () => {
  const month = { elapsedMs: 15 * DAY_MS, lengthMs: 30 * DAY_MS, days: 28 };

  test('is what was spent, today, and each coming day as its weekdays were', () => {
    const today = {
      ...projectDay(until(12, flat(10n)), [flat(10n)], DAY_MS / 2),
      spentNanoUsd: 120n,
    };
    const weekdays = [
      [100n, 300n],
      [50n, 50n],
    ];
    expect(projectMonth(1_000n, today, weekdays, month)).toEqual({
      expectedNanoUsd: 1_000n + 240n + 200n + 50n,
      lowNanoUsd: 1_000n + 240n + 100n + 50n,
      highNanoUsd: 1_000n + 240n + 300n + 50n,
      basis: 'same-weekdays',
      days: 28,
    });
  });

  test('is not expected to have what one of four such weekdays had', () => {
    const today = {
      ...projectDay(until(12, flat(10n)), [flat(10n)], DAY_MS / 2),
      spentNanoUsd: 120n,
    };
    const { expectedNanoUsd, highNanoUsd } = projectMonth(
      0n,
      today,
      [[50n, 9_000n, 60n, 70n]],
      month,
    );
    expect(expectedNanoUsd).toBe(240n + 63n);
    expect(highNanoUsd).toBe(240n + 9_000n);
  });

  test('goes on at its rate where there are no earlier days', () => {
    const today = { ...projectDay([10n], [], DAY_MS / 2), spentNanoUsd: 10n };
    expect(projectMonth(990n, today, [[], []], month)).toMatchObject({
      expectedNanoUsd: 2_000n,
      lowNanoUsd: 1_000n,
      basis: 'run-rate',
    });
  });
});
