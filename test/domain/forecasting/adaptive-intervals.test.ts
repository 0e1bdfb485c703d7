import { describe, expect, it } from 'vitest';
import { adaptedBounds } from '../../../domain/forecasting/adaptive-intervals.ts';
import type { BackTest } from '../../../domain/forecasting/back-test.ts';
import { type Bounds, dayBounds } from '../../../domain/forecasting/prediction-intervals.ts';

const DAYS = 60;
const FIRST = 10;

/** Forecasts of 100 for the next day, and what came. */
const testedOn = (actualOf: (day: number) => number): BackTest => ({
  past: Array.from({ length: DAYS }, (_, index) => ({
    historyDays: FIRST + index,
    expected: [100],
    actual: [actualOf(FIRST + index)],
  })),
  expected: [100],
  weights: [],
});

/** How much wider the adapted interval is than the static one. */
function wideningOf(tested: BackTest): { at80: number; at95: number } {
  const [adapted] = adaptedBounds(tested, FIRST + DAYS).today;
  const [unadapted] = dayBounds(tested, FIRST + DAYS);
  const ratio = (low: keyof Bounds, high: keyof Bounds): number =>
    ((adapted?.[high] ?? 0) - (adapted?.[low] ?? 0)) /
    ((unadapted?.[high] ?? 0) - (unadapted?.[low] ?? 0));
  return { at80: ratio('low80', 'high80'), at95: ratio('low95', 'high95') };
}

const regular = (day: number): number => 100 + 3 * ((day * 7) % 5) - 6;

describe('adapted intervals', () => {
  it('are wider after days that lay outside, and only so far', () => {
    const drifting = testedOn((day) => (day < 55 ? regular(day) : 100 + 20 * (day - 54)));
    const { at80, at95 } = wideningOf(drifting);
    expect(at80).toBeGreaterThan(1.1);
    expect(at95).toBeGreaterThan(1.4);
    expect(at95).toBeLessThan(3);
  });

  it('are narrower by at most a tenth where no day lay outside for long', () => {
    const { at95 } = wideningOf(testedOn(regular));
    expect(at95).toBeGreaterThan(0.88);
    expect(at95).toBeLessThan(0.95);
  });

  it('are those of split conformal prediction without a past', () => {
    const none = { past: [], expected: [100], weights: [] };
    expect(adaptedBounds(none, 0).today).toEqual(dayBounds(none, 0));
  });
});
