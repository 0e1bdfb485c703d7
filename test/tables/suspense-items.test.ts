import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSuspenseStore } from '../../tables/suspense-items.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

const item = {
  organizationId: 'acme',
  work: 'posting' as const,
  entryKey: { pk: 'entry', sk: '2' },
  postingId: 'entry.2',
  sequenceNumber: '4711',
  reason: 'x'.repeat(501),
};

test('a suspended item keeps everything, counts attempts, and goes once it is done', async () => {
  const suspense = createSuspenseStore(store.db);
  await suspense.add(item, 1_000);
  const other = { ...item, work: 'expiry' as const, postingId: undefined, reason: 'late' };
  await suspense.add(other, 1_500);
  await suspense.add({ ...item, reason: 'again' }, 2_000);
  const { items } = await suspense.scan();
  expect(items).toHaveLength(2);
  expect(items).toContainEqual({
    ...item,
    reason: 'again',
    firstMs: 1_000,
    lastMs: 2_000,
    attempts: 2,
  });
  const { postingId: _, ...kept } = other;
  expect(items).toContainEqual({ ...kept, firstMs: 1_500, lastMs: 1_500, attempts: 1 });
  await suspense.add({ ...item, sequenceNumber: undefined }, 3_000);
  await suspense.remove(other);
  expect((await suspense.scan()).items).toMatchObject([
    { work: 'posting', reason: 'x'.repeat(500), sequenceNumber: '4711', firstMs: 1_000 },
  ]);
});
