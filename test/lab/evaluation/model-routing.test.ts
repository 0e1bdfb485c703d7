import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../lab/traces/seeded-random.ts';
import {
  type CertifiedRouting,
  createCrossFit,
} from '../../../lab/evaluation/figures/cross-fit.ts';
import {
  type Fleet,
  type GradedRow,
  randomMixSaving,
  routingFigures,
} from '../../../lab/evaluation/figures/model-routing.ts';

const fleet: Fleet = {
  prices: new Map([
    ['big', 10],
    ['small', 1],
  ]),
  big: 'big',
};

/** Rows of a route whose models answer a fixed number out of ten correctly, in a fixed order. */
const rowsOf = (route: string, count: number, big: number, small: number): GradedRow[] =>
  Array.from({ length: count }, (_, index) => ({
    route,
    quality: { big: index % 10 < big ? 1 : 0, small: index % 10 < small ? 1 : 0 },
  }));

const easyOrHard = (count: number): GradedRow[] => [
  ...rowsOf('easy', count, 9, 9),
  ...rowsOf('hard', count, 9, 3),
];

/** The parts get every grade in the same proportion. */
function chosen(rows: readonly GradedRow[], mostLoss: number, hasMargin = true): CertifiedRouting {
  const parts = new Map(rows.map((row, at) => [row, Math.floor(at / 10) % 5]));
  return createCrossFit(rows, fleet, (row) => parts.get(row) ?? 0).choose(mostLoss, { hasMargin });
}

describe('routing by route', () => {
  test('sends to the small model what it does as well, and nothing else', () => {
    const routing = chosen(easyOrHard(400), 0.01);
    expect(routing.share).toBe(1);
    expect(['easy', 'hard', 'never seen'].map(routing.policy)).toEqual(['small', 'big', 'big']);
    const { loss, saving } = routingFigures(routing, easyOrHard(300), fleet);
    expect(loss).toBe(0);
    expect(saving).toBeCloseTo(0.45, 12);
  });

  test('is worth more than a random mix at the same loss, where routes differ', () => {
    const rows = easyOrHard(300);
    const { saving } = routingFigures(chosen(rows, 0.02), rows, fleet);
    expect(randomMixSaving(rows, fleet, 0.02)).toBeCloseTo((0.02 / (1 - 6 / 9)) * 0.9, 12);
    expect(saving).toBeGreaterThan(randomMixSaving(rows, fleet, 0.02) * 2);
  });

  test('sends a share where all would lose too much, and keeps within the loss', () => {
    const hard = rowsOf('hard', 2_000, 9, 3);
    const routing = chosen(hard, 0.02);
    const { loss, lossMargin, saving } = routingFigures(routing, hard, fleet);
    expect(routing.share).toBeLessThan(0.05);
    expect(saving).toBeGreaterThan(0);
    expect(loss + lossMargin).toBeLessThanOrEqual(0.02 + 1e-9);
  });

  test('asks for more room on fewer rows', () => {
    const shares = [50, 500, 5_000].map((count) => chosen(rowsOf('hard', count, 9, 8), 0.02).share);
    expect(shares).toEqual(shares.toSorted((left, right) => left - right));
    expect(shares[0]).toBeLessThan(shares[2] ?? 0);
  });

  test('keeps its promise on rows not used to choose, where choosing by the loss alone breaks it', () => {
    const draw = seededRandom(7);
    // Ten routes that are alike but for chance: the small model is 3 points worse on each.
    const drawn = (count: number): GradedRow[] =>
      Array.from({ length: count }, (_, at) => ({
        route: `route ${at % 10}`,
        quality: { big: draw() < 0.85 ? 1 : 0, small: draw() < 0.82 ? 1 : 0 },
      }));
    const losses = Array.from({ length: 10 }, () => {
      const [rows, unseen] = [drawn(900), drawn(20_000)];
      return [true, false].map(
        (hasMargin) => routingFigures(chosen(rows, 0.01, hasMargin), unseen, fleet).loss,
      );
    });
    const broken = [0, 1].map((at) => losses.filter((pair) => (pair[at] ?? 0) > 0.01).length);
    expect(broken[0]).toBeLessThanOrEqual(2);
    expect(broken[1]).toBeGreaterThan(broken[0] ?? 0);
  });
});
