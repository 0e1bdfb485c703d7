import { catalogServices } from '../../composition/catalog.ts';
import { stores } from '../../composition/stores.ts';
import { testWorld } from '../support/world.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHandler } from '../../lambdas/catalog/handler.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const SONNET = 'anthropic.claude-sonnet-4-6';
const LIST = 'GET /v1/models';
const GET = 'GET /v1/rate-cards/{model}';
const PUT = 'PUT /v1/rate-cards/{model}';

let store: EmbeddedStore;
let handler: unknown;
beforeAll(async () => {
  store = await startEmbeddedStore();
  const world = testWorld(() => NOW);
  handler = createHandler({ ...world, ...catalogServices(store.db, world) });
});
afterAll(() => store.close());

const items = (json: Record<string, unknown>) => json['items'] as Record<string, unknown>[];

describe('GET /v1/models', () => {
  test('lists every model once, page by page, with prices', async () => {
    const models: unknown[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: '25', ...(cursor === undefined ? {} : { cursor }) };
      const { status, json } = await call(handler, LIST, { query });
      expect(status).toBe(200);
      models.push(...items(json));
      cursor = json['nextCursor'] as string | undefined;
    } while (cursor !== undefined);
    const whole = await call(handler, LIST, { query: { limit: '500' } });
    expect(models).toEqual(items(whole.json));
    expect(models.length).toBeGreaterThan(100);
    expect(models).toContainEqual(
      expect.objectContaining({
        model: SONNET,
        provider: 'Anthropic',
        inputUsdPerMillion: '3.000000000',
        outputUsdPerMillion: '15.000000000',
        downgradeTo: 'anthropic.claude-haiku-4-5-20251001-v1:0',
      }),
    );
    const priced = items(whole.json).filter(({ inputUsdPerMillion }) => inputUsdPerMillion);
    expect(priced).toHaveLength(models.length);
  });

  test('refuses a cursor that it did not issue', async () => {
    const { status, json } = await call(handler, LIST, { query: { cursor: 'bm90aGluZw' } });
    expect(status).toBe(400);
    expect(json['errors']).toMatchObject([{ field: 'cursor' }]);
  });
});

