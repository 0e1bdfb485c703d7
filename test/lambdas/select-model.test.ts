import { describe, expect, test } from 'vitest';
import { createHash } from 'node:crypto';
import { HAIKU, openModelDesk, OPUS, SONNET } from '../support/model-desk.ts';

const SELECT = 'POST /v1/selections';
const MODEL = 'PUT /v1/models/{model}';
const CONTROL = 'POST /v1/controls';
const desk = openModelDesk();

const asking = (over: object = {}) => ({
  system: 'relaycore',
  userId: 'ada',
  inputTokens: 10_000,
  maxOutputTokens: 1_000,
  ...over,
});
const select = (over: object = {}, budget?: unknown) =>
  desk.ask(SELECT, {
    body: { request: asking(over), ...(budget === undefined ? {} : { budget }) },
  });
type Option = { model: string; score: number; expectedCostUsd: string; reason: string };
const alternativesOf = (json: Record<string, unknown>) => json['alternatives'] as Option[];

describe('POST /v1/selections', () => {
  test('selects what the severity of the work needs, and says why not the others', async () => {
    const low = (await select({ severity: 'low' })).json;
    expect(low).toMatchObject({ model: 'amazon.nova-micro-v1:0', decision: 'proceed', score: 1 });
    const critical = (await select({ severity: 'critical' })).json;
    expect(critical).toMatchObject({
      model: 'anthropic.claude-opus-5-5',
      quality: 0.96,
      qualityUncertainty: 0.05,
      reason: expect.stringContaining('most accurate') as string,
    });
    expect(alternativesOf(critical).map(({ reason }) => reason)).toContain('less-accurate');
    expect(alternativesOf(low).map(({ reason }) => reason)).toContain('dearer');
    const high = (await select({ severity: 'high', minQuality: 0.9 })).json;
    expect(high).toMatchObject({ model: 'anthropic.claude-sonnet-5' });
  });

  test('names the model that a reservation then gets, also under a control and a small budget', async () => {
    const same = async (over: object) => {
      const selected = (await select(over)).json;
      const reserved = (await desk.reserve({ ...over })).json;
      expect([selected['model'], selected['decision']], JSON.stringify(over)).toEqual([
        reserved['model'],
        reserved['decision'],
      ]);
      return selected;
    };
    await desk.ok(CONTROL, {
      body: { scope: 'user', scopeId: 'ada', action: 'throttle', tier: 1, reason: 'test' },
    });
    const throttled = await same({ model: OPUS });
    expect(throttled).toMatchObject({ model: SONNET, control: { scope: 'user' } });
    await desk.setBudget('user', 'bob', '0.02');
    expect((await same({ model: SONNET, userId: 'cyd' }))['model']).toBe(SONNET);
    const short = await same({ model: SONNET, userId: 'bob' });
    expect(short).toMatchObject({ model: HAIKU, decision: 'downgrade' });
  });

  test('holds and writes nothing, and counts nothing', async () => {
    await desk.setBudget('user', 'ada', '1');
    const before = await desk.budgetOf('user', 'ada');
    expect((await select({ model: SONNET })).status).toBe(200);
    expect(await desk.budgetOf('user', 'ada')).toEqual(before);
  });

  test('keeps to the budget that it is given', async () => {
    const free = (await select({ model: OPUS })).json;
    expect(free['model']).toBe(OPUS);
    expect((await select({ model: OPUS }, '0.03')).json['model']).toBe(HAIKU);
    expect((await select({ model: OPUS }, { availableUsd: '0.03' })).json['model']).toBe(HAIKU);
    const none = await select({ model: OPUS }, '0.000001');
    expect(none.status).toBe(400);
    expect(none.json['errors']).toMatchObject([{ field: 'budget' }]);
  });

  test('refuses as a reservation would', async () => {
    await desk.setBudget('user', 'ada', '0.000001');
    const refused = await select({ model: SONNET });
    expect(refused.status).toBe(429);
    expect(refused.json['type']).toContain('budget-exceeded');
  });

  test('takes own models, made for the operation, for what they are good at', async () => {
    await desk.ok(MODEL, {
      params: { model: 'neuroweaver.extractor' },
      body: {
        provider: 'NeuroWeaver',
        family: 'extractor',
        contextTokens: 32_000,
        maxOutputTokens: 4_000,
        quality: 0.4,
        specialization: 'extraction',
        performanceScore: 0.99,
        recommendable: true,
        regions: ['eu-west-1'],
      },
    });
    await desk.ok('PUT /v1/rate-cards/{model}', {
      params: { model: 'neuroweaver.extractor' },
      body: { inputUsdPerMillion: '0.5', outputUsdPerMillion: '1' },
    });
    const critical = { severity: 'critical', operation: 'extraction' };
    expect((await select(critical)).json).toMatchObject({
      model: 'neuroweaver.extractor',
      quality: 0.99,
    });
    expect((await select({ ...critical, operation: 'chat' })).json['model']).toBe(
      'anthropic.claude-opus-5-5',
    );
    const elsewhere = (await select({ ...critical, region: 'us-east-1' })).json;
    expect(elsewhere['model']).toBe('anthropic.claude-opus-5-5');
    expect(elsewhere['region']).toBe('us-east-1');
  });
});

