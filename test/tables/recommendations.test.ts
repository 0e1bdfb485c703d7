import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  adviceCodec,
  createRecommendationStore,
  type StoredRecommendation,
} from '../../tables/recommendations.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { STORED_ITEMS } from './stored-items.ts';

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

const advice = {
  ...adviceCodec.decode(STORED_ITEMS['recommendations/advice'] ?? {}),
  decidedAtMs: undefined,
  decidedBy: undefined,
};
const { id } = advice;
const proposed = { state: 'open', createdAtMs: 1, updatedAtMs: 2 };

type Store = ReturnType<typeof createRecommendationStore>;
async function decide(advices: Store, organizationId: string, nowMs: number): Promise<boolean> {
  const before = await advices.get(organizationId, id);
  if (!before) throw new Error('there is no such advice');
  const write = advices.decision(organizationId, before, {
    state: 'dismissed',
    actor: 'k1',
    nowMs,
  });
  return (await store.db.transact([write])).ok;
}

test.each<[string, (advices: Store, organizationId: string) => Promise<unknown>, object]>([
  ['is proposed', () => Promise.resolve(), proposed],
  [
    'ends',
    (advices, org) => advices.end(org, id, 5),
    { ...proposed, state: 'ended', updatedAtMs: 5 },
  ],
  [
    'is decided on, and then neither ends nor is proposed again',
    async (advices, org) => {
      expect(await decide(advices, org, 7)).toBe(true);
      await advices.end(org, id, 8);
      expect(await advices.propose(org, advice, { createdAtMs: 1, nowMs: 9 })).toBe(false);
    },
    { ...proposed, state: 'dismissed', decidedAtMs: 7, decidedBy: 'k1' },
  ],
  [
    'ends and is proposed again',
    async (advices, org) => {
      await advices.end(org, id, 5);
      expect(await advices.propose(org, advice, { createdAtMs: 1, nowMs: 6 })).toBe(true);
    },
    { ...proposed, updatedAtMs: 6 },
  ],
])('advice that %s is stored so', async (name, change, expected) => {
  const advices = createRecommendationStore(store.db);
  expect(await advices.propose(name, advice, { createdAtMs: 1, nowMs: 2 })).toBe(true);
  await change(advices, name);
  const now: StoredRecommendation | undefined = await advices.get(name, id);
  expect(now).toEqual({ ...advice, ...expected });
});
