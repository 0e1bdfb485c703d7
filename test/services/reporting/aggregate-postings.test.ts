import { stores } from '../../../composition/stores.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Posting } from '../../../domain/ledger/posting.ts';
import {
  type Aggregate,
  aggregateKeyText,
  aggregatesOf,
} from '../../../domain/reporting/aggregates.ts';
import { countTags, DIMENSIONS } from '../../../domain/reporting/dimensions.ts';
import { aggregatePostings } from '../../../services/reporting/aggregate-postings.ts';
import { type DynamoDb, StoreUnavailableError } from '../../../tables/dynamodb.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { arbitraryPostings, NOON, postingWith } from '../../support/postings.ts';
import { silentTelemetry } from '../../support/telemetry.ts';
import { rethrow } from '../../support/nothing-apart.ts';

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

const DAYS = ['2026-11-19', '2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23'];

const LISTED_TAGS = ['team', 'stage'];

function aggregatorOn(db: DynamoDb, listed: readonly string[] = LISTED_TAGS) {
  const telemetry = silentTelemetry();
  const learned: Posting[] = [];
  const deps = {
    usage: stores(db).usage,
    listedTags: async () => listed,
    suspend: rethrow,
    learn: async (recorded: Posting[]) => void learned.push(...recorded),
    retentionDays: 30,
    telemetry,
    now: () => NOON,
  };
  return { aggregate: (batch: Posting[]) => aggregatePostings(deps, batch), learned, telemetry };
}

/** Every stored aggregate of an organization. */
async function storedOf(organizationId: string): Promise<Aggregate[]> {
  const { analytics } = stores(store.db);
  const lists = await Promise.all(
    DAYS.flatMap((day) =>
      ([...DIMENSIONS, 'tag:team', 'tag:stage', 'tag:other'] as const).flatMap((dimension) => [
        analytics.listDay({ organizationId, dimension, granularity: 'daily', day }),
        analytics.listDay({ organizationId, dimension, granularity: 'hourly', day }),
      ]),
    ),
  );
  return lists.flat();
}

const sorted = (aggregates: Aggregate[]) =>
  new Map(aggregates.map((item) => [aggregateKeyText(item), item.measures]));

/**
 * A store whose writes fail like real ones: refused because someone else was first, or lost before
 * or after the write.
 */
function flaky(
  db: DynamoDb,
  fates: Iterator<'fine' | 'conflict' | 'lost' | 'unanswered'>,
): DynamoDb {
  return {
    ...db,
    async write(write) {
      const fate = fates.next().value ?? 'fine';
      if (fate === 'conflict' && write.table === 'token-analytics') {
        return { ok: false, reason: { kind: 'condition', old: undefined } };
      }
      if (fate === 'lost') throw new StoreUnavailableError('lost');
      const result = await db.write(write);
      if (fate === 'unanswered') throw new StoreUnavailableError('no answer');
      return result;
    },
  };
}

/** Inherited property names, which a plain lookup would find in any object. */
const INHERITED = ['toString', 'valueOf', 'hasOwnProperty', 'constructor', '__proto__'] as const;

let organizations = 0;
const newOrganization = (): string => `acme-${(organizations += 1)}`;

