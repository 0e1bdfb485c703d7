import type { Issued } from './adaptive-intervals.ts';
import type { BackTest } from './back-test.ts';
import { type Bounds, sumBounds } from './prediction-intervals.ts';
import { median } from '../series/robust.ts';

/** How many amounts lay within the intervals that they would have got beforehand. */
export type Inside = { tested: number; inside80: number; inside95: number };

/** How the intervals of a scope would have done on its own past days. */
export type BandCheck = {
  /** Each forecast of a single day; a day was forecast on several days before. */
  days: Inside;
  /** Each sum of as many days as are forecast now. */
  totals: Inside;
  /** Width of the 80 % interval of the sum, as a share of what is expected; 0 if nothing is. */
  width80: number;
  /** Median of |forecast − actual| / actual of the sums; `undefined` without one. */
  typicalError: number | undefined;
};

/**
 * Checks the intervals on past days: each past forecast gets the intervals that were known on its
 * day, and what then happened lay within them or not.
 * @param issued the intervals of each past forecast
 * @param total the forecast of the sum
 */
export function checkBands(
  tested: BackTest,
  issued: readonly Issued[],
  total: Bounds & { expected: number },
): BandCheck {
  const [days, totals] = [noneInside(), noneInside()];
  const errors: number[] = [];
  for (const [index, { historyDays, actual, expected }] of tested.past.entries()) {
    const bounds = issued[index]?.bounds ?? [];
    for (const [ahead, value] of actual.entries()) count(days, value, bounds[ahead]);
    if (actual.length < tested.expected.length) continue;
    const past = tested.past.slice(0, index).map((earlier) => ({
      ...earlier,
      actual: earlier.actual.slice(0, historyDays - earlier.historyDays),
    }));
    const spent = sum(actual);
    count(totals, spent, sumBounds({ past, expected }, historyDays));
    if (spent > 0) errors.push(Math.abs(sum(expected) - spent) / spent);
  }
  return {
    days,
    totals,
    width80: total.expected > 0 ? (total.high80 - total.low80) / total.expected : 0,
    typicalError: errors.length > 0 ? median(errors) : undefined,
  };
}

const noneInside = (): Inside => ({ tested: 0, inside80: 0, inside95: 0 });

/** A rounding error is no miss. */
const SLACK = 1e-9;

function count(inside: Inside, value: number, bounds: Bounds | undefined): void {
  if (!bounds) return;
  const slack = SLACK * value;
  inside.tested += 1;
  if (value >= bounds.low80 - slack && value <= bounds.high80 + slack) inside.inside80 += 1;
  if (value >= bounds.low95 - slack && value <= bounds.high95 + slack) inside.inside95 += 1;
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
