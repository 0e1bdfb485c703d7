import { describe, expect, test } from 'vitest';
import {
  aiRequest,
  CARD,
  eventOf,
  HAIKU,
  openModelDesk,
  OPUS,
  SONNET,
} from '../support/model-desk.ts';

const { aggregate, ask, ok, organizationId, reserve, send, setBudget, settle, stateOf } =
  openModelDesk();

describe('the models that may serve a request', () => {
  /** Room for haiku, and for nothing dearer. */
  const tight = () => setBudget('user', 'ada', '0.02');

  test('are those that the caller names, and their cheaper siblings where none are named', async () => {
    await tight();
    expect((await reserve({ model: OPUS })).json).toMatchObject({
      decision: 'downgrade',
      model: HAIKU,
    });
    await setBudget('user', 'ada', '0.04');
    const closed = await reserve({ model: undefined, candidates: [OPUS, SONNET] });
    expect(closed.status, closed.text).toBe(429);
    const named = await reserve({ model: OPUS, candidates: [SONNET, HAIKU] });
    expect(named.json).toMatchObject({ decision: 'downgrade', model: HAIKU });
    const prediction = named.json['prediction'] as { alternatives: { model: string }[] };
    expect(prediction.alternatives.map(({ model }) => model)).toEqual([SONNET, HAIKU]);
  });

  test('are one where the caller says no to downgrades', async () => {
    await tight();
    expect((await reserve({ model: OPUS, downgrade: false })).status).toBe(429);
    const candidates = [OPUS, HAIKU];
    const refused = await reserve({ model: OPUS, candidates, downgrade: false });
    expect(refused.status).toBe(429);
    const open = await reserve({ model: undefined, candidates, downgrade: false });
    expect(open.json).toMatchObject({ decision: 'proceed', model: HAIKU });
  });

  test('are the same in a prediction', async () => {
    const alternativesOf = async (over: object) => {
      const { json } = await ok('POST /v1/predictions', { body: aiRequest(over) });
      return (json['alternatives'] as { model: string }[]).map(({ model }) => model);
    };
    expect(await alternativesOf({ model: OPUS })).toContain(HAIKU);
    expect(await alternativesOf({ model: OPUS, candidates: [SONNET] })).toEqual([SONNET]);
    expect(await alternativesOf({ model: OPUS, downgrade: false })).toEqual([]);
  });

  test('do not escape a control that asks for a cheaper one', async () => {
    const control = { scope: 'user', scopeId: 'ada', action: 'throttle', tier: 1, reason: 'test' };
    await ok('POST /v1/controls', { body: control });
    expect((await reserve({ model: OPUS })).json['model']).not.toBe(OPUS);
    for (const over of [{ downgrade: false }, { candidates: [OPUS] }]) {
      const { status, json } = await reserve({ model: OPUS, ...over });
      expect([status, json['code']]).toEqual([429, 'control_in_force']);
    }
    expect((await reserve({ model: HAIKU, downgrade: false })).status).toBe(201);
  });
});

