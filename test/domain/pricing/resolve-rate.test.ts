import { describe, expect, test } from 'vitest';
import type { RateCard } from '../../../domain/pricing/rate-card.ts';
import { type RateRequest, resolveRate } from '../../../domain/pricing/resolve-rate.ts';
import { whyUnpriced } from '../../../domain/pricing/why-unpriced.ts';

const NOW = Date.parse('2026-11-21T00:00:00Z');
const ARN = 'arn:aws:bedrock:us-east-1:123456789012:';
const SONNET = 'anthropic.claude-sonnet-4-6';

/** Input, output, cache read and cache write in USD per million tokens. */
function prices(request: Omit<RateRequest, 'atMs'> & { atMs?: number }): string {
  const resolved = resolveRate({ atMs: NOW, ...request });
  if (!resolved.ok) return resolved.reason;
  const { rate } = resolved;
  return [
    rate.inputNanoUsdPerMillion,
    rate.outputNanoUsdPerMillion,
    rate.cacheReadNanoUsdPerMillion,
    rate.cacheWriteNanoUsdPerMillion,
  ]
    .map((price) => Number(price) / 1e9)
    .join(' ');
}

const card = (from: string, input: bigint, more: Partial<RateCard> = {}): RateCard => ({
  model: 'anthropic.claude-sonnet-4-6',
  effectiveFromMs: Date.parse(from),
  source: 'contract',
  sourceDate: '2026-11-01',
  inputNanoUsdPerMillion: input,
  outputNanoUsdPerMillion: input * 5n,
  ...more,
});

const list = (input: bigint) => ({
  inputNanoUsdPerMillion: input,
  outputNanoUsdPerMillion: input * 5n,
});