describe('a request that allows a loss of quality', () => {
  const put = (model: string, body: object) => desk.ok(MODEL, { params: { model }, body });
  const sure = (quality: number) => ({ quality, qualityUncertainty: 0.001 });

  test('is served by the cheapest model that keeps to it, in a selection and a reservation', async () => {
    await put(SONNET, sure(0.9));
    await put(HAIKU, sure(0.89));
    const wishes = { model: SONNET, maxQualityLoss: 0.05 };
    const selected = (await select(wishes)).json;
    expect(selected).toMatchObject({
      model: HAIKU,
      decision: 'downgrade',
      reason: expect.stringContaining('no more quality than the request allows') as string,
    });
    expect((await desk.reserve(wishes)).json).toMatchObject({
      model: HAIKU,
      decision: 'downgrade',
    });
    const strict = (await select({ ...wishes, maxQualityLoss: 0.001 })).json;
    expect(strict).toMatchObject({ model: SONNET, decision: 'proceed' });
    expect(alternativesOf(strict)).toMatchObject([{ model: HAIKU, reason: 'quality' }]);
  });

  test('is told where too little is known to promise that', async () => {
    await put(SONNET, sure(0.9));
    await put(HAIKU, { quality: 0.9, qualityUncertainty: 0.1 });
    const unsure = (await select({ model: SONNET, maxQualityLoss: 0.05 })).json;
    expect(unsure['model']).toBe(SONNET);
    expect(alternativesOf(unsure)).toMatchObject([{ model: HAIKU, reason: 'quality-unknown' }]);
  });

  test('has to name the model that the loss is measured against', async () => {
    const refused = await select({ maxQualityLoss: 0.05 });
    expect(refused.status).toBe(400);
    expect(refused.json['errors']).toMatchObject([{ field: 'request.maxQualityLoss' }]);
  });
});

describe('a model whose quality is assumed', () => {
  const GROK = 'xai.grok-4.3';

  test('serves only those who name it, and says so', async () => {
    const named = (await select({ model: GROK })).json;
    expect(named).toMatchObject({
      model: GROK,
      qualityUncertainty: 0.2887,
      assumed: ['quality', 'latencyMs', 'apis'],
      reason: expect.stringContaining('assumed, not measured') as string,
    });
    const choice = { candidates: [GROK, HAIKU], severity: 'critical', minQuality: 0.5 };
    const chosen = (await select(choice)).json;
    expect(chosen['model']).toBe(HAIKU);
    expect(alternativesOf(chosen)).toMatchObject([{ model: GROK, reason: 'quality-unknown' }]);
  });

  test('is measured once the organization says so', async () => {
    await desk.ok(MODEL, { params: { model: GROK }, body: { quality: 0.9 } });
    const chosen = (await select({ candidates: [GROK, HAIKU], severity: 'critical' })).json;
    expect(chosen).toMatchObject({ model: GROK, assumed: ['latencyMs', 'apis'] });
  });
});

