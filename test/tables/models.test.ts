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
  await store.put('acme', MODEL);
  await store.put('acme', bare);
  expect(await store.list('acme')).toEqual([bare, MODEL]);
  expect(await store.list('other')).toEqual([]);
});

test('another form of the name is the same model', async () => {
  await store.put('same', MODEL);
  await store.put('same', { ...MODEL, model: 'acme.tuned-haiku-v2:0', quality: 0.9 });
  const [only, ...others] = await store.list('same');
  expect(others).toEqual([]);
  expect(only).toMatchObject({ model: 'acme.tuned-haiku-v2:0', quality: 0.9 });
});
