import { stores } from '../../../composition/stores.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stretchesFromSums } from '../../../services/analytics/read-stretches.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { NOON, postingWith } from '../../support/postings.ts';

const HOUR_MS = 3_600_000;
const WEEK_MS = 168 * HOUR_MS;
const hour = NOON - (NOON % HOUR_MS);

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
  const postings = [
    postingWith({ userId: 'ada', occurredAtMs: hour - WEEK_MS }),
    ...['ada', 'grace', 'edsger'].map((userId) =>
      postingWith({ userId, model: `model-${userId}`, occurredAtMs: hour }),
    ),
  ];
  const { usage } = stores(store.db);
  await usage.record(postings, 30, NOON);
});
afterAll(() => store.close());

const dimensionsRead = async (most: number) => {
  const read = stretchesFromSums(stores(store.db).analytics, most);
  const subject = { organizationId: 'acme', scope: 'organization', scopeId: 'acme' } as const;
  const stretch = (fromMs: number) => ({ fromMs, toMs: fromMs + HOUR_MS });
  const { before, after } = await read(subject, {
    before: stretch(hour - WEEK_MS),
    after: stretch(hour),
  });
  return [before, after].map((slices) => new Set(slices.map(({ dimension }) => dimension)));
};

test('stretches are split by every dimension', async () => {
  const all = new Set(['user', 'department', 'system', 'model', 'operation']);
  expect(await dimensionsRead(3)).toEqual([all, all]);
});

test('a dimension with too many values is left out of both, so that nobody seems new', async () => {
  const rest = new Set(['department', 'system', 'model', 'operation']);
  expect(await dimensionsRead(2)).toEqual([rest, rest]);
});
