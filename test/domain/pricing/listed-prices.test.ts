import { describe, expect, test } from 'vitest';
import { imageVariant } from '../../../contracts/fields.ts';
import { NO_TOKENS, type TokenUsage } from '../../../domain/token-usage.ts';
import { builtInCards } from '../../../domain/pricing/built-in-cards.ts';
import { parseModelId } from '../../../domain/pricing/model-id.ts';
import { costOf } from '../../../domain/pricing/rate.ts';
import { isStale, type RateCard } from '../../../domain/pricing/rate-card.ts';
import { type RateRequest, resolveRate } from '../../../domain/pricing/resolve-rate.ts';

const NOW = Date.parse('2026-11-30T00:00:00Z');

const resolved = (request: Omit<RateRequest, 'atMs'> & { atMs?: number }) => {
  const resolution = resolveRate({ atMs: NOW, ...request });
  if (!resolution.ok) throw new Error(`${request.model}: ${resolution.reason}`);
  return resolution;
};

/** Input, output, cache read and five-minute write in USD per million. */
const prices = (request: Omit<RateRequest, 'atMs'> & { atMs?: number }): string => {
  const { rate } = resolved(request);
  return [
    rate.inputNanoUsdPerMillion,
    rate.outputNanoUsdPerMillion,
    rate.cacheReadNanoUsdPerMillion,
    rate.cacheWriteNanoUsdPerMillion,
  ]
    .map((price) => Number(price) / 1e9)
    .join(' ');
};

const cost = (model: string, usage: Partial<TokenUsage>, region?: string): number =>
  Number(costOf({ ...NO_TOKENS, ...usage }, resolved({ model, region }).rate)) / 1e9;

describe('a long request', () => {
  const LONG_ABOVE_272_000 = builtInCards
    .values()
    .flat()
    .filter(({ longContext }) => longContext?.aboveInputTokens === 272_000);

  test('of GPT is one of more than 272,000 tokens, on every card', () => {
    expect(LONG_ABOVE_272_000.length).toBeGreaterThanOrEqual(20);
    const odd = builtInCards
      .values()
      .flat()
      .filter(({ longContext }) => longContext && longContext.aboveInputTokens % 1_000 !== 0);
    expect(odd.map(({ model }) => model)).toEqual([]);
    expect(cost('openai.gpt-5.4', { inputTokens: 272_000 })).toBe(0.748);
    expect(cost('openai.gpt-5.4', { inputTokens: 272_001 })).toBe(1.4960055);
  });

  test('of Haiku 5.5 costs five times as much as a whole', () => {
    const model = 'global.anthropic.claude-haiku-5-5';
    expect(cost(model, { inputTokens: 100_000, outputTokens: 1_000 })).toBe(0.0105);
    expect(cost(model, { inputTokens: 100_001, outputTokens: 1_000 })).toBe(0.0525005);
    const cached = { inputTokens: 1, cacheReadTokens: 90_000, cacheWriteTokens: 10_000 };
    expect(cost(model, cached)).toBe(0.0107505);
  });
});