describe('rate cards', () => {
  const body = { inputUsdPerMillion: '2.5', outputUsdPerMillion: 12, batchPercent: 40 };

  test('are shown with every dated card and the one in force', async () => {
    const { status, json } = await call(handler, GET, { params: { model: 'openai.gpt-5.6-sol' } });
    expect(status).toBe(200);
    expect(json['current']).toMatchObject({
      inputUsdPerMillion: '4.000000000',
      effectiveFrom: '2026-08-21T00:00:00.000Z',
      origin: 'built-in',
    });
    expect(json['cards']).toHaveLength(2);
  });

  test('are not found for an unknown model', async () => {
    expect((await call(handler, GET, { params: { model: 'nobody.knows' } })).status).toBe(404);
  });

  test('can be set by an organization for itself, and everybody sees who did it', async () => {
    const params = { model: SONNET };
    const put = await call(handler, PUT, { params, body, organizationId: 'setting' });
    expect(put.status).toBe(200);
    expect(put.json).toMatchObject({
      model: SONNET,
      origin: 'organization',
      inputUsdPerMillion: '2.500000000',
      outputUsdPerMillion: '12.000000000',
      batchPercent: 40,
      effectiveFrom: new Date(NOW).toISOString(),
    });
    const own = await call(handler, GET, { params, organizationId: 'setting' });
    expect(own.json['current']).toMatchObject({ origin: 'organization' });
    const other = await call(handler, GET, { params, organizationId: 'other' });
    expect(other.json['current']).toMatchObject({ origin: 'built-in' });
    const listed = await call(handler, LIST, {
      query: { limit: '500' },
      organizationId: 'setting',
    });
    expect(items(listed.json)).toContainEqual(
      expect.objectContaining({ model: SONNET, inputUsdPerMillion: '2.500000000' }),
    );
    expect(await stores(store.db).audit.listDay('setting', '2026-11-21')).toMatchObject([
      { actor: 'key-1', action: 'rate-card.put', target: SONNET, atMs: NOW },
    ]);
  });

  test('make a model known that nobody else knows', async () => {
    const model = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123';
    const put = await call(handler, PUT, { params: { model }, body, organizationId: 'profile' });
    expect(put.status).toBe(200);
    const { json } = await call(handler, GET, { params: { model }, organizationId: 'profile' });
    expect(json['current']).toMatchObject({ model });
  });

  test('say which model an application inference profile is, and follow its price', async () => {
    const model = 'arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/def456';
    const sameAs = `eu.${SONNET}`;
    const organizationId = 'alias';
    const put = await call(handler, PUT, { params: { model }, body: { sameAs }, organizationId });
    expect(put.status).toBe(200);
    expect(put.json).toMatchObject({ model, sameAs, inputUsdPerMillion: '3.300000000' });
    const { json } = await call(handler, GET, { params: { model }, organizationId });
    expect(json['current']).toMatchObject({ origin: 'built-in', model: SONNET });
    expect(json['cards']).toMatchObject([{ origin: 'organization', sameAs }]);
  });

  test('may be 0 where their source says so', async () => {
    const model = 'own.llama';
    const free = { inputUsdPerMillion: '0', outputUsdPerMillion: '0', cacheReadUsdPerMillion: '0' };
    const sourced = { ...free, source: 'our own machines' };
    const put = await call(handler, PUT, { params: { model }, body: sourced });
    expect(put.json).toMatchObject({
      inputUsdPerMillion: '0.000000000',
      source: 'our own machines',
    });
    const { json } = await call(handler, GET, { params: { model } });
    expect(json['current']).toMatchObject({ outputUsdPerMillion: '0.000000000' });
  });

  test('price images, tiers and places', async () => {
    const card = {
      ...body,
      imageUsd: '0.04',
      flexPercent: 50,
      priorityPercent: 175,
      geographic: { eu: { inputUsdPerMillion: '2.75', outputUsdPerMillion: '13.2' } },
    };
    const prices = { inputUsdPerMillion: '3', outputUsdPerMillion: '15' };
    const params = { model: 'own.image-model' };
    const { json } = await call(handler, PUT, { params, body: card, organizationId: 'units' });
    expect(json).toMatchObject({
      imageUsd: '0.040000000',
      flexPercent: 50,
      priorityPercent: 175,
      geographic: { eu: { inputUsdPerMillion: '2.750000000' } },
    });
    const long = { ...prices, aboveInputTokens: 200_000, inputUsdPerMillion: '6' };
    const places = { eu: { ...prices, longContext: long }, 'ap-south-1': prices };
    const { json: placed } = await call(handler, PUT, {
      params: { model: 'own.long-model' },
      body: { ...body, longContext: { ...long, inputUsdPerMillion: '7' }, geographic: places },
      organizationId: 'units',
    });
    expect(placed['geographic']).toMatchObject({
      eu: { longContext: { aboveInputTokens: 200_000, inputUsdPerMillion: '6.000000000' } },
    });
    const image = { params, body: { imageUsd: '0.05' }, organizationId: 'units' };
    expect((await call(handler, PUT, image)).json).toMatchObject({ imageUsd: '0.050000000' });
    const { json: shown } = await call(handler, GET, { params, organizationId: 'units' });
    expect(shown['current']).toMatchObject({ imageUsd: '0.050000000' });
  });

  test('may begin later, and do not price before', async () => {
    const params = { model: SONNET };
    const later = { ...body, effectiveFrom: '2026-12-01T00:00:00+01:00' };
    await call(handler, PUT, { params, body: later, organizationId: 'later' });
    const { json } = await call(handler, GET, { params, organizationId: 'later' });
    expect(json['current']).toMatchObject({ origin: 'built-in' });
    expect(json['cards']).toContainEqual(
      expect.objectContaining({ effectiveFrom: '2026-11-30T23:00:00.000Z' }),
    );
  });

  test('are shown oldest first, regardless of who set them', async () => {
    const model = 'openai.gpt-5.6-luna';
    const early = { ...body, effectiveFrom: '2026-01-01T00:00:00Z' };
    const asked = { params: { model }, organizationId: 'order' };
    await call(handler, PUT, { ...asked, body: early });
    const { json } = await call(handler, GET, asked);
    const cards = json['cards'] as { effectiveFrom: string; origin: string }[];
    expect(
      cards.map(({ effectiveFrom, origin }) => `${effectiveFrom.slice(0, 10)} ${origin}`),
    ).toEqual(['2023-01-01 built-in', '2026-01-01 organization', '2026-07-30 built-in']);
  });

  test.each([
    [{ ...body, inputUsdPerMillion: '0' }, 'inputUsdPerMillion'],
    [{ ...body, outputUsdPerMillion: '0' }, 'outputUsdPerMillion'],
    [
      { ...body, geographic: { eu: { inputUsdPerMillion: '0', outputUsdPerMillion: '1' } } },
      'geographic.eu.inputUsdPerMillion',
    ],
    [{ imageUsd: '0' }, 'imageUsd'],
    [
      { ...body, cacheWriteOneHourUsdPerMillion: '0', source: 'our own machines' },
      'cacheWriteOneHourUsdPerMillion',
    ],
    [{ ...body, inputUsdPerMillion: '-1' }, 'inputUsdPerMillion'],
    [{ ...body, outputUsdPerMillion: 'free' }, 'outputUsdPerMillion'],
    [{ inputUsdPerMillion: '1' }, 'outputUsdPerMillion'],
    [{ ...body, discount: 10 }, 'discount'],
    [{ ...body, batchPercent: 101 }, 'batchPercent'],
    [{ ...body, effectiveFrom: 'tomorrow' }, 'effectiveFrom'],
    [{ ...body, sameAs: SONNET }, 'inputUsdPerMillion'],
    [{ sameAs: 'nobody.knows' }, 'sameAs'],
    [{ ...body, priorityPercent: 99 }, 'priorityPercent'],
    [{ ...body, geographic: { mars: { inputUsdPerMillion: '1' } } }, 'geographic.mars'],
    [
      {
        imageUsd: '1',
        longContext: { aboveInputTokens: 1, inputUsdPerMillion: 1, outputUsdPerMillion: 1 },
      },
      'longContext',
    ],
    [{ ...body, longContext: { aboveInputTokens: 1 } }, 'longContext.inputUsdPerMillion'],
  ])('refuse %j, naming %s, and write nothing', async (wrong, field) => {
    const params = { model: SONNET };
    const { status, json } = await call(handler, PUT, { params, body: wrong, organizationId: 'w' });
    expect(status).toBe(400);
    expect((json['errors'] as { field: string }[])[0]?.field).toBe(field);
    const kept = await stores(store.db).rateCards.get('w', SONNET);
    expect(kept.version).toBe(0);
  });

  test('are set by operators and admins only', async () => {
    const params = { model: SONNET };
    for (const role of ['viewer', 'caller'] as const) {
      expect((await call(handler, PUT, { params, body, role })).status).toBe(403);
      expect((await call(handler, GET, { params, role })).status).toBe(200);
    }
  });
});

