import { describe, expect, it } from 'vitest';
import type { ServedRequest } from '../../../lab/evaluation/figures/blind-run.ts';
import { costError } from '../../../lab/evaluation/figures/cost-error.ts';
import { blockSums, within10Percent } from '../../../lab/evaluation/figures/cost-sums.ts';
import {
  coverByClass,
  coverBySize,
  errorBySize,
  learningCurve,
  moneyOverTime,
  sizeOf,
} from '../../../lab/evaluation/figures/curves.ts';
import { DEFAULT_PRICES, requestCostUsd } from '../../../lab/evaluation/figures/known-request.ts';
import {
  coverPercent,
  holdAtCover,
  holdRatio,
  quantileCurve,
  worstWindowPercent,
} from '../../../lab/evaluation/figures/reservation-figures.ts';
import { falseRefusalsPercent, refusalsOf } from '../../../lab/evaluation/figures/tight-budget.ts';

function served(actualUsd: number, medianUsd: number, expectedUsd = medianUsd): ServedRequest {
  const known = { inputTokens: 100, model: 'm', system: 's', ...DEFAULT_PRICES };
  return {
    known,
    actualUsd,
    prediction: { expectedUsd, medianUsd, upperUsd: 2 * medianUsd, quantilesUsd: [medianUsd] },
  };
}

const holdsOf = (...pairs: [heldUsd: number, actualUsd: number][]) =>
  pairs.map(([heldUsd, actualUsd]) => ({ heldUsd, actualUsd }));

it('prices a request by its tokens', () => {
  expect(requestCostUsd({ inputTokens: 1_000_000, ...DEFAULT_PRICES }, 2_000_000)).toBe(33);
});

describe('errors of single requests', () => {
  it('judges the median by request and the mean by the sum', () => {
    // Relative errors of the median: 5 %, 10 %, 50 %, 100 %.
    const error = costError([
      served(100, 105, 110),
      served(10, 9, 10),
      served(2, 1, 3),
      served(1, 2, 1),
    ]);
    expect(error.in10).toBe(50);
    expect(error.MdAPE).toBeCloseTo(30);
    expect(error.WAPE).toBeCloseTo((100 * 8) / 113);
    expect(error.bias).toBeCloseTo((100 * 11) / 113);
  });

  it('has no figure without requests', () => {
    expect(costError([]).in10).toBeNaN();
  });
});

describe('sums', () => {
  it('takes whole blocks of consecutive requests', () => {
    const sums = blockSums(
      [served(1, 2), served(3, 2), served(1, 2), served(1, 2), served(9, 9)],
      2,
    );
    expect(sums).toEqual([
      { predictedUsd: 4, actualUsd: 4 },
      { predictedUsd: 4, actualUsd: 2 },
    ]);
    expect(within10Percent(sums)).toBe(50);
    expect(within10Percent([])).toBeNaN();
  });
});

describe('holds', () => {
  it('counts covered requests, and money held for each that was spent', () => {
    const requests = holdsOf([1, 1], [1, 2], [4, 1], [2, 1]);
    expect(coverPercent(requests)).toBe(75);
    expect(holdRatio(requests)).toBe(8 / 5);
  });

  it('finds the worst window wherever it begins', () => {
    const requests = holdsOf([1, 1], [1, 2], [1, 2], [1, 1], [1, 1]);
    expect(worstWindowPercent(requests, 2)).toBe(0);
    expect(worstWindowPercent(requests, 3)).toBeCloseTo(100 / 3);
    expect(worstWindowPercent(requests, 9)).toBe(60);
  });

  it('interpolates the hold of a cover, and stays within the curve', () => {
    const curve = [
      { cover: 90, hold: 1 },
      { cover: 95, hold: 2 },
      { cover: 100, hold: 4 },
    ];
    expect(holdAtCover(curve, 94)).toBeCloseTo(1.8);
    expect(holdAtCover(curve, 95)).toBe(2);
    expect(holdAtCover(curve, 80)).toBe(1);
    expect(holdAtCover(curve.slice(0, 2), 99)).toBe(2);
  });

  it('reads cover and hold of each stated quantile', () => {
    const [first] = quantileCurve([served(1, 2), served(4, 3)]);
    expect(first).toEqual({ probability: 0.05, cover: 50, hold: 1 });
  });
});

describe('a tight budget', () => {
  it('refuses what its reservations leave no room for, and takes it when they are settled', () => {
    const requests = holdsOf([5, 1], [5, 1], [5, 1], [5, 1]);
    // When the third arrives, 10 of 10 are held. Before the fourth, the first settles at 1, and 1 +
    // 5 + 5 still exceeds 10 but not 11.
    expect(refusalsOf(requests, 10, 3)).toBe(2);
    expect(refusalsOf(requests, 11, 3)).toBe(1);
    expect(refusalsOf(requests, 20, 3)).toBe(0);
    expect(refusalsOf(requests, 10, 1)).toBe(0);
  });

  it('refuses nobody when the true cost is held', () => {
    expect(
      falseRefusalsPercent(
        Array.from({ length: 600 }, () => holdsOf([1, 1])[0]).flatMap((item) => item ?? []),
      ),
    ).toBe(0);
  });

  it('gives every 250 requests a budget of 1.2 times their cost', () => {
    // A hold of 300 takes the whole budget of 300: one is admitted and 49 are refused, then 1 is
    // spent and no hold fits anymore.
    const block = Array.from({ length: 250 }, () => ({ heldUsd: 300, actualUsd: 1 }));
    expect(falseRefusalsPercent([...block, ...block])).toBeCloseTo((100 * 249) / 250);
  });
});

describe('curves', () => {
  it('takes the error of each doubling that has enough requests', () => {
    const ofSize = (inputTokens: number, medianUsd: number): ServedRequest => {
      const item = served(1, medianUsd);
      return { ...item, known: { ...item.known, inputTokens } };
    };
    const requests = [
      ...Array.from({ length: 20 }, () => ofSize(300, 1.5)),
      ...Array.from({ length: 20 }, () => ofSize(40, 1.25)),
      ...Array.from({ length: 19 }, () => ofSize(9_000, 1)),
    ];
    expect(errorBySize(requests)).toEqual([
      [2 ** 5.5, 25],
      [2 ** 8.5, 50],
    ]);
  });

  it('counts the cover of each size and class that has enough requests', () => {
    const ofSize = (inputTokens: number, upperUsd: number): ServedRequest => {
      const item = served(1, 1);
      const prediction = { ...item.prediction, upperUsd };
      return { ...item, prediction, known: { ...item.known, inputTokens } };
    };
    const requests = [
      ...Array.from({ length: 40 }, (_, index) => ofSize(300, index < 30 ? 2 : 0.5)),
      ...Array.from({ length: 20 }, () => ofSize(40, 2)),
      ...Array.from({ length: 19 }, () => ofSize(9_000, 2)),
    ];
    expect(coverBySize(requests)).toEqual([
      [2 ** 5.5, 100],
      [2 ** 8.5, 75],
    ]);
    expect(coverByClass(requests, sizeOf, 40)).toEqual([75]);
  });

  it('follows shares and money block by block', () => {
    const requests = Array.from({ length: 60 }, (_, index) => served(1, index < 30 ? 2 : 1));
    expect(learningCurve(requests, 2)).toEqual([
      [30, 0],
      [60, 100],
    ]);
    expect(moneyOverTime(requests, ({ prediction }) => prediction.medianUsd, 2)).toEqual([
      [30, 2_000],
      [60, 1_000],
    ]);
  });
});