describe('what a switch saves', () => {
  const turn = { sessionId: 'saved', userId: 'ada', model: SONNET, inputTokens: 100_000 };
  const cached = { inputTokens: 1_000, outputTokens: 500, cacheWriteTokens: 99_000 };
  /** At list prices, Haiku wrote the whole prompt; Sonnet would have read 99,000 tokens of it. */
  const ASKED_USD = (99_000 * 0.3 + 1_000 * 3.75 + 500 * 15) / 1e6;
  const SERVED_USD = (100_000 * 1.25 + 500 * 5) / 1e6;

  test('is one figure, net of the lost cache, in answers, records and reports', async () => {
    await desk.settle(await desk.reserve(turn), { usage: cached });
    await desk.setBudget('user', 'ada', '0.2');
    const moved = await desk.reserve(turn);
    expect(moved.json).toMatchObject({ model: HAIKU, decision: 'downgrade' });
    expect((await desk.stateOf(moved))['savedUsd']).toBe(moved.json['savedUsd']);
    const usage = { inputTokens: 0, outputTokens: 500, cacheWriteTokens: 100_000 };
    const settled = (await desk.settle(moved, { usage })).json;
    const savedUsd = (ASKED_USD - SERVED_USD).toFixed(9);
    expect(Number(savedUsd)).toBeLessThan(0);
    expect(settled).toMatchObject({ settledUsd: SERVED_USD.toFixed(9), savedUsd });
    expect(await desk.stateOf(moved)).toMatchObject({ savedUsd });
    await desk.aggregate(moved);
    const { lostCacheUsd } = settled;
    const record = (await desk.ok('GET /v1/usage', { query: { userId: 'ada' } })).json['items'];
    expect(record).toMatchObject([{ savedUsd, lostCacheUsd }]);
    const report = (await desk.ok('GET /v1/reports/costs', { query: { groupBy: 'user' } })).json;
    expect(report).toMatchObject({
      total: { savedUsd, lostCacheUsd },
      groups: [{ key: 'ada', savedUsd, lostCacheUsd }],
    });
    const csv = await desk.ok('GET /v1/reports/costs', { query: { format: 'csv' } });
    expect(csv.text).toContain(`,${savedUsd},${String(lostCacheUsd)}`);
  });

  test('is nothing if the asked model serves it after all, and is absent without a switch', async () => {
    await desk.setBudget('user', 'ada', '0.2');
    const moved = await desk.reserve(turn);
    expect(moved.json).toMatchObject({ model: HAIKU });
    expect(Number(moved.json['savedUsd'])).toBeGreaterThan(0);
    const usage = { inputTokens: 1_000, outputTokens: 100 };
    const settled = (await desk.settle(moved, { usage, model: SONNET })).json;
    expect(settled).toMatchObject({ savedUsd: '0.000000000', lostCacheUsd: '0.000000000' });
    const plain = await desk.reserve({ userId: 'bob' });
    expect(plain.json).not.toHaveProperty('savedUsd');
    expect((await desk.settle(plain, { usage })).json).not.toHaveProperty('savedUsd');
  });
});

describe('a conversation', () => {
  test('is priced where it was served last, if the request names no region', async () => {
    const turn = { sessionId: 'placed', userId: 'ada', model: SONNET };
    const first = await desk.reserve(turn);
    expect(first.json['region']).toBeUndefined();
    await desk.settle(first, {
      usage: { inputTokens: 1_000, outputTokens: 100 },
      region: 'eu-west-1',
    });
    expect((await desk.reserve(turn)).json['region']).toBe('eu-west-1');
    expect((await desk.reserve({ ...turn, region: 'us-east-1' })).json['region']).toBe('us-east-1');
    expect((await desk.reserve({ ...turn, sessionId: 'new' })).json['region']).toBeUndefined();
  });
});

describe('a conversation with a warm cache', () => {
  const session = { sessionId: createHash('sha1').update('warm').digest('hex'), userId: 'ada' };
  const usage = { inputTokens: 1_000, outputTokens: 500, cacheWriteTokens: 99_000 };

  test('stays with its model under a throttle, until a switch pays', async () => {
    const turn = { ...session, model: SONNET, inputTokens: 100_000 };
    await desk.ok(CONTROL, {
      body: {
        scope: 'user',
        scopeId: 'ada',
        action: 'throttle',
        tier: 1,
        spares: 'critical',
        reason: 'test',
      },
    });
    await desk.settle(await desk.reserve({ ...turn, severity: 'critical' }), { usage });
    expect((await desk.reserve(turn)).json).toMatchObject({ model: SONNET, decision: 'proceed' });
    const other = await desk.reserve({ ...turn, sessionId: 'cold' });
    expect(other.json).toMatchObject({
      model: HAIKU,
      decision: 'downgrade',
      lostCacheUsd: '0.000000000',
    });
    expect(Number(other.json['savedUsd'])).toBeGreaterThan(0);
  });

  test('is moved by a budget without room, and the answer says what that loses', async () => {
    const turn = { ...session, sessionId: 'short', model: SONNET, inputTokens: 100_000 };
    await desk.settle(await desk.reserve(turn), { usage });
    await desk.setBudget('user', 'ada', '0.2');
    const moved = (await desk.reserve(turn)).json;
    expect(moved).toMatchObject({ model: HAIKU, decision: 'downgrade' });
    // Nearly all of the prompt would have been read for a tenth of its price, and is written again.
    expect(Number(moved['savedUsd'])).toBeLessThan(0);
    expect(Number(moved['lostCacheUsd'])).toBeGreaterThan(0);
  });
});
