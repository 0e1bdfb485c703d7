import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adviseIdleConcurrency } from '../../../domain/advice/idle-concurrency.ts';
import type { WarmHour, WarmthFacts } from '../../../domain/advice/warmth.ts';
import { warmthOutcomeOf } from '../../../domain/advice/warmth-outcome.ts';
import { warmthPriceIn } from '../../../domain/pricing/warmth-price.ts';

const START = Date.parse('2026-11-01T00:00:00Z');
const HOUR_MS = 3_600_000;
const PRICE = warmthPriceIn('us-east-1');
if (!PRICE) throw new Error('no price');

/** Hours are numbered from the first. The utilization reveals how many are warm. */
const hourOf = (index: number, peakUse: number, warm: number, spillovers = 0): WarmHour => ({
  atMs: START + index * HOUR_MS,
  peakUse,
  peakUtilization: peakUse / warm,
  spillovers,
});

const everyHour = (days: number, peakUse: number, warm = 5): WarmHour[] =>
  Array.from({ length: days * 24 }, (_, index) => hourOf(index, peakUse, warm));

const factsOf = (
  hours: readonly WarmHour[],
  { min = 5, memoryMiB = 1_769, targetPercent = 70 } = {},
): WarmthFacts => ({
  organizationId: 'acme',
  range: { fromMs: START, toMs: START + 14 * 24 * HOUR_MS },
  targetPercent,
  price: PRICE,
  functions: [
    { warm: { name: 'reserve', functionName: 'purser-prod-reserve', memoryMiB, min }, hours },
  ],
});

describe('idle provisioned concurrency', () => {
  test('saves what the busiest hour leaves idle, at the published price', () => {
    const [advice] = adviseIdleConcurrency(factsOf(everyHour(14, 2)));
    // Two of 1 769 MiB for 720 hours: 2 487.65625 GB-hours at 0.01200024 USD.
    expect(advice).toMatchObject({
      kind: 'idle-provisioned-concurrency',
      scope: { scope: 'organization', scopeId: 'acme' },
      target: 'purser-prod-reserve:live',
      action:
        'Set reserve to 3 in provisionedConcurrency.minOf of environments/<environment>.json, and deploy',
      savingNanoUsdPerMonth: 29_852_472_037n,
      effort: 'low',
      confidence: { level: 'high', days: 14 },
      evidence: {
        provisionedNow: 5,
        provisionedAdvised: 3,
        peakUse: 2,
        meanPeakUtilization: 0.4,
        hoursWithInvocations: 336,
        spilloverInvocations: 0,
        idleGbHoursPerMonth: 2_487,
        warmthUsdPerMonth: '74.631180093',
        usdPerGbHour: '0.012000240',
      },
    });
  });

  test('one busy hour is what stays warm; idle hours count in the mean', () => {
    const daily = Array.from({ length: 14 }, (_, day) => hourOf(day * 24, 1, 5));
    const [quiet] = adviseIdleConcurrency(factsOf(daily));
    expect(quiet?.evidence).toMatchObject({ provisionedAdvised: 2, meanPeakUtilization: 0.008 });
    const [busy] = adviseIdleConcurrency(factsOf([...daily, hourOf(100, 2, 5)]));
    expect(busy?.evidence).toMatchObject({ provisionedAdvised: 3, peakUse: 2 });
    expect(adviseIdleConcurrency(factsOf([...daily, hourOf(100, 4, 5)]))).toEqual([]);
  });

  test('is nothing where the use is at the target, and one environment always stays', () => {
    const atTarget = everyHour(14, 21, 30);
    expect(adviseIdleConcurrency(factsOf(atTarget, { min: 30 }))).toEqual([]);
    const [recommendation] = adviseIdleConcurrency(factsOf(atTarget, { min: 31 }));
    expect(recommendation?.evidence).toMatchObject({ provisionedAdvised: 30 });
    const spilled = everyHour(14, 0).map((hour) => ({ ...hour, spillovers: 1 }));
    expect(adviseIdleConcurrency(factsOf(spilled))[0]?.evidence).toMatchObject({
      provisionedAdvised: 1,
      spilloverInvocations: 336,
    });
  });

  test.each([
    [6, 0, undefined],
    [7, 0, 'low'],
    [10, 0, 'medium'],
    [14, 0, 'high'],
    [14, 1, 'low'],
  ])('of %i days and %i spillovers has confidence %s', (days, spillovers, level) => {
    const hours = [...everyHour(days, 2), hourOf(30, 1, 5, spillovers)];
    expect(adviseIdleConcurrency(factsOf(hours))[0]?.confidence.level).toBe(level);
  });

  test('below 10 cents a month it is not given', () => {
    const facts = factsOf(everyHour(14, 2), { memoryMiB: 1_024, min: 4 });
    const at = (nanoUsdPerGbHour: bigint) =>
      adviseIdleConcurrency({ ...facts, price: { ...PRICE, nanoUsdPerGbHour } });
    expect(at(138_888n)).toEqual([]);
    expect(at(138_889n)[0]?.savingNanoUsdPerMonth).toBe(100_000_080n);
  });

  test('never advises fewer than the target allows in any hour, nor one more than that', () => {
    const peaks = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 168, maxLength: 336 });
    fc.assert(
      fc.property(peaks, fc.integer({ min: 1, max: 100 }), (uses, targetPercent) => {
        const hours = uses.map((peakUse, index) => hourOf(index, peakUse, 10_000));
        const [advice] = adviseIdleConcurrency(factsOf(hours, { min: 10_000, targetPercent }));
        const advised = Number(advice?.evidence['provisionedAdvised']);
        const fits = (environments: number): boolean =>
          uses.every((peakUse) => peakUse * 100 <= environments * targetPercent);
        return fits(advised) && !fits(advised - 1);
      }),
    );
  });
});