describe('a place', () => {
  test.each([
    ['in.anthropic.claude-sonnet-5', '2.2 11 0.22 2.75'],
    ['in.anthropic.claude-haiku-4-5-20251001-v1:0', '1.1 5.5 0.11 1.375'],
    ['in.anthropic.claude-opus-5-5', '4.4 22 0.22 5.5'],
    ['ca.anthropic.claude-sonnet-4-6', '3.3 16.5 0.33 4.125'],
    ['ca.amazon.nova-lite-v1:0', '0.064 0.256 0.016 0.064'],
  ])('of %s asks its premium', (model, expected) => {
    expect(prices({ model })).toBe(expected);
  });

  test('keeps the ratios of its card: 100,000 cached tokens of eu. Nova Pro', () => {
    const usage = { inputTokens: 5_000, cacheReadTokens: 100_000 };
    expect(cost('eu.amazon.nova-pro-v1:0', usage)).toBe(0.0315);
  });

  test('keeps the ratios of its card on every card with cache prices', () => {
    let places = 0;
    for (const card of builtInCards.values().flat()) {
      const read = card.cacheReadNanoUsdPerMillion;
      if (read === undefined) continue;
      for (const place of Object.keys(card.geographic ?? {})) {
        const [profile, region] = place.split('/');
        const isRegion = /\d$/.test(place) && region === undefined;
        const named = `${profile}.${card.model}`;
        // A provider's own API has no profiles: its answer says where it served.
        const isDirect = parseModelId(named).profile === undefined;
        const isUnnamed = isRegion || isDirect || place === 'in-region';
        const { rate } = resolved({
          model: isUnnamed ? card.model : named,
          ...(isDirect && !isRegion ? { place } : {}),
          region: isRegion ? place : (region ?? (place === 'in-region' ? 'xx-any-1' : undefined)),
          atMs: Math.max(card.effectiveFromMs, Date.parse('2026-01-01')),
        });
        const share = Number(rate.cacheReadNanoUsdPerMillion) / Number(rate.inputNanoUsdPerMillion);
        expect(share, `${card.model} ${place}`).toBeCloseTo(
          Number(read) / Number(card.inputNanoUsdPerMillion),
          6,
        );
        places += 1;
      }
    }
    expect(places).toBeGreaterThan(150);
  });

  test.each([
    ['nvidia.nemotron-super-3-120b', 'eu-west-2', '0.23 1.01 0.23 0.23'],
    ['zai.glm-5', 'eu-central-1', '1.2 3.84 1.2 1.2'],
    ['zai.glm-5', 'us-west-2', '1 3.2 1 1'],
    ['qwen.qwen3-32b-v1:0', 'eu-west-2', '0.2325 0.93 0.2325 0.2325'],
    ['eu.amazon.nova-pro-v1:0', 'eu-west-1', '0.92 3.68 0.23 0.92'],
    ['eu.amazon.nova-pro-v1:0', 'eu-central-1', '1.05 4.2 0.2625 1.05'],
    ['eu.amazon.nova-pro-v1:0', 'eu-west-2', '1.13 4.52 0.2825 1.13'],
    ['us.amazon.nova-2-lite-v1:0', 'us-west-1', '0.429 3.351 0.10725 0.429'],
    ['xai.grok-4.7', 'us-gov-west-1', '2.64 7.92 0.66 2.64'],
  ])('%s in %s costs %s', (model, region, expected) => {
    expect(prices({ model, region })).toBe(expected);
    expect(resolved({ model, region }).basis).toBe('listed');
  });

  test.each([
    ['zai.glm-5', 'me-south-1', '1.55 4.96 1.55 1.55'],
    ['eu.amazon.nova-pro-v1:0', 'eu-west-3', '1.13 4.52 0.2825 1.13'],
    ['meta.llama3-3-70b-instruct-v1:0', 'eu-north-1', '0.72 0.72 0.72 0.72'],
    ['eu.meta.llama3-8b-instruct-v1:0', undefined, '0.5 1.01 0.5 0.5'],
  ])('%s in %s, which no list states, costs the dearest known price', (model, region, expected) => {
    expect(prices({ model, region })).toBe(expected);
    expect(resolved({ model, region }).basis).toBe('dearest-known');
  });

  test.each([
    ['openai.gpt-5.6-luna', '0.22 1.32 0.022 0.275'],
    ['openai.gpt-5.6-sol', '4.4 22 0.44 5.5'],
    ['global.openai.gpt-5.6-sol', '4 20 0.4 5'],
    ['openai.gpt-6.1-terra', '1.1 5.5 0.055 1.375'],
    ['anthropic.claude-sonnet-4-6', '3 15 0.3 3.75'],
  ])('is that of a bare name: %s', (model, expected) => {
    expect(prices({ model })).toBe(expected);
  });
});

