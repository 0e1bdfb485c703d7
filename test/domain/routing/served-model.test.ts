import { describe, expect, it } from 'vitest';
import { builtInCatalog } from '../../../domain/catalog/built-in-models.ts';
import { modelStem } from '../../../domain/pricing/model-id.ts';
import { poolEndpoints } from '../../../domain/routing/pool-endpoints.ts';
import type { Provider } from '../../../domain/routing/provider.ts';
import { servedModel } from '../../../domain/routing/served-model.ts';

const SONNET = 'anthropic.claude-sonnet-4-5-20250929-v1:0';

const OWN: Provider = {
  name: 'neuro',
  address: { baseUrl: 'https://inference.example.com/v1' },
  regions: ['eu-central-1'],
  models: [
    { model: 'neuro-coder', upstreamModel: 'coder-7b', apis: ['chat'] },
    { model: 'openai.gpt-oss-120b-1:0', upstreamModel: 'gpt-oss-120b', apis: ['chat'] },
  ],
};

const bedrockModel = (name: string): string | undefined => {
  const served = servedModel(name, builtInCatalog);
  return served.ok ? served.services.at(-1)?.upstreamModel : undefined;
};

describe('servedModel', () => {
  it.each([
    ['claude-sonnet-4-5', SONNET],
    ['claude-sonnet-4-5-20250929', SONNET],
    ['claude-sonnet-4-5[1m]', SONNET],
    ['anthropic/claude-sonnet-4-5', SONNET],
    ['claude-sonnet-4-0', 'anthropic.claude-sonnet-4-20250514-v1:0'],
    ['claude-3-7-sonnet-latest', 'anthropic.claude-3-7-sonnet-20250219-v1:0'],
    ['anthropic.claude-sonnet-4-5', SONNET],
    [SONNET, SONNET],
    [`eu.${SONNET}`, `eu.${SONNET}`],
    [`global.${SONNET}`, `global.${SONNET}`],
    [`arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.${SONNET}`, `eu.${SONNET}`],
    [`arn:aws:bedrock:us-west-2::foundation-model/${SONNET}`, SONNET],
    ['gpt-oss-120b', 'openai.gpt-oss-120b-1:0'],
    ['nova-pro', 'amazon.nova-pro-v1:0'],
    ['amazon.titan-embed-text-v2:0', 'amazon.titan-embed-text-v2:0'],
    ['anthropic.claude-3-5-sonnet-20240620-v1:0', 'anthropic.claude-3-5-sonnet-20240620-v1:0'],
  ])('reads %s as %s', (name, model) => {
    expect(bedrockModel(name)).toBe(model);
  });

  it('keeps an application inference profile as it is, in its region', () => {
    const arn = 'arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2c3';
    expect(servedModel(arn, builtInCatalog)).toMatchObject({
      ok: true,
      services: [{ model: arn, upstreamModel: arn, regions: ['eu-west-1'] }],
    });
  });

  it('serves no other version than the one that a date names', () => {
    const served = servedModel('claude-sonnet-4-5-20260101', builtInCatalog);
    expect(!served.ok && served.near[0]).toBe('claude-sonnet-4-5-20250929');
  });

  it.each(['claude-sonet-4-5', 'toString', '__proto__', 'gpt-4o', ''])(
    'does not serve %s',
    (name) => {
      expect(servedModel(name, builtInCatalog).ok).toBe(false);
    },
  );

  it('names models that resemble a misspelled one', () => {
    const served = servedModel('claude-sonet-4-6', builtInCatalog, [OWN]);
    const near = served.ok ? [] : served.near;
    expect(near[0]).toBe('claude-sonnet-4-6');
    expect(near.every((name) => servedModel(name, builtInCatalog, [OWN]).ok)).toBe(true);
  });

  it('puts own providers before Amazon Bedrock, by the name of either', () => {
    for (const name of ['openai.gpt-oss-120b-1:0', 'gpt-oss-120b']) {
      const served = servedModel(name, builtInCatalog, [OWN]);
      expect(served.ok && served.services.map(({ provider }) => provider)).toEqual([
        'neuro',
        'bedrock',
      ]);
    }
    expect(servedModel('neuro-coder', builtInCatalog, [OWN])).toMatchObject({
      services: [{ provider: 'neuro', model: 'neuro-coder', upstreamModel: 'coder-7b' }],
    });
  });

  it('serves every model of the catalog that Amazon Bedrock has, under its own id', () => {
    const models = builtInCatalog.list().filter(({ model }) => /^[a-z0-9]+\.[a-z]/.test(model));
    expect(models.length).toBeGreaterThan(60);
    for (const { model } of models) {
      expect(modelStem(bedrockModel(model) ?? '')).toBe(modelStem(model));
    }
  });
});