describe('a model that its organization runs itself', () => {
  const LLAMA = 'own.llama';
  const free = { inputUsdPerMillion: '0', outputUsdPerMillion: '0' };

  test('is free only where the source of its price says so', async () => {
    const { status, json } = await ask(CARD, { params: { model: LLAMA }, body: free });
    expect(status).toBe(400);
    expect(json['errors']).toMatchObject([
      { field: 'inputUsdPerMillion' },
      { field: 'outputUsdPerMillion' },
    ]);
    const body = { ...free, source: 'our own machines' };
    await ok(CARD, { params: { model: LLAMA }, body });
    const predicted = await ok('POST /v1/predictions', { body: aiRequest({ model: LLAMA }) });
    expect(predicted.json).toMatchObject({
      expectedCostUsd: '0.000000000',
      ceilingUsd: '0.000000000',
      confidence: 1,
    });
    const step = { request: aiRequest({ model: LLAMA }), times: 3 };
    const workflow = await ok('POST /v1/predictions', { body: { steps: [step] } });
    expect(workflow.json).toMatchObject({ upperBoundUsd: '0.000000000' });
    expect(workflow.text).not.toContain('null');
  });

  test.each(['exact', 'escrow'])(
    'is admitted by an overdrawn budget that is %s, and held back by a control',
    async (mode) => {
      const body = { ...free, source: 'our own machines' };
      await ok(CARD, { params: { model: LLAMA }, body });
      await setBudget('user', 'ada', '0.001', { mode });
      await setBudget('organization', organizationId(), '0.001', { mode });
      await send(eventOf({ usage: { inputTokens: 0, outputTokens: 1_000_000 } }));
      expect((await reserve()).status).toBe(429);
      const reserved = await reserve({ model: LLAMA });
      expect(reserved.json).toMatchObject({ decision: 'proceed', allocatedUsd: '0.000000000' });
      const settled = await settle(reserved, { usage: { inputTokens: 10_000, outputTokens: 500 } });
      expect(settled.json).toMatchObject({ settledUsd: '0.000000000' });
      const control = { scope: 'model', scopeId: LLAMA, action: 'disable', reason: 'test' };
      await ok('POST /v1/controls', { body: control });
      await new Promise((later) => setTimeout(later, 2_100));
      expect((await reserve({ model: LLAMA })).json['code']).toBe('control_in_force');
    },
  );
});

describe('an event sent again with other content', () => {
  test('is a conflict that names the field, against the batch and what is recorded', async () => {
    const event = eventOf();
    const dearer = { ...event, usage: { inputTokens: 1_000, outputTokens: 900 } };
    const within = await send(event, dearer, event);
    expect(within.json).toMatchObject({
      accepted: 1,
      duplicates: 1,
      rejected: [{ index: 1, code: 'conflict', field: 'usage.outputTokens' }],
    });
    const later = await send(event, { ...event, userId: 'bob' }, dearer);
    expect(later.json).toMatchObject({
      accepted: 0,
      duplicates: 1,
      rejected: [
        { index: 1, code: 'conflict', field: 'userId' },
        { index: 2, code: 'conflict', field: 'usage.outputTokens' },
      ],
    });
  });
});

describe('a stated cost that is far from the price', () => {
  test('is taken, marked, and told in reports', async () => {
    const reserved = await reserve({ departmentId: 'research' });
    const body = { usage: { inputTokens: 100_000, outputTokens: 10_000 }, actualCostUsd: '0' };
    const settled = await settle(reserved, body);
    expect(settled.json['settledUsd']).toBe('0.000000000');
    expect((await stateOf(reserved))['deviations']).toEqual(['below-price']);
    await aggregate(reserved);
    const [record] = (await ok('GET /v1/usage', {})).json['items'] as Record<string, unknown>[];
    expect(record).toMatchObject({ costUsd: '0.000000000', deviations: ['below-price'] });
    const day = { from: today(), to: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10) };
    const report = await ok('GET /v1/reports/costs', { query: { ...day, groupBy: 'user' } });
    expect(report.json).toMatchObject({
      total: { requests: 1, deviatingRequests: 1 },
      groups: [{ key: 'ada', costUsd: '0.000000000', deviatingRequests: 1 }],
    });
    const csv = await ok('GET /v1/reports/costs', {
      query: { ...day, groupBy: 'user', format: 'csv' },
    });
    expect(csv.text).toMatch(
      /,deviatingRequests,savedUsd,lostCacheUsd,displayName,timeZone\r\n.*,1,0.000000000,0.000000000,,UTC\r\n/,
    );
    const chargeback = await ok('GET /v1/reports/chargeback', { query: day });
    expect(chargeback.json['departments']).toMatchObject([
      { departmentId: 'research', deviatingRequests: 1 },
    ]);
  });

  const today = (): string => new Date().toISOString().slice(0, 10);
});