describe('resolveRate', () => {
  test('prices a bare id, and a global profile, without a premium', () => {
    expect(prices({ model: SONNET })).toBe('3 15 0.3 3.75');
    expect(prices({ model: `global.${SONNET}`, region: 'eu-west-1' })).toBe('3 15 0.3 3.75');
  });

  test('adds the premium of a place to profiles and to requests in a region', () => {
    expect(prices({ model: `eu.${SONNET}` })).toBe('3.3 16.5 0.33 4.125');
    expect(prices({ model: SONNET, region: 'eu-west-1' })).toBe('3.3 16.5 0.33 4.125');
    expect(prices({ model: 'anthropic.claude-sonnet-4-20250514-v1:0', region: 'us-east-1' })).toBe(
      '3 15 0.3 3.75',
    );
    expect(prices({ model: 'claude-sonnet-4-6', region: 'us-east-1' })).toBe('3 15 0.3 3.75');
  });

  test('takes the published prices of a place where they are no plain premium', () => {
    expect(prices({ model: 'eu.amazon.nova-micro-v1:0' })).toBe('0.046 0.184 0.0115 0.046');
  });

  test('keeps governmental regions at their own premium', () => {
    const model = 'anthropic.claude-sonnet-4-5-20250929-v1:0';
    expect(prices({ model, region: 'us-gov-west-1' })).toBe('3.6 18 0.36 4.5');
  });

  test('charges a long request in a place no less than elsewhere, where its price is not said', () => {
    const long = { aboveInputTokens: 200_000, ...list(6n), outputNanoUsdPerMillion: 7n };
    const geographic = { eu: list(4n), jp: { ...list(4n), longContext: { ...long, ...list(8n) } } };
    const overrides = [card('2026-01-01', 3n, { longContext: long, geographic })];
    const longOf = (model: string) => {
      const resolved = resolveRate({ model, atMs: NOW, overrides });
      return resolved.ok && resolved.rate.longContext;
    };
    expect(longOf(`eu.${SONNET}`)).toMatchObject({
      aboveInputTokens: 200_000,
      rate: { inputNanoUsdPerMillion: 8n, outputNanoUsdPerMillion: 20n },
    });
    expect(longOf(`jp.${SONNET}`)).toMatchObject({ rate: { inputNanoUsdPerMillion: 8n } });
  });

  test('scales the long-context tier with the place', () => {
    const resolved = resolveRate({
      model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      atMs: NOW,
    });
    expect(resolved.ok && resolved.rate.longContext).toEqual({
      aboveInputTokens: 200_000,
      rate: {
        inputNanoUsdPerMillion: 6_600_000_000n,
        outputNanoUsdPerMillion: 24_750_000_000n,
        cacheReadNanoUsdPerMillion: 660_000_000n,
        cacheWriteNanoUsdPerMillion: 8_250_000_000n,
        cacheWriteOneHourNanoUsdPerMillion: 13_200_000_000n,
      },
    });
  });

  test('halves batch prices where there is batch, and refuses it elsewhere', () => {
    expect(prices({ model: SONNET, tier: 'batch' })).toBe('1.5 7.5 0.15 1.875');
    expect(prices({ model: 'deepseek.r1-v1:0', tier: 'batch' })).toBe('no-batch-price');
  });

  test('charges cache tokens as input where their price is not known', () => {
    expect(prices({ model: 'meta.llama3-3-70b-instruct-v1:0' })).toBe('0.72 0.72 0.72 0.72');
  });

  test('refuses what it does not know, and never answers zero', () => {
    expect(prices({ model: 'nobody.knows-v1:0' })).toBe('unknown-model');
    expect(prices({ model: 'anthropic.claude-mythos-preview' })).toBe('unknown-model');
    expect(prices({ model: `${ARN}application-inference-profile/abc` })).toBe(
      'profile-without-card',
    );
    expect(prices({ model: `${ARN}provisioned-model/abc` })).toBe('throughput-without-card');
    expect(whyUnpriced('x', { ok: false, reason: 'throughput-without-card' }, NOW)).toContain(
      'billed by the hour',
    );
  });

  test('takes the price of the day', () => {
    const model = 'global.openai.gpt-5.6-sol';
    expect(prices({ model, atMs: Date.parse('2026-08-20T23:59:59Z') })).toBe('5 30 0.5 6.25');
    expect(prices({ model, atMs: Date.parse('2026-08-21T00:00:00Z') })).toBe('4 20 0.4 5');
  });

  test('prices a profile of the organization as the model that its card names', () => {
    const model = `${ARN}application-inference-profile/abc`;
    const overrides = [card('2026-11-01T00:00:00Z', 1n, { sameAs: `eu.${SONNET}` })];
    expect(prices({ model, overrides })).toBe('3.3 16.5 0.33 4.125');
    expect(prices({ model, overrides, tier: 'batch' })).toBe('1.65 8.25 0.165 2.0625');
    expect(prices({ model, overrides, atMs: Date.parse('2026-10-01T00:00:00Z') })).toBe(
      'not-yet-in-force',
    );
  });

  test('prefers the prices of a region to those of its kind of place, and ignores unknown ones', () => {
    const geographic = {
      'in-region': {
        inputNanoUsdPerMillion: 2_000_000_000n,
        outputNanoUsdPerMillion: 4_000_000_000n,
      },
      'eu-west-2': {
        inputNanoUsdPerMillion: 3_000_000_000n,
        outputNanoUsdPerMillion: 6_000_000_000n,
      },
    } as const;
    const overrides = [card('2026-11-01T00:00:00Z', 1_000_000_000n, { geographic })];
    const of = (model: string, region?: string) => prices({ model, region, overrides });
    expect(of(SONNET, 'eu-west-2')).toBe('3 6 3 3');
    expect(of(SONNET, 'eu-west-1')).toBe('2 4 2 2');
    expect(of(SONNET, 'constructor')).toBe('2 4 2 2');
    expect(of(`arn:aws:bedrock:eu-west-2::foundation-model/${SONNET}`)).toBe('3 6 3 3');
    expect(of(`global.${SONNET}`, 'eu-west-2')).toBe('1 5 1 1');
    expect(of(SONNET)).toBe('1 5 1 1');
  });

  test('takes the stated cache prices in a place if the input is free, since there is no ratio', () => {
    const cache = { cacheReadNanoUsdPerMillion: 7_000_000_000n };
    const longContext = { ...list(0n), ...cache, aboveInputTokens: 1_000 };
    const geographic = { 'eu-west-2': list(2_000_000_000n) };
    const overrides = [card('2026-11-01T00:00:00Z', 0n, { ...cache, longContext, geographic })];
    expect(prices({ model: SONNET, region: 'eu-west-2', overrides })).toBe('2 10 7 2');
  });

  test('prices images and requests, in every tier that has a price', () => {
    const overrides = [
      card('2026-11-01T00:00:00Z', 0n, { units: { images: 40_000_001n }, flexPercent: 50 }),
    ];
    const resolved = (tier: 'standard' | 'flex') => {
      const resolution = resolveRate({ model: 'own.image', atMs: NOW, overrides, tier });
      return resolution.ok ? resolution.rate.units?.images : resolution.reason;
    };
    expect(resolved('standard')).toBe(40_000_001n);
    expect(resolved('flex')).toBe(20_000_001n);
  });

  test('lets the latest override in force go before the built-in card', () => {
    const overrides = [
      card('2026-11-10T00:00:00Z', 2_000_000_000n),
      card('2026-11-01T00:00:00Z', 1_000_000_000n),
      card('2026-12-01T00:00:00Z', 9_000_000_000n),
    ];
    expect(prices({ model: SONNET, overrides })).toBe('2 10 2 2');
    expect(prices({ model: `eu.${SONNET}`, overrides })).toBe('2 10 2 2');
    const before = Date.parse('2026-10-31T00:00:00Z');
    expect(prices({ model: SONNET, overrides, atMs: before })).toBe('3 15 0.3 3.75');
  });

  test('says when a price is known but not in force yet', () => {
    const overrides = [card('2026-12-01T00:00:00Z', 9_000_000_000n)];
    expect(prices({ model: 'own.model', overrides })).toBe('not-yet-in-force');
  });
});
