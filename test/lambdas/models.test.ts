import { catalogServices } from '../../composition/catalog.ts';
import { testWorld } from '../support/world.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHandler } from '../../lambdas/catalog/handler.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const SONNET = 'anthropic.claude-sonnet-4-6';
const LIST = 'GET /v1/models';

let store: EmbeddedStore;
let handler: unknown;
beforeAll(async () => {
  store = await startEmbeddedStore();
  const world = testWorld(() => NOW);
  handler = createHandler({ ...world, ...catalogServices(store.db, world) });
});
afterAll(() => store.close());

const items = (json: Record<string, unknown>) => json['items'] as Record<string, unknown>[];

describe('PUT /v1/models/{model}', () => {
  const PUT_MODEL = 'PUT /v1/models/{model}';
  const put = (organizationId: string, model: string, body: object) =>
    call(handler, PUT_MODEL, { params: { model }, body, organizationId });
  const extractor = {
    provider: 'NeuroWeaver',
    family: 'extractor',
    contextTokens: 32_000,
    maxOutputTokens: 4_000,
    apis: ['chat'],
    specialization: 'invoice-extraction',
    performanceScore: 0.93,
    endsAt: '2027-12-01T00:00:00Z',
  };
  const shown = async (organizationId: string, name: string) => {
    const { json } = await call(handler, LIST, { query: { limit: '500' }, organizationId });
    return items(json).find(({ model }) => model === name);
  };

  test('adds a model to the catalog of one organization', async () => {
    const { status, json } = await put('adding', 'neuroweaver.extractor', extractor);
    expect(status).toBe(200);
    const view = {
      ...extractor,
      model: 'neuroweaver.extractor',
      origin: 'organization',
      recommendable: false,
      endsAt: '2027-12-01T00:00:00.000Z',
    };
    expect(json).toEqual(view);
    expect(await shown('adding', 'neuroweaver.extractor')).toEqual(view);
    expect(await shown('other', 'neuroweaver.extractor')).toBeUndefined();
  });

  test('keeps what ships with Purser and is left out', async () => {
    await put('changing', SONNET, { quality: 0.5, qualitySource: 'own test set' });
    expect(await shown('changing', SONNET)).toMatchObject({
      origin: 'organization',
      quality: 0.5,
      qualitySource: 'own test set',
      provider: 'Anthropic',
      apis: ['converse', 'messages', 'invoke'],
      inputUsdPerMillion: '3.000000000',
    });
    await put('changing', SONNET, {});
    expect(await shown('changing', SONNET)).toMatchObject({ quality: 0.9 });
  });

  test.each([
    [{ provider: 'Own' }, 'family'],
    [{ ...extractor, maxOutputTokens: 32_001 }, 'maxOutputTokens'],
    [{ ...extractor, legacyFrom: '2027-12-02T00:00:00Z' }, 'endsAt'],
    [{ ...extractor, downgradeTo: 'nobody.knows' }, 'downgradeTo'],
    [{ ...extractor, downgradeTo: 'own.model-v1:0' }, 'downgradeTo'],
    [{ ...extractor, apis: ['chat', 'chat'] }, 'apis'],
    [{ ...extractor, regions: ['Ireland'] }, 'regions[0]'],
    [{ ...extractor, price: 1 }, 'price'],
  ])('refuses %j, naming %s', async (body, field) => {
    const { status, json } = await put('refusing', 'own.model', body);
    expect(status).toBe(400);
    expect(json['errors']).toMatchObject([{ field }]);
    expect(await shown('refusing', 'own.model')).toBeUndefined();
  });
});
