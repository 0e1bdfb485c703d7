import { stores } from '../../composition/stores.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHandler as createIngestUsage } from '../../lambdas/ingest-usage/handler.ts';
import { createHandler as createSettle } from '../../lambdas/reserve/handler.ts';
import { createReservation } from '../../services/reservations/create-reservation.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { NOON } from '../support/postings.ts';
import { MODEL, reservingOn } from '../support/reserving.ts';
import { callOf } from '../support/call.ts';

const SETTLE = 'POST /v1/reservations/{id}/settle';
const INGEST = 'POST /v1/usage';

/**
 * The same request as each provider reports it: 100 plain input, 30 read from a cache, 40 output.
 */
const USAGE = { inputTokens: 100, outputTokens: 40, cacheReadTokens: 30, cacheWriteTokens: 0 };
const REPORTED = {
  converse: { inputTokens: 100, outputTokens: 40, totalTokens: 170, cacheReadInputTokens: 30 },
  anthropic: { input_tokens: 100, output_tokens: 40, cache_read_input_tokens: 30 },
  'openai chat': {
    prompt_tokens: 130,
    completion_tokens: 40,
    prompt_tokens_details: { cached_tokens: 30 },
    completion_tokens_details: { reasoning_tokens: 25 },
  },
  'openai responses': {
    input_tokens: 130,
    output_tokens: 40,
    input_tokens_details: { cached_tokens: 30 },
    output_tokens_details: { reasoning_tokens: 25 },
  },
  gemini: {
    promptTokenCount: 130,
    cachedContentTokenCount: 30,
    candidatesTokenCount: 15,
    thoughtsTokenCount: 25,
  },
  nova: { inputTokens: 100, outputTokens: 40, cacheReadInputTokenCount: 30 },
};
const PLAIN = {
  titan: {
    inputTextTokenCount: 100,
    results: [{ tokenCount: 40, outputText: 'not kept', completionReason: 'FINISH' }],
  },
  llama: { prompt_token_count: 100, generation_token_count: 40, generation: 'not kept' },
  mistral: { prompt_tokens: 100, completion_tokens: 40, total_tokens: 140 },
};

let store: EmbeddedStore;
let deps: ReturnType<typeof reservingOn>;
let settle: unknown;
let ingest: unknown;
beforeAll(async () => {
  store = await startEmbeddedStore();
  deps = reservingOn(store.db);
  const edge = { now: () => NOON, sentKeys: stores(store.db).sentKeys };
  settle = createSettle({ ...deps, ...edge });
  ingest = createIngestUsage({ ...deps, ...edge, rateCards: stores(store.db).rateCards });
});
afterAll(() => store.close());

async function reserved(): Promise<{ id: string }> {
  const request = { system: 'relaycore', userId: 'ada', model: MODEL, inputTokens: 1_000 };
  const outcome = await createReservation(deps, callOf('acme', NOON), request, undefined);
  if (outcome.kind !== 'reserved') throw new Error('rejected');
  return { id: outcome.entry.entryId };
}

const event = (eventId: string, facts: object) => ({
  eventId,
  at: new Date(NOON).toISOString(),
  system: 'relaycore',
  userId: 'ada',
  model: MODEL,
  ...facts,
});

/** Haiku 4.5: 1 USD in, 5 out, 0.10 read, per million tokens. */
const COST = '0.000303000';