describe('a suffix of a client', () => {
  test.each([
    ['claude-sonnet-4-5[1m]', '3 15 0.3 3.75'],
    ['us.anthropic.claude-opus-4-8[1M]', '5.5 27.5 0.55 6.875'],
    ['anthropic.claude-sonnet-4-20250514-v1:0[200k]', '3 15 0.3 3.75'],
    ['claude-opus-4-5@default', '5 25 0.5 6.25'],
    ['claude-opus-4-5@20251101', '5 25 0.5 6.25'],
    ['amazon-bedrock/us.anthropic.claude-sonnet-5', '2.2 11 0.22 2.75'],
    ['bedrock:eu.anthropic.claude-sonnet-5', '2.2 11 0.22 2.75'],
    ['anthropic:claude-sonnet-5', '2 10 0.2 2.5'],
    ['models/gemini-2.5-flash', '0.3 2.5 0.03 0.3'],
    [
      'bedrock/arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-sonnet-5',
      '2.2 11 0.22 2.75',
    ],
  ])('is resolved: %s', (model, expected) => {
    expect(prices({ model })).toBe(expected);
  });

  test.each([
    ['openrouter/openai/gpt-4o:free', 'variant-without-card'],
    ['openrouter/openai/gpt-4o:nitro', 'variant-without-card'],
    ['claude-opus-4-6-fast', 'variant-without-card'],
    ['gpt-5-high', 'variant-without-card'],
    ['claude-sonnet-4-5-thinking', 'variant-without-card'],
    ['unheard-of:free', 'unknown-model'],
    [
      'bedrock/arn:aws:bedrock:us-east-1:1:application-inference-profile/abc',
      'profile-without-card',
    ],
    ['bedrock/arn:aws:bedrock:us-east-1:1:provisioned-model/abc', 'throughput-without-card'],
  ])('is refused for the right reason: %s', (model, reason) => {
    expect(resolveRate({ model, atMs: NOW })).toMatchObject({ ok: false, reason });
  });
});

describe('current models', () => {
  test.each([
    ['global.anthropic.claude-haiku-5-5', '0.1 0.5 0.01 0.125'],
    ['global.anthropic.claude-sonnet-5-5', '2 10 0.1 2.5'],
    ['global.openai.gpt-6-sol', '2 10 0.2 2.5'],
    ['global.openai.gpt-6-luna', '0.1 0.5 0.01 0.125'],
    ['global.openai.gpt-6-astra', '10 50 1 12.5'],
    ['global.openai.gpt-6.1-sol', '2 10 0.1 2.5'],
    ['global.openai.gpt-6.1-terra', '1 5 0.05 1.25'],
    ['global.openai.gpt-6.2-sol', '2 10 0.1 2.5'],
    ['global.openai.gpt-6.2-astra', '8 40 0.4 10'],
    ['global.xai.grok-4.6', '2 6 0.5 2'],
    ['global.xai.grok-4.7', '2 6 0.5 2'],
    ['global.moonshotai.kimi-k3', '3 15 0.3 3.75'],
    ['global.zai.glm-5.3', '1.68 5.28 0.312 2.1'],
    ['zai.glm-4.6', '0.6 2.2 0.6 0.6'],
    ['deepseek.v3.1', '0.58 1.68 0.58 0.58'],
    ['mistral.voxtral-mini-3b-2507', '0.04 0.04 0.04 0.04'],
    ['mistral.voxtral-small-24b-2507', '0.1 0.3 0.1 0.1'],
    ['openai.gpt-oss-20b', '0.07 0.3 0.07 0.07'],
    ['mistral.mistral-large-2407-v1:0', '2 6 2 2'],
    ['claude-haiku-5-5', '0.1 0.5 0.01 0.125'],
    ['claude-sonnet-5-5', '2 10 0.1 2.5'],
    ['gpt-6-sol', '2 10 0.2 2.5'],
    ['gpt-6.1-terra', '1 5 0.05 1.25'],
    ['grok-4.7', '2 6 0.5 2'],
    ['kimi-k3', '3 15 0.3 3'],
    ['glm-5.3', '1.4 4.4 0.26 1.4'],
  ])('%s costs %s', (model, expected) => {
    expect(prices({ model })).toBe(expected);
  });

  test('Sonnet 5.5 halves its cache reads on 2026-10-07', () => {
    const model = 'global.anthropic.claude-sonnet-5-5';
    const before = Date.parse('2026-10-06T23:59:59.999Z');
    expect(prices({ model, atMs: before })).toBe('2 10 0.2 2.5');
    expect(prices({ model, atMs: before + 1 })).toBe('2 10 0.1 2.5');
  });

  test('Nova Sonic prices audio apart, and Nova Canvas by size and quality', () => {
    const usage = { inputTokens: 1_000, audioInputTokens: 10_000, audioOutputTokens: 1_000 };
    expect(cost('amazon.nova-sonic-v1:0', usage)).toBe(0.04766);
    const of = (variant?: string) =>
      resolved({ model: 'amazon.nova-canvas-v1:0', imageVariant: variant }).rate.units?.images;
    expect(of()).toBe(80_000_000n);
    expect(of('standard-1024x1024')).toBe(40_000_000n);
    expect(of('premium-2048x2048')).toBe(80_000_000n);
  });

  test('variants of images have names that requests can send', () => {
    const names = builtInCards
      .values()
      .flatMap((cards) => cards.flatMap(({ imageVariants = {} }) => Object.keys(imageVariants)));
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !imageVariant.safeParse(name).success)).toEqual([]);
  });

  test('over thirty have flex, priority and batch', () => {
    const tiered = builtInCards
      .entries()
      .filter(([model]) =>
        (['flex', 'priority', 'batch'] as const).every(
          (tier) => resolveRate({ model, atMs: NOW, tier }).ok,
        ),
      );
    expect(tiered.length).toBeGreaterThanOrEqual(30);
    expect(prices({ model: 'global.moonshotai.kimi-k3', tier: 'priority' })).toBe(
      '5.25 26.25 0.525 6.5625',
    );
  });

  test('say what sources disagree about', () => {
    for (const model of ['meta.llama3-1-405b-instruct', 'mistral.mistral-large-2407']) {
      expect(builtInCards.get(model)?.[0]?.doubt).toMatch(/LiteLLM/);
    }
  });
});

