import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEVER_OPEN, opened } from '../../domain/routing/breaker.ts';
import { NO_CALLS, slotAt, tallyOf } from '../../domain/routing/tally.ts';
import { createEndpointHealthStore } from '../../tables/endpoint-health.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

const NOW_MS = Date.parse('2026-11-30T12:00:00Z');
const ID = '["bedrock","us-east-1","amazon.nova-pro-v1:0"]';

describe('the store of endpoints’ health', () => {
  it('adds up what many processes count, and reads what the window needs', async () => {
    const health = createEndpointHealthStore(store.db);
    const ref = { owner: 'sums', id: ID };
    const ok = tallyOf({ kind: 'ok', latencyMs: 120.4, firstTokenMs: 30 });
    const timeout = tallyOf({ kind: 'timeout', latencyMs: 9_000 });
    const slot = slotAt(NOW_MS);
    await Promise.all(Array.from({ length: 8 }, () => health.add(ref, slot, ok, NOW_MS)));
    const all = {
      ...NO_CALLS,
      ok: 8,
      timeout: 1,
      latencyMs: 960,
      firstTokenMs: 240,
      firstTokens: 8,
    };
    expect(await health.add(ref, slot, timeout, NOW_MS)).toEqual(all);
    await health.add(ref, slotAt(NOW_MS - 25_000), timeout, NOW_MS);
    await health.add({ ...ref, owner: 'others' }, slot, timeout, NOW_MS);

    const { counts, breakers } = await health.read('sums', 0, NOW_MS);
    expect(breakers).toEqual([]);
    expect(counts).toHaveLength(2);
    expect(counts).toContainEqual({ id: ID, slot, tally: all });
    const later = await health.read('sums', NOW_MS - 2_000, NOW_MS);
    expect(later.counts).toEqual([{ id: ID, slot, tally: all }]);
    expect((await health.read('sums', 0, NOW_MS + 60_000)).counts).toEqual([]);
  });

  it('keeps the later of two breakers', async () => {
    const health = createEndpointHealthStore(store.db);
    const ref = { owner: 'breakers', id: ID };
    const later = opened(NEVER_OPEN, 'slow', NOW_MS + 10);
    await health.setBreaker(ref, later, NOW_MS);
    await health.setBreaker(ref, opened(NEVER_OPEN, 'failing', NOW_MS), NOW_MS);
    const { breakers } = await health.read('breakers', 0, NOW_MS);
    expect(breakers).toEqual([{ id: ID, breaker: later }]);
  });
});
