import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PatternHistory } from '../../domain/patterns/pattern-history.ts';
import { createUsagePatternStore } from '../../tables/usage-patterns.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';

const NOW = Date.parse('2026-11-21T00:05:00Z');
const subject = { organizationId: 'acme', scope: 'department', scopeId: 'research' } as const;
const kept = { nowMs: NOW, retentionDays: 30 };

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

const historyUntil = (reviewedUntil: string): PatternHistory => ({
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
});

test('a history is stored whole, by scope, and replaced by a later review only', async () => {
  const patterns = createUsagePatternStore(store.db);
  expect(await patterns.get(subject)).toBeUndefined();
  expect(await patterns.put(subject, historyUntil('2026-11-13'), kept)).toBe(true);
  expect(await patterns.put(subject, historyUntil('2026-11-20'), kept)).toBe(true);
  expect(await patterns.put(subject, historyUntil('2026-11-20'), kept)).toBe(false);
  expect(await patterns.put(subject, historyUntil('2026-11-13'), kept)).toBe(false);
  expect(await patterns.get(subject)).toEqual(historyUntil('2026-11-20'));
  expect(await patterns.get({ ...subject, organizationId: 'other' })).toBeUndefined();
  expect(await patterns.get({ ...subject, scope: 'system' })).toBeUndefined();
});

test('a scope that is no longer reviewed expires', async () => {
  const key = { organizationId: 'acme', subject: 'department#research' };
  const item = await store.db.get({ table: 'usage-patterns', key });
  expect(item?.['expiresAtS']).toBe(BigInt(NOW / 1000 + 30 * 86_400));
});
