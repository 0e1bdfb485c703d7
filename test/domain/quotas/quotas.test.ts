import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fairShare } from '../../../domain/quotas/fair-share.ts';
import {
  type Bucket,
  fullBucket,
  takeTokens,
  tokensIn,
  waitMsFor,
} from '../../../domain/quotas/token-bucket.ts';
import { seededRandom } from '../../../lab/traces/seeded-random.ts';

const RATE = { perSecond: 3, burst: 5 };

describe('a bucket of tokens', () => {
  it('admits its burst at once and its rate from then on, to the token', () => {
    let bucket = fullBucket(RATE, 0);
    let total = 0;
    for (let ms = 0; ms <= 60_000; ms += 1) {
      const next = takeTokens(bucket, RATE, 1, ms);
      bucket = next.bucket;
      total += next.taken;
    }
    expect(total).toBe(RATE.burst + 60 * RATE.perSecond);
  });

  it('never gives more than burst and rate allow, however it is asked', () => {
    const asks = fc.array(
      fc.record({ afterMs: fc.integer({ min: -500, max: 2_000 }), wanted: fc.nat({ max: 9 }) }),
    );
    fc.assert(
      fc.property(asks, (all) => {
        let bucket: Bucket = fullBucket(RATE, 0);
        let nowMs = 0;
        let latestMs = 0;
        let total = 0;
        for (const { afterMs, wanted } of all) {
          nowMs += afterMs;
          latestMs = Math.max(latestMs, nowMs);
          const next = takeTokens(bucket, RATE, wanted, nowMs);
          expect(next.taken).toBeLessThanOrEqual(wanted);
          expect(Number.isSafeInteger(next.bucket.milliTokens)).toBe(true);
          bucket = next.bucket;
          total += next.taken;
          expect(total * 1_000).toBeLessThanOrEqual(RATE.burst * 1_000 + latestMs * RATE.perSecond);
        }
      }),
    );
  });

  it('says to the millisecond when the next token is there', () => {
    const { bucket } = takeTokens(fullBucket(RATE, 0), RATE, 5, 0);
    const waitMs = waitMsFor(bucket, RATE, 1, 0);
    expect(waitMs).toBe(334);
    expect(tokensIn(bucket, RATE, waitMs - 1)).toBe(0);
    expect(tokensIn(bucket, RATE, waitMs)).toBe(1);
    expect(waitMsFor(bucket, RATE, 1, waitMs)).toBe(0);
    expect(waitMsFor(bucket, RATE, 5, 0)).toBe(1_667);
    expect(waitMsFor(bucket, RATE, 6, 0)).toBe(Infinity);
  });
});

describe('a fair share', () => {
  it.each<[string, Record<string, number>, string, number]>([
    ['is everything for one alone', { a: 9_000 }, 'a', 1_000],
    ['is what a small one leaves', { a: 9_000, b: 100 }, 'a', 900],
    ['is an equal part among large ones', { a: 9_000, b: 9_000, c: 9_000 }, 'a', 333],
    ['is raised by what small ones leave', { a: 9_000, b: 9_000, c: 100 }, 'a', 450],
    ['is an equal part for a newcomer', { a: 9_000, b: 9_000 }, 'new', 333],
  ])('%s', (_, demands, organizationId, share) => {
    expect(fairShare(new Map(Object.entries(demands)), organizationId, 1_000)).toBe(share);
  });

  it('is never below an equal part, and all shares of large ones fit the capacity', () => {
    const demands = fc.array(fc.nat({ max: 3_000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(demands, fc.integer({ min: 20, max: 5_000 }), (all, capacity) => {
        const named = new Map(all.map((demand, index) => [`org${index}`, demand]));
        let admitted = 0;
        for (const [id, demand] of named) {
          const share = fairShare(named, id, capacity);
          expect(share).toBeGreaterThanOrEqual(Math.floor(capacity / all.length));
          admitted += Math.min(demand, share);
        }
        expect(admitted).toBeLessThanOrEqual(capacity);
      }),
    );
  });

  it('refuses nobody below an equal part in a run of random floods, and settles at the capacity', () => {
    const random = seededRandom(7);
    const capacity = 1_000;
    let lately = new Map<string, number>();
    const admittedIn: number[] = [];
    for (let window = 0; window < 500; window += 1) {
      const wants = new Map<string, number>();
      for (const id of ['a', 'b', 'c', 'd', 'e']) {
        // Some flood for a long time; others come and go with few requests.
        const isFlood = id === 'a' || (id === 'b' && window % 100 > 50);
        if (isFlood) wants.set(id, 5_000);
        else if (random() < 0.6) wants.set(id, Math.floor(random() * 190));
      }
      let admitted = 0;
      for (const [id, demand] of wants) {
        const share = fairShare(new Map([...lately, [id, demand]]), id, capacity);
        const active = new Set([...lately.keys(), ...wants.keys()]).size;
        if (demand <= Math.floor(capacity / active)) expect(share).toBeGreaterThanOrEqual(demand);
        admitted += Math.min(demand, share);
      }
      admittedIn.push(admitted);
      lately = wants;
    }
    const mean = admittedIn.reduce((sum, admitted) => sum + admitted, 0) / admittedIn.length;
    expect(mean).toBeGreaterThan(0.9 * capacity);
    expect(mean).toBeLessThan(1.1 * capacity);
    // Before others make room, newcomers can take at most their equal shares.
    expect(Math.max(...admittedIn)).toBeLessThan(2 * capacity);
  });
});
