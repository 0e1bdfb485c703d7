import { describe, expect, test } from 'vitest';
import { builtInCards } from '../../domain/pricing/built-in-cards.ts';
import { CARD, eventOf, openModelDesk, SONNET } from '../support/model-desk.ts';

const ARN = 'arn:aws:bedrock:us-east-1:123456789012:';
const HOUR_MS = 3_600_000;
const AN_HOUR_AGO = new Date(Date.now() - HOUR_MS).toISOString();

const desk = openModelDesk();

/** What a message says to send. */
const REQUEST = /PUT (\/v1\/rate-cards\/\S+) \((.*)\)/;
const FROM = /"effectiveFrom": "([^"]+)" or earlier/;
const VALUES: Record<string, unknown> = {
  inputUsdPerMillion: '1',
  outputUsdPerMillion: '2',
  batchPercent: 50,
  flexPercent: 50,
  priorityPercent: 175,
  fastPercent: 600,
  imageVariants: { small: '0.01' },
  geographic: { us: { inputUsdPerMillion: '1.1', outputUsdPerMillion: '2.2' } },
  units: { codeExecutions: '0.03' },
  sameAs: SONNET,
};

/** Does what a message says, with a price for each member that it names. */
async function follow(message: string): Promise<void> {
  const [, path = '', members = ''] = REQUEST.exec(message) ?? [];
  const model = decodeURIComponent(path.slice('/v1/rate-cards/'.length));
  const names = [...members.matchAll(/"(\w+)"(?=[,)]| )/g)].map(([, name = '']) => name);
  const body = Object.fromEntries(
    names.flatMap((name) => (name in VALUES ? [[name, VALUES[name]]] : [])),
  );
  expect(Object.keys(body).length, message).toBeGreaterThan(0);
  const [, effectiveFrom] = FROM.exec(message) ?? [];
  expect(effectiveFrom, message).toBeDefined();
  await desk.ok(CARD, { params: { model }, body: { ...body, effectiveFrom } });
}

const errorsOf = (json: Record<string, unknown>) =>
  (json['errors'] ?? json['rejected'] ?? []) as { field: string; message: string }[];

const WITHOUT_BATCH = builtInCards
  .values()
  .flat()
  .find(
    ({ model, batchPercent, knownRegions }) =>
      batchPercent === undefined && knownRegions !== undefined && !model.includes('embed'),
  )?.model;

const IMAGES = { usage: { inputTokens: 10, outputTokens: 0, images: 1 } };
/** Usage as Anthropic reports it, with what served the request. */
const answeredBy = (served: object) => ({
  usage: undefined,
  providerUsage: { input_tokens: 10, output_tokens: 1, cache_read_input_tokens: 0, ...served },
});

const RETIRED = 'zai.glm-4.7';