describe('aggregation', () => {
  test('counts each posting once despite repeats, reordering, other batches and losses', async () => {
    const deliveries = arbitraryPostings({ maxLength: 40 }).chain((postings) =>
      fc.record({
        postings: fc.constant(postings),
        // At least once: all of them, with any number redelivered, in any order.
        delivered: fc.subarray(postings).chain((again) =>
          fc.shuffledSubarray([...postings, ...again], {
            minLength: postings.length + again.length,
          }),
        ),
        cuts: fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 5, maxLength: 5 }),
        // Ends, so that every batch is accepted at last.
        fates: fc.array(
          fc.constantFrom(...Array<'fine'>(12).fill('fine'), 'conflict', 'lost', 'unanswered'),
          { maxLength: 400 },
        ),
      }),
    );
    await fc.assert(
      fc.asyncProperty(deliveries, async ({ postings, delivered, cuts, fates }) => {
        const organizationId = newOrganization();
        const own = (list: Posting[]) =>
          list.map((posting) => countTags({ ...posting, organizationId }, LISTED_TAGS));
        const { aggregate, learned } = aggregatorOn(flaky(store.db, fates.values()));
        let rest = own(delivered);
        for (let batch = 0; rest.length > 0; batch += 1) {
          const size = cuts[batch % cuts.length] ?? 1;
          const { unrecorded } = await aggregate(rest.slice(0, size));
          rest = [...unrecorded, ...rest.slice(size)];
        }
        expect(sorted(await storedOf(organizationId))).toEqual(sorted(aggregatesOf(own(postings))));
        expect(new Set(learned.map(({ postingId }) => postingId)).size).toBe(learned.length);
      }),
      { numRuns: 25 },
    );
  });

  test('two consumers of the same records add them once', async () => {
    const organizationId = newOrganization();
    const postings = Array.from({ length: 60 }, (_, position) =>
      postingWith({ organizationId, userId: `user-${position % 7}` }),
    );
    const [item, other] = [aggregatorOn(store.db), aggregatorOn(store.db)];
    const outcomes = await Promise.all([item.aggregate(postings), other.aggregate(postings)]);
    expect(outcomes.flatMap(({ recorded }) => recorded)).toHaveLength(60);
    expect(sorted(await storedOf(organizationId))).toEqual(sorted(aggregatesOf(postings)));
  });

  test('stops at the first posting that is not taken, so that the rest comes again in order', async () => {
    const organizationId = newOrganization();
    const postings = Array.from({ length: 230 }, (_, position) =>
      postingWith({ organizationId, userId: `user-${position % 3}` }),
    );
    // The first run: eight sums, two hundred records, and the write that drops their names.
    const fates = [...Array<'fine'>(209).fill('fine'), ...Array<'lost'>(99).fill('lost')];
    const down = flaky(store.db, fates.values());
    const { aggregate, telemetry, learned } = aggregatorOn(down);
    const { recorded, unrecorded } = await aggregate(postings);
    expect(recorded).toHaveLength(200);
    expect([...recorded, ...unrecorded]).toEqual(postings);
    expect(learned).toEqual(recorded);
    expect(telemetry.lines.map(({ code }) => code)).toEqual(['POSTINGS_NOT_AGGREGATED']);
  });

  test('gives up on a conflict that does not end', async () => {
    const fates = Array<'conflict'>(99).fill('conflict').values();
    const { aggregate } = aggregatorOn(flaky(store.db, fates));
    const postings = [postingWith({ organizationId: newOrganization() })];
    expect(await aggregate(postings)).toEqual({
      recorded: [],
      suspended: [],
      unrecorded: postings,
    });
  });

  test('a fault other than an outage is thrown', async () => {
    const broken = { ...store.db, write: () => Promise.reject(new TypeError('broken')) };
    await expect(aggregatorOn(broken).aggregate([postingWith()])).rejects.toThrow('broken');
  });

  test.each(INHERITED)('counts by a tag called %s, and all that is called so', async (name) => {
    const organizationId = newOrganization();
    // The SDK cannot store two of these as map keys; contracts refuse such tags.
    const isStorable = name !== 'constructor' && name !== '__proto__';
    const others = { userId: name, departmentId: name, operation: name, model: name, system: name };
    const postings = [
      postingWith({ organizationId, tags: { [name]: 'search' } }),
      postingWith({ organizationId, tags: { team: name } }),
      postingWith({ organizationId, tags: {} }),
      postingWith({ organizationId, tags: undefined }),
      postingWith({ organizationId, ...others }),
    ].filter(({ tags }) => isStorable || !Object.hasOwn(tags ?? {}, name));
    const { aggregate } = aggregatorOn(store.db, [name, 'team']);
    expect(await aggregate(postings)).toMatchObject({ unrecorded: [] });
    const day = async (dimension: Aggregate['dimension']) =>
      stores(store.db).analytics.listDay({
        organizationId,
        dimension,
        granularity: 'daily',
        day: '2026-11-21',
      });
    const byTag = await day(`tag:${name}`);
    expect(byTag.map(({ value }) => value)).toEqual(isStorable ? ['search'] : []);
    expect((await day('tag:team')).map(({ value }) => value)).toEqual([name]);
    for (const dimension of ['user', 'department', 'operation', 'model', 'system'] as const) {
      const sums = new Map((await day(dimension)).map((sum) => [sum.value, sum.measures.requests]));
      expect(sums.get(name), dimension).toBe(1n);
    }
  });

  test('the same id in two organizations is two postings', async () => {
    const [item, other] = [newOrganization(), newOrganization()];
    const posting = postingWith({ occurredAtMs: NOON });
    const { aggregate } = aggregatorOn(store.db);
    const both = [item, other].map((organizationId) => ({ ...posting, organizationId }));
    expect((await aggregate(both)).recorded).toHaveLength(2);
    expect(sorted(await storedOf(other))).toEqual(sorted(aggregatesOf(both.slice(1))));
  });

  test('costs per posting fall with the batch, and are known', async () => {
    const again = () => ({ postingId: postingWith().postingId });
    const cost = async (
      count: number,
      users: number,
      isAgain = false,
      facts: Partial<Posting> = {},
    ): Promise<number> => {
      const organizationId = newOrganization();
      const postings = Array.from({ length: count }, (_, position) =>
        postingWith({ organizationId, userId: `user-${position % users}`, ...facts }),
      );
      const aggregator = aggregatorOn(store.db);
      if (isAgain) await aggregator.aggregate(postings.map((each) => ({ ...each, ...again() })));
      store.takeConsumed();
      await aggregator.aggregate(postings);
      return store.takeConsumed().writeUnits / count;
    };
    const measured = {
      // A record with its index entry, and six sums.
      one: await cost(1, 1),
      oneAgain: await cost(1, 1, true),
      // A listed tag adds a sum; other tags add none.
      oneOfListedTag: await cost(1, 1, true, { tags: { team: 'search', session: 'x' } }),
      oneOfOtherTag: await cost(1, 1, true, { tags: { session: 'x' } }),
      hundredOfListedTag: await cost(100, 10, false, { tags: { team: 'search' } }),
      // An answer that did not reach its client adds a sum; others add none.
      oneDrained: await cost(1, 1, true, { delivery: 'drained' }),
      // Only a correction of an earlier month has a place in the second index.
      oneCorrection: await cost(1, 1, true, { kind: 'correction' }),
      oneCorrectionOfAnEarlierMonth: await cost(1, 1, true, {
        kind: 'correction',
        billedMonth: '2026-12',
      }),
      ten: await cost(10, 10),
      hundredOfTenUsers: await cost(100, 10),
      hundredOfOneHundredUsers: await cost(100, 100),
    };
    expect(measured).toEqual({
      one: 8,
      oneAgain: 8,
      oneOfListedTag: 9,
      oneOfOtherTag: 8,
      oneDrained: 9,
      oneCorrection: 8,
      oneCorrectionOfAnEarlierMonth: 9,
      ten: 3.5,
      hundredOfListedTag: 2.32,
      hundredOfTenUsers: 2.28,
      hundredOfOneHundredUsers: 3.18,
    });
  });
});
