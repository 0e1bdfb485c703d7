import { describe, expect, test } from 'vitest';
import { PriceListError } from '../../../../domain/pricing/lists/exact-json.ts';
import { readPriceList } from '../../../../domain/pricing/lists/read-price-list.ts';

const FACTS = { models: [], atDay: '2026-11-30' };

describe('readPriceList', () => {
  test("reads Portkey's cents per token, exactly, with batch and one-hour caches", () => {
    const list = `{
      "default": {"pricing_config": {"pay_as_you_go": {"request_token": {"price": 0}}}},
      "us.anthropic.claude-x-v1:0": {"pricing_config": {
        "pay_as_you_go": {"request_token": {"price": 0.0003}, "response_token": {"price": 0.0015},
          "cache_read_input_token": {"price": 0.00003}, "cache_write_input_token": {"price": 0.000375},
          "additional_units": {"cache_write_1h": {"price": 0.0006}}},
        "batch_config": {"request_token": {"price": 0.00015}, "response_token": {"price": 0.00075}}}},
      "an-image-model": {"pricing_config": {"pay_as_you_go": {"image": {"price": 4}}}}
    }`;
    expect(readPriceList(list, FACTS)).toEqual({
      format: 'portkey',
      listed: [
        {
          id: 'us.anthropic.claude-x-v1:0',
          model: 'anthropic.claude-x',
          place: 'us',
          isText: true,
          input: 3_000_000_000n,
          output: 15_000_000_000n,
          cacheRead: 300_000_000n,
          cacheWrite: 3_750_000_000n,
          cacheWriteOneHour: 6_000_000_000n,
          batch: {
            input: 1_500_000_000n,
            output: 7_500_000_000n,
            cacheRead: undefined,
            cacheWrite: undefined,
          },
          oddities: [],
        },
      ],
      skipped: [{ id: 'an-image-model', reason: 'no price of input tokens' }],
    });
  });

  test('reads models.dev, with prices of long requests, and passes over resellers', () => {
    const list = `{
      "amazon-bedrock": {"models": {"maker.model-v1:0": {"cost": {"input": 1.25, "output": 10,
        "cache_read": 0.125, "context_over_200k": {"input": 2.5, "output": 15}}}}},
      "reseller": {"models": {"model": {"cost": {"input": 9, "output": 9}}}},
      "openai": {"models": {"free": {}}}
    }`;
    const { format, listed, skipped } = readPriceList(list, FACTS);
    expect(format).toBe('models-dev');
    expect(listed).toMatchObject([
      {
        model: 'maker.model',
        input: 1_250_000_000n,
        output: 10_000_000_000n,
        cacheRead: 125_000_000n,
        longContext: { aboveInputTokens: 200_000, input: 2_500_000_000n, output: 15_000_000_000n },
      },
    ]);
    expect(skipped).toEqual([
      { id: 'model', reason: 'a provider whose prices are its own' },
      { id: 'free', reason: 'no price of input tokens' },
    ]);
  });

  test('reads models of the Marketplace: global prices are the base, with caches and tiers', () => {
    const usages = [
      ['InputTokenCount_Global', '1'],
      ['OutputTokenCount_Global', '5'],
      ['CacheReadInputTokenCount_Global', '0.1'],
      ['cache_write_tokens_global_standard', '1.25'],
      ['CacheWrite1hInputTokenCount_Global', '2'],
      ['InputTokenCount_Batch_Global', '0.5'],
      ['InputTokenCount_LCtx_Global', '3'],
      ['InputTokenCount_LCtx_Batch_Global', '1.5'],
      ['input_tokens_standard', '1.1'],
      ['OutputTokenCount', '5.5'],
      ['ProvisionedThroughput_Global', '40'],
    ] as const;
    const products = Object.fromEntries(
      usages.map(([usage], sku) => [
        `S${sku}`,
        {
          attributes: {
            servicename: 'Claude Haiku 4.5 (Amazon Bedrock Edition)',
            regionCode: 'us-east-1',
            usagetype: `USE1-MP:USE1_${usage}-Units`,
          },
        },
      ]),
    );
    const OnDemand = Object.fromEntries(
      usages.map(([, USD], sku) => [
        `S${sku}`,
        { t: { priceDimensions: { d: { unit: 'Units', pricePerUnit: { USD } } } } },
      ]),
    );
    const { listed, skipped } = readPriceList(JSON.stringify({ products, terms: { OnDemand } }), {
      ...FACTS,
      models: ['anthropic.claude-haiku-4-5'],
    });
    const usd = (amount: number): bigint => BigInt(Math.round(amount * 1e9));
    expect(listed).toEqual([
      {
        id: 'anthropic.claude-haiku-4-5 global',
        model: 'anthropic.claude-haiku-4-5',
        place: undefined,
        isText: true,
        oddities: [],
        input: usd(1),
        output: usd(5),
        cacheRead: usd(0.1),
        cacheWrite: usd(1.25),
        cacheWriteOneHour: usd(2),
        batch: { input: usd(0.5) },
        longContext: { input: usd(3), aboveInputTokens: 200_000 },
      },
      expect.objectContaining({ place: 'in-region', input: usd(1.1), output: usd(5.5) }),
    ]);
    expect(skipped).toHaveLength(1);
  });

  test('reads from models.dev what makers and Bedrock charge, under their own names', () => {
    const makers = ['amazon-bedrock', 'anthropic', 'openai', 'google', 'deepseek', 'mistral'];
    const resellers = ['azure', 'openrouter', 'google-vertex', ''];
    const providers = [...makers, ...resellers].map((provider) => [
      provider,
      { models: { [`model-of-${provider}`]: { cost: { input: 1 } } } },
    ]);
    const list = JSON.stringify(Object.fromEntries(providers));
    const { listed, skipped } = readPriceList(list, FACTS);
    const namesOf = (of: string[]): string[] => of.map((provider) => `model-of-${provider}`);
    expect(listed.map(({ id }) => id)).toEqual(namesOf(makers));
    expect(skipped.map(({ id }) => id)).toEqual(namesOf(resellers));
  });

  test("names models in genai-prices by their provider, except makers' and Bedrock's own", () => {
    const makers = ['aws', 'anthropic', 'openai', 'google', 'deepseek', 'mistral'];
    const list = [...makers, 'groq', 'azure'].map((id) => ({
      id,
      models: [{ id: `of-${id}`, prices: { input_mtok: 1, output_mtok: 2 } }],
    }));
    const { listed } = readPriceList(JSON.stringify(list), FACTS);
    expect(listed.map(({ model }) => model)).toEqual([
      ...makers.map((id) => `of-${id}`),
      'groq/of-groq',
      'azure/of-azure',
    ]);
    expect(listed[0]).toMatchObject({
      input: 1_000_000_000n,
      output: 2_000_000_000n,
      isText: true,
    });
  });

  test('reads every price of a row of LiteLLM, and says why it skips a row', () => {
    const provider = { litellm_provider: 'bedrock', mode: 'chat' };
    const rows = {
      sample_spec: { ...provider, input_cost_per_token: 1 },
      'maker.text': {
        ...provider,
        input_cost_per_token: 0.000001,
        output_cost_per_token: 0.000002,
        cache_read_input_token_cost: 0.000003,
        cache_creation_input_token_cost: 0.000004,
        cache_creation_input_token_cost_above_1hr: 0.000005,
        input_cost_per_token_above_200k_tokens: 0.000006,
        input_cost_per_token_batches: 0.000007,
        output_cost_per_token_flex: 0.000008,
        output_cost_per_token_priority: 0.000009,
        input_cost_per_query: 0.01,
      },
      'maker.image': { ...provider, mode: 'image_generation', output_cost_per_image: 0.04 },
      'eu-west-1/maker.text': { ...provider, input_cost_per_token: 0.000001 },
      '1024-x-1024/maker.image': { ...provider, output_cost_per_image: 0.04 },
      'max-x-max/maker.image': { ...provider, output_cost_per_image: 0.04 },
      'maker.timed': { ...provider, input_cost_per_second: 1 },
      '1-month-commitment/maker.text': { ...provider, input_cost_per_token: 1 },
      'no-maker': { ...provider, input_cost_per_token: 1 },
      'openai-model': { litellm_provider: 'openai', mode: 'responses', input_cost_per_token: 1 },
      'maker.video': { ...provider, input_cost_per_token: 1, input_cost_per_video_per_second: 1 },
      'maker.empty': provider,
    };
    expect(readPriceList(JSON.stringify(rows), FACTS)).toMatchSnapshot();
  });

  test.each([
    ['{', /no JSON/],
    ['7', /none of the formats/],
    ['{"a": 1}', /none of the formats/],
    ['{"a": {"pricing_config": "x"}}', /a is no object/],
  ])('refuses %s by name', (text, message) => {
    expect(() => readPriceList(text, FACTS)).toThrow(PriceListError);
    expect(() => readPriceList(text, FACTS)).toThrow(message);
  });
});