describe('the outcome of keeping fewer warm', () => {
  const change = {
    kind: 'warmth' as const,
    functionName: 'purser-prod-reserve',
    memoryMiB: 1_024,
    beforeMin: 5,
  };
  const range = { fromMs: START, toMs: START + 48 * HOUR_MS };

  test('counts the hours seen, and those between by the greater number around them', () => {
    // 5 in hours 0 to 9 (3 to 9 are missing); 3 in hours 10 to 20; 8 in hour 21.
    const hours = [
      hourOf(0, 1, 5),
      hourOf(2, 1, 5),
      hourOf(10, 2, 3),
      hourOf(20, 1, 3),
      hourOf(21, 8, 8),
    ];
    const outcome = warmthOutcomeOf(change, hours, range, PRICE);
    const actualHours = 5n * 10n + 3n * 11n + 8n;
    const savedHours = 2n * 11n;
    expect(outcome).toMatchObject({
      hours: { measured: 22, following: 11 },
      actualNanoUsd: actualHours * PRICE.nanoUsdPerGbHour,
      realizedSavingNanoUsd: savedHours * PRICE.nanoUsdPerGbHour,
      counterfactualNanoUsd: (actualHours + savedHours) * PRICE.nanoUsdPerGbHour,
    });
  });

  test('counts whole hours since the decision alone, and tells of spillovers', () => {
    const late = { fromMs: START + 1, toMs: START + 4 * HOUR_MS - 1 };
    const hours = [hourOf(0, 1, 2), hourOf(1, 1, 2), hourOf(2, 2, 2, 7), hourOf(3, 1, 2)];
    const outcome = warmthOutcomeOf(change, hours, late, PRICE);
    expect(outcome).toMatchObject({
      hours: { measured: 2, following: 2 },
      realizedSavingNanoUsd: 6n * PRICE.nanoUsdPerGbHour,
    });
    expect('caveats' in outcome && outcome.caveats.join(' ')).toContain('7 invocations');
  });

  test('without metrics nothing is claimed', () => {
    for (const hours of [[], [hourOf(1, 0, 1, 3)], [hourOf(99, 1, 2)]]) {
      expect(warmthOutcomeOf(change, hours, range, PRICE)).toEqual({
        unmeasured: expect.stringContaining('nothing can be measured yet') as string,
      });
    }
  });
});
