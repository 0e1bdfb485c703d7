import { afterAll, beforeAll, expect, test } from 'vitest';
import { createUsagePatternStore, type PatternReview } from '../../tables/usage-patterns.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';

const NOW = Date.parse('2026-11-21T00:05:00Z');
const subject = { organizationId: 'acme', scope: 'department', scopeId: 'research' } as const;
const kept = { nowMs: NOW, retentionDays: 30 };

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

const reviewUntil = (reviewedUntil: string): PatternReview => ({
  history: {
    names: [
      {
        pattern: 'growing',
        since: '2026-11-06',
        reason: 'lasting',
        weeklyChangePercent: 7.5,
        evidence: { pattern: 'growing', size: 0.2, strength: 0.6, byChance: 1e-5 },
      },
    ],
    reviewedUntil,
    challenger: { pattern: 'steady', weeks: 2 },
  },
  reviewedUntil,
  spend: { firstDay: '2026-10-01', values: [1.25, 0, 1_234_560, 1e-9] },
});

test('a review is stored whole, by scope, and replaced by a later review only', async () => {
  const patterns = createUsagePatternStore(store.db);
  expect(await patterns.get(subject)).toBeUndefined();
  expect(await patterns.put(subject, reviewUntil('2026-11-13'), kept)).toBe(true);
  expect(await patterns.put(subject, reviewUntil('2026-11-20'), kept)).toBe(true);
  expect(await patterns.put(subject, reviewUntil('2026-11-20'), kept)).toBe(false);
  expect(await patterns.put(subject, reviewUntil('2026-11-13'), kept)).toBe(false);
  expect(await patterns.get(subject)).toEqual(reviewUntil('2026-11-20'));
  expect(await patterns.get({ ...subject, organizationId: 'other' })).toBeUndefined();
  expect(await patterns.get({ ...subject, scope: 'system' })).toBeUndefined();
});

test('a review before two weeks has no history, and one of earlier versions no days', async () => {
  const patterns = createUsagePatternStore(store.db);
  const young = { ...reviewUntil('2026-11-07'), history: undefined };
  const other = { ...subject, scopeId: 'young' };
  expect(await patterns.put(other, young, kept)).toBe(true);
  expect(await patterns.get(other)).toEqual(young);
  expect(await patterns.put(other, { ...reviewUntil('2026-11-14'), spend: undefined }, kept)).toBe(
    true,
  );
  expect(await patterns.get(other)).toEqual({ ...reviewUntil('2026-11-14'), spend: undefined });
});

test('a review of a whole year fits in one read unit', async () => {
  const patterns = createUsagePatternStore(store.db);
  const values = Array.from({ length: 371 }, (_, day) => 1_234.56 + day);
  const year = { ...subject, scopeId: 'year' };
  const review = reviewUntil('2026-11-20');
  await patterns.put(year, { ...review, spend: { firstDay: '2025-11-15', values } }, kept);
  store.takeConsumed();
  await patterns.get(year);
  expect(store.takeConsumed().readUnits).toBe(1);
});

test('a scope that is no longer reviewed expires', async () => {
  const key = { organizationId: 'acme', subject: 'department#research' };
  const item = await store.db.get({ table: 'usage-patterns', key });
  expect(item?.['expiresAtS']).toBe(BigInt(NOW / 1000 + 30 * 86_400));
});