describe('poolEndpoints', () => {
  const regions = ['us-east-1', 'eu-central-1', 'ap-northeast-1', 'ap-southeast-2', 'sa-east-1'];
  const poolOf = (name: string, wish: object = {}) => {
    const served = servedModel(name, builtInCatalog, [OWN]);
    if (!served.ok) throw new Error(`${name} is not served`);
    return poolEndpoints(served.services, { apis: ['messages', 'converse'], regions, ...wish });
  };
  const idsIn = (pool: ReturnType<typeof poolOf>): string[] =>
    pool.ok ? pool.endpoints.map(({ region, upstreamModel }) => `${region} ${upstreamModel}`) : [];

  it('keeps a request in its geography, and falls back to the global profile', () => {
    expect(idsIn(poolOf('claude-sonnet-4-5'))).toEqual([
      `us-east-1 us.${SONNET}`,
      `eu-central-1 eu.${SONNET}`,
      `ap-northeast-1 jp.${SONNET}`,
      `ap-southeast-2 au.${SONNET}`,
      `sa-east-1 global.${SONNET}`,
    ]);
  });

  it('takes the global profile everywhere if that is preferred', () => {
    const ids = idsIn(poolOf('claude-sonnet-4-5', { prefersGlobal: true }));
    expect(ids.every((id) => id.endsWith(` global.${SONNET}`))).toBe(true);
  });

  it('calls a profile only from regions that may call it', () => {
    expect(idsIn(poolOf(`eu.${SONNET}`))).toEqual([`eu-central-1 eu.${SONNET}`]);
    expect(idsIn(poolOf(`global.${SONNET}`))).toHaveLength(5);
  });

  it('calls no profile of which it is not known where it sends requests', () => {
    const pool = poolOf(`us-gov.${SONNET}`);
    expect(pool).toEqual({ ok: false, reason: 'profile-not-known' });
  });

  it('leaves out regions that do not serve a model', () => {
    expect(idsIn(poolOf('deepseek.r1-v1:0'))).toEqual(['us-east-1 us.deepseek.r1-v1:0']);
    expect(poolOf('deepseek.r1-v1:0', { region: 'eu-central-1' })).toEqual({
      ok: false,
      reason: 'region-not-served',
    });
  });

  it('uses the first API that both sides speak, and leaves out providers that speak none', () => {
    const chat = poolOf('gpt-oss-120b', { apis: ['chat', 'converse'] });
    expect(chat.ok && chat.endpoints.map(({ provider, api }) => [provider, api])).toEqual([
      ['neuro', 'chat'],
      ...regions.map(() => ['bedrock', 'chat']),
    ]);
    const converse = poolOf('gpt-oss-120b');
    expect(converse.ok && new Set(converse.endpoints.map(({ provider }) => provider))).toEqual(
      new Set(['bedrock']),
    );
    expect(poolOf('neuro-coder')).toEqual({ ok: false, reason: 'api-not-served' });
  });

  it('prices each endpoint by the profile that serves it', () => {
    const pool = poolOf('claude-sonnet-4-5');
    expect(
      pool.ok && pool.endpoints.every(({ model, upstreamModel }) => model === upstreamModel),
    ).toBe(true);
  });
});
