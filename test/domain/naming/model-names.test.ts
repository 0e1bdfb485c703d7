import { expect, test } from 'vitest';
import {
  withGivenModel,
  withModel,
  withModels,
  withoutModel,
} from '../../../domain/naming/model-names.ts';
import type { Named } from '../../../domain/naming/naming.ts';

const modelOf = (name: string): string => (name.startsWith('alias') ? 'opus' : name);

test('a request gets the models that its names stand for, and the names are kept by model', () => {
  const request = { userId: 'ada', model: 'alias-1', candidates: ['haiku', 'alias-2'] };
  const named = withModels(request, modelOf);
  expect(named.request).toEqual({ userId: 'ada', model: 'opus', candidates: ['haiku', 'opus'] });
  expect([...named.givenNames]).toEqual([['opus', 'alias-1']]);
});

test('a request whose names stand for themselves stays as it is', () => {
  const request = { model: 'opus' };
  expect(withModels(request, modelOf)).toEqual({ request, givenNames: new Map() });
  expect(withModels(request, modelOf).request).toBe(request);
  expect(withModels({}, modelOf).request).toEqual({});
});

test('an event keeps the name beside the model, and is itself again without it', () => {
  const event: Named<{ model: string }> = { model: 'alias-1' };
  const spelled: Named<{ model: string }> = { model: 'alias-1', given: { userId: 'Ada' } };
  expect(withModel(event, modelOf)).toEqual({ model: 'opus', given: { model: 'alias-1' } });
  for (const each of [event, spelled, { model: 'opus' }]) {
    expect(withGivenModel(withModel(each, modelOf))).toEqual(each);
  }
});

test('ids lose the name of a model that did not serve the request', () => {
  expect(withoutModel({ model: 'alias-1' })).toBeUndefined();
  expect(withoutModel({ model: 'alias-1', userId: 'Ada' })).toEqual({ userId: 'Ada' });
  expect(withoutModel({ userId: 'Ada' })).toEqual({ userId: 'Ada' });
  expect(withoutModel(undefined)).toBeUndefined();
});