describe('usage as the provider reports it', () => {
  test.each(Object.entries(REPORTED))(
    'settles %s as if it were counted by hand, each token once',
    async (_, providerUsage) => {
      const params = await reserved();
      const body = { providerUsage };
      const { status, json } = await call(settle, SETTLE, { params, body });
      expect(status).toBe(200);
      expect(json['settledUsd']).toBe(COST);
      expect((await deps.ledger.getReservation(params.id))?.usage).toEqual(USAGE);
      // The same figures in either form are the same settlement.
      const again = await call(settle, SETTLE, { params, body: { usage: USAGE } });
      expect(again.json).toEqual(json);
      const other = { providerUsage: { inputTokens: 1, outputTokens: 1 } };
      expect((await call(settle, SETTLE, { params, body: other })).status).toBe(409);
    },
  );

  test.each(Object.entries(PLAIN))(
    'takes a body of %s, and keeps its counts alone',
    async (name, providerUsage) => {
      const body = { events: [event(`event-${name}`, { providerUsage })] };
      const { json } = await call(ingest, INGEST, { body });
      expect(json).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
      const entry = await deps.ledger.getCharge('acme', 'relaycore', `event-${name}`);
      expect(entry?.usage).toEqual({ ...USAGE, cacheReadTokens: 0 });
      const kept = JSON.stringify(entry, (__, value: unknown) =>
        typeof value === 'bigint' ? value.toString() : value,
      );
      expect(kept).not.toContain('not kept');
    },
  );

  test('costs what its service tier costs', async () => {
    const facts = { providerUsage: REPORTED.converse };
    const events = [
      event('in-batch', { ...facts, serviceTier: 'batch' }),
      event('in-flex', { ...facts, serviceTier: 'flex' }),
    ];
    const { json } = await call(ingest, INGEST, { body: { events } });
    expect(json).toMatchObject({ accepted: 1, rejected: [{ index: 1, field: 'serviceTier' }] });
    const entry = await deps.ledger.getCharge('acme', 'relaycore', 'in-batch');
    expect(entry?.chargedNanoUsd).toBe(151_500n);
  });

  test('needs no shape named where every shape reads the same', async () => {
    const providerUsage = { input_tokens: 100, output_tokens: 40 };
    const params = await reserved();
    const plain = await call(settle, SETTLE, { params, body: { providerUsage } });
    expect(plain.status).toBe(200);
    const body = { providerUsage, usageShape: 'openai-responses' };
    expect((await call(settle, SETTLE, { params, body })).json).toEqual(plain.json);
  });

  test.each([
    ['usage', {}],
    ['providerUsage', { usage: USAGE, providerUsage: REPORTED.converse }],
    ['providerUsage', { providerUsage: { tokens: 5 } }],
    ['providerUsage', { providerUsage: 'many' }],
    ['providerUsage.outputTokens', { providerUsage: { inputTokens: 5 } }],
    [
      'providerUsage',
      {
        providerUsage: {
          prompt_tokens: 1,
          completion_tokens: 1,
          prompt_tokens_details: { cached_tokens: 2 },
        },
      },
    ],
    ['usageShape', { usage: USAGE, usageShape: 'titan' }],
    ['usageShape', { providerUsage: REPORTED.converse, usageShape: 'no-such-shape' }],
  ])('is refused naming %s in %j', async (field, body) => {
    const { status, json } = await call(settle, SETTLE, { params: await reserved(), body });
    expect(status).toBe(400);
    expect((json['errors'] as { field: string }[]).map((error) => error.field)).toContain(field);
    const ingested = await call(ingest, INGEST, { body: { events: [event('wrong', body)] } });
    expect(ingested.json).toMatchObject({ accepted: 0, rejected: [{ index: 0, field }] });
  });

  test.each([
    ['no known shape', { providerUsage: { tokens: 5 } }, ['UnreadUsage']],
    [
      'an unknown member',
      { providerUsage: { ...REPORTED.anthropic, holograms: 5 } },
      ['UnreadUsage'],
    ],
    [
      'a contradiction',
      { providerUsage: { ...PLAIN.mistral, total_tokens: 139 } },
      ['UnreadUsage'],
    ],
    [
      'a unit without a price',
      { providerUsage: { ...REPORTED.anthropic, server_tool_use: { code_execution_requests: 1 } } },
      ['UnknownPrices'],
    ],
    ['a tier without a price', { usage: USAGE, serviceTier: 'flex' }, ['UnknownPrices']],
    ['a field that is invalid', { usage: USAGE, region: 5 }, []],
  ])('counts a rejected event for %s where operators look for it', async (_, facts, metrics) => {
    deps.telemetry.metrics.length = 0;
    const { json } = await call(ingest, INGEST, { body: { events: [event('refused', facts)] } });
    expect(json).toMatchObject({ accepted: 0, rejected: [{ index: 0 }] });
    expect(json['rejected']).not.toMatchObject([{ cause: expect.anything() as unknown }]);
    const names = deps.telemetry.metrics.map((metric) => metric.name);
    expect(names.filter((each) => each.startsWith('Un'))).toEqual(metrics);
  });

  test('counts each member of a settlement that it took without a price', async () => {
    deps.telemetry.metrics.length = 0;
    const providerUsage = { ...REPORTED.anthropic, holograms: 5, gestures: 1 };
    const answer = await call(settle, SETTLE, {
      params: await reserved(),
      body: { providerUsage },
    });
    expect([answer.status, answer.json['unreadMembers']]).toEqual([
      200,
      ['providerUsage.holograms', 'providerUsage.gestures'],
    ]);
    expect(deps.telemetry.metrics).toContainEqual({
      name: 'UnreadMembers',
      value: 2,
      dimensions: {},
    });
  });
});