describe('predictors', () => {
  const VERSIONS = 'GET /v1/predictors';
  const PROMOTE = 'PUT /v1/predictors/active';

  test('are shown, rolled out to a share of users, and rolled back by one call', async () => {
    const { artifacts } = stores(store.db);
    const version = 'regression-2026-11-21T02:15:00.000Z';
    const metrics = {
      fittedOn: 800,
      testedOn: 200,
      logError: 0.5,
      baselineLogError: 0.6,
      cover: 0.95,
    };
    const before = await call(handler, VERSIONS, {});
    expect(before.json).toEqual({
      active: { version: 'online-2', rolloutPercent: 100 },
      items: [],
    });
    await artifacts.putModel('acme', {
      version,
      trainedAtMs: NOW,
      weights: [],
      residualQuantiles: [],
      strength: 5,
      metrics,
    });
    const promoted = await call(handler, PROMOTE, { body: { version, rolloutPercent: 10 } });
    expect(promoted.status).toBe(200);
    expect(promoted.json).toEqual({
      active: { version, rolloutPercent: 10, previousVersion: 'online-2' },
      items: [{ version, trainedAt: '2026-11-21T12:00:00.000Z', ...metrics }],
    });
    const back = await call(handler, PROMOTE, { body: { version: 'online-2' } });
    expect(back.json['active']).toEqual({ version: 'online-2', rolloutPercent: 100 });
    expect((await call(handler, PROMOTE, { body: { version: 'regression-9' } })).status).toBe(404);
  });
});
