import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  aggregateKeysOf,
  aggregateKeyText,
  aggregatesOf,
  dayOf,
  endOfBucket,
  startOfBucket,
} from '../../../domain/reporting/aggregates.ts';
import { DIMENSIONS, UNASSIGNED } from '../../../domain/reporting/dimensions.ts';
import { addMeasures, MEASURES, NOTHING } from '../../../domain/reporting/measures.ts';
import { additionsOf } from '../../../domain/reporting/back-dating.ts';
import { arbitraryPostings, NOON, postingWith } from '../../support/postings.ts';

const byKey = (postings: Parameters<typeof aggregatesOf>[0]) =>
  new Map(aggregatesOf(postings).map((item) => [aggregateKeyText(item), item.measures]));

describe('aggregates', () => {
  test('a posting belongs to each dimension, in its hour and its day', () => {
    const posting = postingWith({ departmentId: undefined });
    const keys = aggregateKeysOf(posting).map(aggregateKeyText);
    expect(keys).toHaveLength(12);
    expect(keys).toContain('acme#hourly#2026-11-21T12#user#ada');
    expect(keys).toContain('acme#daily#2026-11-21#organization#acme');
    expect(keys).toContain(`acme#daily#2026-11-21#department#${UNASSIGNED}`);
  });

  test('a late posting lands in the hour in which it occurred', () => {
    const late = postingWith({ occurredAtMs: NOON - 86_400_000, postedAtMs: NOON });
    const buckets = aggregatesOf([late]).map(({ bucket }) => bucket);
    expect(new Set(buckets)).toEqual(new Set(['2026-11-20T12', '2026-11-20']));
  });

  test('a presumption and its correction count one request, one expectation, one latency', () => {
    const presumption = postingWith({
      kind: 'presumption',
      amountNanoUsd: 2_000_000n,
      latencyMs: undefined,
      usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
    });
    const correction = postingWith({ kind: 'correction', amountNanoUsd: -700_000n, requests: 0 });
    const measures = byKey([presumption, correction]).get('acme#daily#2026-11-21#user#ada');
    expect(measures).toEqual({
      costNanoUsd: 1_300_000n,
      disputedNanoUsd: 0n,
      backDatedNanoUsd: 0n,
      deviatingRequests: 0n,
      savedNanoUsd: 0n,
      lostCacheNanoUsd: 0n,
      presumedCostNanoUsd: 2_000_000n,
      correctedCostNanoUsd: -700_000n,
      expectedCostNanoUsd: 1_200_000n,
      reservedNanoUsd: 2_000_000n,
      requests: 1n,
      inputTokens: 1_000n,
      outputTokens: 200n,
      cacheReadTokens: 30n,
      cacheWriteTokens: 4n,
      latencyMs: 850n,
      latencyCount: 1n,
    });
  });

  test('sums do not depend on the order, nor on how postings are batched', () => {
    const delivered = arbitraryPostings({ maxLength: 60 }).chain((postings) =>
      fc.record({
        postings: fc.constant(postings),
        shuffled: fc.shuffledSubarray(postings, { minLength: postings.length }),
        cut: fc.nat({ max: postings.length }),
      }),
    );
    fc.assert(
      fc.property(delivered, ({ postings, shuffled, cut }) => {
        const inParts = byKey(shuffled.slice(0, cut));
        for (const [key, measures] of byKey(shuffled.slice(cut))) {
          inParts.set(key, addMeasures(inParts.get(key) ?? NOTHING, measures));
        }
        expect(inParts).toEqual(byKey(postings));
      }),
    );
  });

  test('every dimension and both granularities add up to the same total, to the nano-dollar', () => {
    fc.assert(
      fc.property(arbitraryPostings({ maxLength: 60 }), (postings) => {
        const total = postings.reduce((sum, { amountNanoUsd }) => sum + amountNanoUsd, 0n);
        for (const dimension of DIMENSIONS) {
          for (const granularity of ['hourly', 'daily']) {
            const sums = aggregatesOf(postings)
              .filter((item) => item.dimension === dimension && item.granularity === granularity)
              .map(({ measures }) => measures)
              .reduce(addMeasures, NOTHING);
            expect(sums.costNanoUsd).toBe(total);
          }
        }
      }),
    );
  });

  test('buckets hold what they are named after', () => {
    expect(startOfBucket('2026-11-21T06')).toBe(Date.parse('2026-11-21T06:00:00Z'));
    expect(endOfBucket('2026-11-21T23')).toBe(Date.parse('2026-11-22T00:00:00Z'));
    expect(endOfBucket('2026-11-30')).toBe(Date.parse('2026-12-01T00:00:00Z'));
  });

  test('adding nothing changes nothing', () => {
    const measures = Object.fromEntries(MEASURES.map((measure) => [measure, 7n])) as typeof NOTHING;
    expect(addMeasures(measures, NOTHING)).toEqual(measures);
  });
});

describe('what levels add to the time of booking', () => {
  const booked = arbitraryPostings({ maxLength: 40 }).chain((postings) =>
    fc
      .array(fc.option(fc.integer({ min: 0, max: 72 * 3_600_000 }), { nil: undefined }), {
        minLength: postings.length,
        maxLength: postings.length,
      })
      .map((late) =>
        postings.map((posting, position) => {
          const ms = late[position];
          return ms === undefined ? posting : { ...posting, bookedAtMs: posting.occurredAtMs + ms };
        }),
      ),
  );

  test('moves money from its date to its booking, adds up to nothing, and changes no other sum', () => {
    fc.assert(
      fc.property(booked, (postings) => {
        const additions = additionsOf(postings);
        const plain = new Map(additions.map((item) => [aggregateKeyText(item), item.measures]));
        for (const { measures, ...key } of aggregatesOf(postings)) {
          const added = plain.get(aggregateKeyText(key)) ?? NOTHING;
          expect({ ...added, backDatedNanoUsd: 0n }).toEqual(measures);
        }
        const days = additions.filter(
          ({ granularity, dimension }) => granularity === 'daily' && dimension === 'user',
        );
        const byBooking = new Map<string, bigint>();
        for (const posting of postings) {
          const day = dayOf(posting.bookedAtMs ?? posting.occurredAtMs);
          const name = `${posting.userId}#${day}`;
          byBooking.set(name, (byBooking.get(name) ?? 0n) + posting.amountNanoUsd);
        }
        for (const { value, bucket, measures } of days) {
          const expected = byBooking.get(`${value}#${bucket}`) ?? 0n;
          expect(measures.costNanoUsd + measures.backDatedNanoUsd).toBe(expected);
        }
      }),
    );
  });

  test('is nothing for what is booked in the hour of its date: ordinary usage costs no write more', () => {
    const posting = postingWith();
    expect(additionsOf([posting])).toEqual(aggregatesOf([posting]));
    const soon = { ...posting, bookedAtMs: posting.occurredAtMs + 1_000 };
    expect(additionsOf([soon])).toEqual(aggregatesOf([posting]));
  });
});
