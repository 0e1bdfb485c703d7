import { describe, expect, test } from 'vitest';
import {
  chooseWithMargin,
  type Fleet,
  type GradedRow,
  randomMixSaving,
  routePolicies,
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

const easyAndHard = (count: number): GradedRow[] => [
  ...rowsOf('easy', count, 9, 9),
  ...rowsOf('hard', count, 9, 3),
];

describe('routing by route', () => {
  const policies = routePolicies(easyAndHard(400), fleet);

  test('sends to the small model what it does as well, and nothing else', () => {
    const routing = chooseWithMargin(policies, easyAndHard(200), fleet, 0.01);
    expect(routing.share).toBe(1);
    expect(['easy', 'hard', 'never seen'].map(routing.policy)).toEqual(['small', 'big', 'big']);
    const { loss, saving } = routingFigures(routing, easyAndHard(300), fleet);
    expect(loss).toBe(0);
    expect(saving).toBeCloseTo(0.45, 12);
  });

  test('is worth more than a random mix at the same loss, where routes differ', () => {
    const rows = easyAndHard(300);
    const { saving } = routingFigures(chooseWithMargin(policies, rows, fleet, 0.02), rows, fleet);
    expect(randomMixSaving(rows, fleet, 0.02)).toBeCloseTo((0.02 / (1 - 6 / 9)) * 0.9, 12);
    expect(saving).toBeGreaterThan(randomMixSaving(rows, fleet, 0.02) * 2);
  });

  test('sends a share where all would lose too much, and keeps within the loss', () => {
    const hard = rowsOf('hard', 2_000, 9, 3);
    const routing = chooseWithMargin(routePolicies(hard, fleet), hard, fleet, 0.02);
    const { loss, lossMargin, saving } = routingFigures(routing, hard, fleet);
    expect(routing.share).toBeLessThan(0.05);
    expect(saving).toBeGreaterThan(0);
    expect(loss + lossMargin).toBeCloseTo(0.02, 6);
  });

  test('asks for more room on fewer rows', () => {
    const rows = (count: number) => rowsOf('hard', count, 9, 8);
    const shares = [50, 500, 5_000].map(
      (count) =>
        chooseWithMargin(routePolicies(rows(count), fleet), rows(count), fleet, 0.02).share,
    );
    expect(shares).toEqual(shares.toSorted((left, right) => left - right));
  });
});