describe('a price that ends', () => {
  const card = (from: string, more: Partial<RateCard> = {}): RateCard => ({
    model: 'm',
    effectiveFromMs: Date.parse(from),
    source: 'contract',
    sourceDate: '2026-11-01',
    inputNanoUsdPerMillion: 1_000_000_000n,
    outputNanoUsdPerMillion: 2_000_000_000n,
    ...more,
  });
  const promotion = card('2026-11-01', {
    effectiveUntilMs: Date.parse('2026-12-01'),
    endReason: 'promotion',
  });
  const at = (day: string, cards: RateCard[], overrides: RateCard[] = []) =>
    resolveRate({ model: 'm', atMs: Date.parse(day), cards: new Map([['m', cards]]), overrides });

  test('applies until the day, and is then refused with its reason', () => {
    expect(at('2026-11-30T23:59:59.999Z', [promotion]).ok).toBe(true);
    expect(at('2026-12-01', [promotion])).toMatchObject({
      ok: false,
      reason: 'ended',
      card: { endReason: 'promotion' },
    });
  });

  test('gives way to its announced successor', () => {
    const successor = card('2026-12-01', { inputNanoUsdPerMillion: 3_000_000_000n });
    expect(at('2026-12-01', [promotion, successor])).toMatchObject({ ok: true, card: successor });
  });

  test('of an organization gives way to the built-in price', () => {
    const list = card('2023-01-01');
    expect(at('2026-11-15', [list], [promotion])).toMatchObject({ ok: true, card: promotion });
    expect(at('2026-12-01', [list], [promotion])).toMatchObject({ ok: true, card: list });
  });

  test('of a model that AWS retires is refused after that day', () => {
    const after = resolveRate({ model: 'zai.glm-4.7', atMs: Date.parse('2027-03-30') });
    expect(after).toMatchObject({ ok: false, reason: 'ended' });
  });

  test('is stale sixty days after it was last compared', () => {
    const compared = card('2026-01-01', { pricesCheckedAt: '2026-11-30' });
    expect(isStale(compared, Date.parse('2027-01-29'))).toBe(false);
    expect(isStale(compared, Date.parse('2027-01-29T00:00:00.001Z'))).toBe(true);
    expect(isStale(card('2026-01-01'), Date.parse('2027-01-29'))).toBe(true);
  });
});
