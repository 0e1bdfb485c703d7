import { afterAll, beforeAll, expect, test } from 'vitest';
import { NANO_PER_USD } from '../../../domain/money.ts';
import { tellAnomalies } from '../../../services/analytics/tell-anomalies.ts';
import { preferencesWith } from '../../support/alerts.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { guardedOn } from '../../support/guarded.ts';
import { postingWith } from '../../support/postings.ts';
import { stored } from '../../support/stored.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.parse('2026-11-21T12:02:00Z');
const HOURS = 6 * 24;

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

test('an anomaly is told of the organization, and of a department that asks for it, until it is over', async () => {
  const guarded = guardedOn(store.db);
  const { organizationId } = guarded;
  const own = async (scopeId: string, kinds?: 'control_applied'[]) => {
    const channels = [{ channel: 'email' as const, to: ['lead@example.com'], kinds }];
    const scope = { scope: 'department', scopeId } as const;
    const preferences = preferencesWith({ channels });
    await stored(store.db, guarded.preferences.replacement(organizationId, scope, preferences));
  };
  await own('research');
  await own('sales', ['control_applied']);
  const postings = ['research', 'sales'].flatMap((departmentId) =>
    Array.from({ length: HOURS }, (_, ago) => {
      const atMs = NOW - 2 * 60_000 - (ago + 1) * HOUR_MS + 60_000;
      // Five hours of the morning cost a hundred times as much.
      const dollars = ago >= 3 && ago < 8 ? 400n : BigInt(3 + ((ago * 7) % 5));
      return postingWith({
        organizationId,
        departmentId,
        amountNanoUsd: dollars * NANO_PER_USD,
        occurredAtMs: atMs,
        postedAtMs: atMs,
      });
    }),
  );
  guarded.at(NOW);
  for (let from = 0; from < postings.length; from += 80) {
    await guarded.usage.record(postings.slice(from, from + 80), 400, NOW);
  }
  await tellAnomalies(guarded, undefined, NOW);
  const told = guarded.sent.map(({ scope, scopeId, isEnd }) => [scope, scopeId, isEnd === true]);
  expect(told).toEqual([
    ['organization', organizationId, false],
    ['organization', organizationId, true],
    ['department', 'research', false],
    ['department', 'research', true],
  ]);
  const [began, ended] = guarded.sent;
  expect(ended?.incidentKey).toBe(began?.dedupKey);
}, 60_000);
