import { describe, expect, test } from 'vitest';
import { compareUnitCosts } from '../../../domain/benchmarks/compare-unit-costs.ts';
import { INDUSTRIES, modelledProfile } from '../../../domain/benchmarks/modelled-profile.ts';
import { costOf } from '../../../domain/pricing/rate.ts';
import { resolveRate } from '../../../domain/pricing/resolve-rate.ts';
import { NOTHING } from '../../../domain/reporting/measures.ts';
import { NO_TOKENS } from '../../../domain/token-usage.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

function profileOf(industry: string) {
  const profile = modelledProfile(industry, NOW);
  if (!profile) throw new Error(`no profile of ${industry}`);
  return profile;
}

describe('modelled profiles', () => {
  test.each(INDUSTRIES)('%s says where each figure comes from, and that it is modelled', (name) => {
    for (const figure of profileOf(name).figures) {
      expect(figure.basis).toBe('modelled');
      expect(figure.source).toContain('Splitwise');
      expect(figure.lowNanoUsd).toBeGreaterThan(0n);
      expect(figure.lowNanoUsd).toBeLessThan(figure.typicalNanoUsd);
      expect(figure.typicalNanoUsd).toBeLessThan(figure.highNanoUsd);
    }
  });

  test('are list prices of the stated tokens, to the nano-dollar', () => {
    const model = 'anthropic.claude-haiku-4-5-20251001-v1:0';
    const resolved = resolveRate({ model, atMs: NOW });
    if (!resolved.ok) throw new Error(resolved.reason);
    const usage = { ...NO_TOKENS, inputTokens: 1_035, outputTokens: 141 };
    expect(profileOf('hospitality').figures[0]?.typicalNanoUsd).toBe(costOf(usage, resolved.rate));
  });

  test.each(INDUSTRIES)('of %s have the figures that were recorded', (name) => {
    const lines = profileOf(name).figures.map(
      ({ metric, lowNanoUsd, typicalNanoUsd, highNanoUsd, meaning, source, sourceDate }) =>
        [metric, lowNanoUsd, typicalNanoUsd, highNanoUsd, meaning, source, sourceDate].join(' | '),
    );
    expect(lines).toMatchSnapshot();
  });

  test('are not invented for other industries', () => {
    expect(modelledProfile('no-such-industry', NOW)).toBeUndefined();
  });
});

describe('comparing', () => {
  const profile = profileOf('hospitality');
  const typical = profile.figures[0]?.typicalNanoUsd ?? 0n;
  const useOf = (cost: bigint, requests = 1_000n) => ({
    total: { ...NOTHING, costNanoUsd: cost * requests, requests, inputTokens: requests * 1_000n },
    byOperation: new Map(),
  });
  const bands = (use: ReturnType<typeof useOf>) =>
    compareUnitCosts(profile, use).map(({ band }) => band);

  test('says below, within or above, bounds included', () => {
    const [figure] = profile.figures;
    if (!figure) throw new Error('no figure');
    expect(bands(useOf(figure.lowNanoUsd - 1n))[0]).toBe('below');
    expect(bands(useOf(figure.lowNanoUsd))[0]).toBe('within');
    expect(bands(useOf(figure.highNanoUsd))[0]).toBe('within');
    expect(bands(useOf(figure.highNanoUsd + 1n))[0]).toBe('above');
  });

  test('compares outcomes where they are told, and says why not elsewhere', () => {
    const [, , untold] = compareUnitCosts(profile, useOf(typical));
    expect(untold?.band).toBeUndefined();
    expect(untold?.why).toContain('/v1/reports/tags');
    const outcomes = { count: 500n, costNanoUsd: typical * 1_000n };
    const [, , told] = compareUnitCosts(profile, { ...useOf(typical), outcomes });
    expect(told).toMatchObject({ ownNanoUsd: typical * 2n, band: 'within' });
  });

  test('compares nothing on a few requests', () => {
    expect(bands(useOf(typical, 99n))).toEqual([undefined, undefined, undefined]);
  });
});
