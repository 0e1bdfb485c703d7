import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { NANO_PER_USD } from '../../../domain/money.ts';
import { queueStranded } from '../../../services/alerts/breach-queue.ts';
import { tellBreaches } from '../../../services/alerts/tell-breaches.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { guardedOn } from '../../support/guarded.ts';
import { NOON } from '../../support/postings.ts';

const usd = (amount: number): bigint => BigInt(amount) * NANO_PER_USD;

let store: EmbeddedStore;
let guarded: ReturnType<typeof guardedOn>;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());
beforeEach(() => {
  guarded = guardedOn(store.db);
  guarded.delayTelling();
});

/** One event, whose sums reach the stream in two batches. */
async function spendInTwoBatches(dollars: number): Promise<void> {
  await guarded.spend({ amountNanoUsd: usd(dollars) });
  await guarded.stream(({ dimension }) => dimension === 'user');
  await guarded.stream();
}
const crossed = () => guarded.sent.filter(({ kind }) => kind === 'threshold_crossed');
const keysSent = (): Set<string> => new Set(crossed().map(({ dedupKey }) => dedupKey));
async function states(): Promise<string[]> {
  const { breaches } = await guarded.breaches.listByTime(guarded.organizationId, { limit: 100 });
  return breaches.map(({ notification }) => notification);
}

describe('one event whose sums arrive in two batches', () => {
  test('is one message that tells what is in force, and the second batch adds none', async () => {
    await spendInTwoBatches(27);
    expect(guarded.waiting).toHaveLength(2);
    expect(crossed()).toEqual([]);
    for (const message of guarded.waiting) await guarded.tell(message);
    expect(crossed()).toHaveLength(1);
    const [alert] = crossed();
    expect(alert).toMatchObject({ scope: 'user', scopeId: 'ada', severity: 'emergency' });
    expect(alert?.body).toContain('In force now: this user is shut down until ');
    expect(alert?.body).toMatch(/^organization guarded-\d+, emergency: +spent 27\.00/m);
    expect(alert?.attributes['breaches']).toBe('9');
    expect(new Set(await states())).toEqual(new Set(['sent']));
  });

  test('is told once of each breach, even if both messages are processed at once', async () => {
    await spendInTwoBatches(27);
    await Promise.all(guarded.waiting.map((message) => guarded.tell(message)));
    const breaches = crossed().map(({ attributes }) => Number(attributes['breaches'] ?? 1));
    expect(breaches.reduce((sum, count) => sum + count, 0)).toBe(9);
  });

  test('restricts before anybody is told', async () => {
    await spendInTwoBatches(27);
    expect(await guarded.changes()).toEqual(['applied shutdown']);
  });
});

describe('a run that dies', () => {
  const named = () => guarded.waiting[0] ?? expect.fail('nothing waits');

  test('after it published repeats the same alert, and tells what is new in another', async () => {
    await guarded.spend({ amountNanoUsd: usd(27) });
    await guarded.stream(({ dimension }) => dimension === 'user');
    const dying = {
      ...guarded.telling,
      breaches: {
        ...guarded.telling.breaches,
        markNotified: () => Promise.reject(new Error('the run died')),
      },
    };
    await expect(tellBreaches(dying, named(), { messageId: 'm1', attempt: 1 })).rejects.toThrow(
      'the run died',
    );
    expect(crossed()).toHaveLength(1);
    await guarded.stream();
    await tellBreaches(guarded.telling, named(), { messageId: 'm1', attempt: 2 });
    // People get each key once.
    expect(crossed()).toHaveLength(3);
    expect(keysSent().size).toBe(2);
    expect(crossed().filter(({ dedupKey }) => dedupKey === crossed()[0]?.dedupKey)).toHaveLength(2);
    expect(new Set(await states())).toEqual(new Set(['sent']));
  });

  test('before it published loses nothing: the monitor sends its breaches again', async () => {
    await spendInTwoBatches(27);
    guarded.waiting.splice(0);
    expect(await queueStranded(guarded)).toEqual({ sent: 0, failed: 0 });
    guarded.at(NOON + 300_001);
    await queueStranded(guarded);
    const ours = guarded.waiting.filter(
      ({ organizationId }) => organizationId === guarded.organizationId,
    );
    expect(ours).toHaveLength(1);
    for (const message of ours) await guarded.tell(message);
    expect(crossed()).toHaveLength(1);
    expect(new Set(await states())).toEqual(new Set(['sent']));
  });

  test('with a claim keeps others from telling the same, until it is lost', async () => {
    await guarded.spend({ amountNanoUsd: usd(27) });
    await guarded.stream();
    const refused = {
      ...guarded.telling,
      alerts: { publish: () => Promise.reject(new Error('the queue is down')) },
    };
    await expect(tellBreaches(refused, named(), { messageId: 'm1', attempt: 1 })).rejects.toThrow(
      '9 breaches were not told',
    );
    await tellBreaches(guarded.telling, named(), { messageId: 'm2', attempt: 1 });
    expect(crossed()).toEqual([]);
    guarded.at(NOON + 300_001);
    await tellBreaches(guarded.telling, named(), { messageId: 'm3', attempt: 1 });
    expect(crossed()).toHaveLength(1);
  });
});
