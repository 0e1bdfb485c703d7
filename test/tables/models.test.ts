import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CatalogModel } from '../../domain/catalog/model.ts';
import { createModelStore, type ModelStore } from '../../tables/models.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';

let embedded: EmbeddedStore;
let store: ModelStore;
beforeAll(async () => {
  embedded = await startEmbeddedStore();
  store = createModelStore(embedded.db);
});
afterAll(() => embedded.close());

const MODEL: CatalogModel = {
  model: 'acme.tuned-haiku-v1:0',
  provider: 'Acme',
  family: 'tuned',
  contextTokens: 200_000,
  maxOutputTokens: 8_192,
  quality: 0.83,
  latencyMs: 1_250.5,
  downgradeTo: 'anthropic.claude-haiku-4-5-20251001-v1:0',
  recommendable: true,
};

const FULL: CatalogModel = {
  ...MODEL,
  model: 'acme.full',
  qualityUncertainty: 0.02,
  qualitySource: 'own test set',
  taskQualities: [{ task: 'claims', quality: 0.9, uncertainty: 0.01, source: 'own test set' }],
  specialization: 'claims',
  performanceScore: 0.91,
  apis: ['chat'],
  capabilities: ['tools'],
  regions: ['eu-west-1'],
  assumed: ['latencyMs'],
  legacyFromMs: 1_000,
  endsAtMs: 2_000,
};

const put = async (organizationId: string, entry: CatalogModel): Promise<void> => {
  const { write } = await store.replacement(organizationId, entry);
  await embedded.db.write(write);
};

test('models of an organization come back as they were put', async () => {
  const bare: CatalogModel = {
    model: 'acme.bare',
    provider: 'Acme',
    family: 'bare',
    contextTokens: 1,
    maxOutputTokens: 1,
    quality: undefined,
    latencyMs: undefined,
    downgradeTo: undefined,
    recommendable: false,
  };
  await put('acme', MODEL);
  await put('acme', bare);
  await put('acme', FULL);
  expect(await store.list('acme')).toEqual([bare, FULL, MODEL]);
  expect(await store.list('other')).toEqual([]);
});

test('another form of the name is the same model', async () => {
  await put('same', MODEL);
  await put('same', { ...MODEL, model: 'acme.tuned-haiku-v2:0', quality: 0.9 });
  const [only, ...others] = await store.list('same');
  expect(others).toEqual([]);
  expect(only).toMatchObject({ model: 'acme.tuned-haiku-v2:0', quality: 0.9 });
});