describe('a message about an unknown price', () => {
  test.each([
    ['an unknown model', { model: 'own/model:7' }],
    ['a variant', { model: 'openrouter/openai/gpt-4o:free' }],
    ['a profile', { model: `${ARN}application-inference-profile/abc` }],
    ['provisioned throughput', { model: `${ARN}provisioned-model/abc` }],
    ['a tier', { model: WITHOUT_BATCH, serviceTier: 'batch' }],
    ['another tier', { model: WITHOUT_BATCH, serviceTier: 'priority' }],
    ['an image variant', { model: 'amazon.nova-canvas', imageVariant: 'small', ...IMAGES }],
    ['a fast mode', { model: 'claude-haiku-4-5', ...answeredBy({ speed: 'fast' }) }],
    ['a place of an answer', { model: 'claude-haiku-4-5', ...answeredBy({ inference_geo: 'us' }) }],
    ['a unit', { usage: { inputTokens: 10, outputTokens: 1, codeExecutions: 1 } }],
    ['a tier of a place', { model: 'anthropic.claude-sonnet-4-6', serviceTier: 'flex' }],
  ])('of %s is solved by what it says, at the first try', async (_, over) => {
    const event = eventOf({ at: AN_HOUR_AGO, ...over });
    const refused = await desk.ask('POST /v1/usage', { body: { events: [event] } });
    const [error] = errorsOf(refused.json);
    expect(error?.message, refused.text).toMatch(REQUEST);
    await follow(error?.message ?? '');
    expect((await desk.send(event)).json).toMatchObject({ accepted: 1, rejected: [] });
  });

  test('is not needed for a name with a context window', async () => {
    const event = eventOf({ model: 'claude-sonnet-4-5[1m]' });
    expect((await desk.send(event)).json).toMatchObject({ accepted: 1, rejected: [] });
    const reserved = await desk.reserve({ model: `us.${SONNET}[1m]` });
    expect(reserved.status, reserved.text).toBe(201);
    expect((await desk.stateOf(reserved))['model']).toBe(`us.${SONNET}`);
  });

  test('of a card that begins later is solved by what it says', async () => {
    const params = { model: 'own.later' };
    const body = { inputUsdPerMillion: '1', outputUsdPerMillion: '2' };
    await desk.ok(CARD, { params, body });
    const event = eventOf({ at: AN_HOUR_AGO, model: 'own.later' });
    const refused = await desk.ask('POST /v1/usage', { body: { events: [event] } });
    await follow(errorsOf(refused.json)[0]?.message ?? '');
    expect((await desk.send(event)).json).toMatchObject({ accepted: 1 });
  });

  test('of a price that ended names the day and the reason, and is solved by what it says', async () => {
    const params = { model: 'own.promotion' };
    const effectiveUntil = new Date(Date.now() - 2 * HOUR_MS).toISOString();
    await desk.ok(CARD, {
      params,
      body: {
        inputUsdPerMillion: '1',
        outputUsdPerMillion: '2',
        effectiveFrom: '2026-01-01T00:00:00Z',
        effectiveUntil,
        endReason: 'promotion',
      },
    });
    const event = eventOf({ at: AN_HOUR_AGO, model: 'own.promotion' });
    const refused = await desk.ask('POST /v1/usage', { body: { events: [event] } });
    const message = errorsOf(refused.json)[0]?.message ?? '';
    expect(message).toContain(`ended on ${effectiveUntil.slice(0, 10)} (promotion)`);
    await follow(message);
    expect((await desk.send(event)).json).toMatchObject({ accepted: 1 });
  });

  test('of a reservation, and of another model at settlement, is solved by what it says', async () => {
    const refused = await desk.reserve({ model: 'own.reserved' });
    expect(refused.status).toBe(422);
    await follow(errorsOf(refused.json)[0]?.message ?? '');
    const reserved = await desk.reserve({ model: 'own.reserved' });
    expect(reserved.status).toBe(201);
    const params = { id: String(reserved.json['reservationId']) };
    const body = { model: 'own.served', usage: { inputTokens: 10, outputTokens: 1 } };
    const settle = 'POST /v1/reservations/{id}/settle';
    const unpriced = await desk.ask(settle, { params, body });
    expect(unpriced.status).toBe(422);
    await follow(errorsOf(unpriced.json)[0]?.message ?? '');
    await desk.ok(settle, { params, body });
  });

  test('of a unit in a reservation is solved by what it says', async () => {
    const over = { units: { codeExecutions: 2 } };
    const refused = await desk.reserve(over);
    expect(refused.status, refused.text).toBe(422);
    await follow(errorsOf(refused.json)[0]?.message ?? '');
    expect((await desk.reserve(over)).status).toBe(201);
  });

  test('of a model that another name shall stand for is solved by what it says', async () => {
    const params = { model: `${ARN}application-inference-profile/xyz` };
    const body = { sameAs: RETIRED, effectiveFrom: '2027-04-01T00:00:00Z' };
    const refused = await desk.ask(CARD, { params, body });
    expect(errorsOf(refused.json)[0]?.message).toContain('ended on 2027-03-30 (AWS retires');
  });
});
