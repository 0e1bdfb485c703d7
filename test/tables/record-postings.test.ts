import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Posting } from '../../domain/ledger/posting.ts';
import { type Aggregate, aggregateKeyText } from '../../domain/reporting/aggregates.ts';
import { additionsOf } from '../../domain/reporting/back-dating.ts';
import { countTags, DIMENSIONS } from '../../domain/reporting/dimensions.ts';
import { ONE_SHARD, type UsageShards } from '../../domain/reporting/usage-shards.ts';
import { type DynamoDb, StoreUnavailableError } from '../../tables/dynamodb.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { createTokenUsageStore } from '../../tables/token-usage/token-usage.ts';
import { createDynamoDb } from '../../aws/dynamodb.ts';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { startFaultyDynamoDb } from '../support/faulty-dynamodb/faulty-dynamodb.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { NOON, postingWith } from '../support/postings.ts';

const DAY_MS = 86_400_000;
const DAYS = ['2026-11-20', '2026-11-21'];
const WHOLE = { fromMs: NOON - 2 * DAY_MS, toMs: NOON + DAY_MS, limit: 1_000 };

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

let organizations = 0;

/** Two postings that share sums, one of them dated on the day before. */
function twoPostings(): Posting[] {
  const organizationId = `recorded-${(organizations += 1)}`;
  const tags = { team: 'search', stage: 'live' };
  return [
    postingWith({ organizationId, tags }),
    postingWith({
      organizationId,
      tags,
      occurredAtMs: NOON - DAY_MS,
      bookedAtMs: NOON,
      amountNanoUsd: -5n,
    }),
  ];
}

const tagged = (postings: readonly Posting[], listed: readonly string[]): Posting[] =>
  postings.map((posting) => countTags(posting, listed));

const record = (db: DynamoDb, postings: readonly Posting[], shards: UsageShards = ONE_SHARD) =>
  createTokenUsageStore(db, shards).record(postings, 30, NOON, { consistent: true });

/** Repeats it while other writes are under way. */
async function untilDone(postings: readonly Posting[]): Promise<void> {
  while ((await record(store.db, postings)).kind === 'conflict');
}

/** Every stored sum and the records of an organization. */
async function storedOf(organizationId: string, shards: UsageShards = ONE_SHARD) {
  const analytics = createTokenAnalyticsStore(store.db, shards);
  const usage = createTokenUsageStore(store.db, shards);
  const lists = await Promise.all(
    DAYS.flatMap((day) =>
      ([...DIMENSIONS, 'tag:team', 'tag:stage'] as const).flatMap((dimension) =>
        (['daily', 'hourly'] as const).map((granularity) =>
          analytics.listDay(
            { organizationId, dimension, granularity, day },
            { consistent: true, backDated: true },
          ),
        ),
      ),
    ),
  );
  const hours = ['2026-11-20T12', '2026-11-21T12'];
  const pages = await Promise.all(
    hours.map((hour) => usage.listByOrganizationHour(organizationId, hour, WHOLE)),
  );
  return { sums: sorted(lists.flat()), records: pages.flatMap((page) => page.records) };
}

const sorted = (aggregates: readonly Aggregate[]) =>
  new Map(
    aggregates
      .map((item) => [aggregateKeyText(item), item.measures] as const)
      .toSorted(([left], [right]) => (left < right ? -1 : 1)),
  );

/** What is stored is what the records say. */
async function expectWhole(
  postings: readonly Posting[],
  shards: UsageShards = ONE_SHARD,
): Promise<void> {
  const { sums, records } = await storedOf(postings[0]?.organizationId ?? '', shards);
  expect(records.map(({ postingId }) => postingId).toSorted()).toEqual(
    postings.map(({ postingId }) => postingId).toSorted(),
  );
  expect(sums).toEqual(sorted(additionsOf(records)));
}

/** A store whose nth write is lost, or done but not answered; later ones are not tried. */
function failingAt(nth: number, isDone: boolean) {
  let writes = 0;
  const db: DynamoDb = {
    ...store.db,
    async write(write) {
      writes += 1;
      if (writes < nth) return store.db.write(write);
      if (writes === nth && isDone) await store.db.write(write);
      throw new StoreUnavailableError('lost');
    },
  };
  return { db, hasFailed: () => writes >= nth };
}

describe('recording postings', () => {
  test.each([false, true])(
    'is completed after a crash at any write, whatever comes with it then (done: %s)',
    async (isDone) => {
      let hasFailed = true;
      for (let nth = 1; hasFailed; nth += 1) {
        const postings = twoPostings();
        const crash = failingAt(nth, isDone);
        await record(crash.db, tagged(postings, ['team'])).catch(() => undefined);
        hasFailed = crash.hasFailed();
        // The tags that the organization lists changed meanwhile, and the batch is cut differently.
        const [first, second] = tagged(postings, ['stage']) as [Posting, Posting];
        const other = { ...first, ...ids(postingWith()) };
        await untilDone([other]);
        await untilDone([second]);
        await untilDone([first]);
        await expectWhole([...postings, other]);
      }
    },
  );

  test('by a process that slept since it read adds nothing that was added meanwhile', async () => {
    // It sleeps before each of its writes in turn.
    for (let nth = 1; nth <= 24; nth += 1) {
      const postings = tagged(twoPostings(), ['team']);
      const [first] = postings as [Posting, Posting];
      const later = { ...first, ...ids(postingWith()) };
      let writes = 0;
      const sleeper: DynamoDb = {
        ...store.db,
        async write(write) {
          writes += 1;
          if (writes === nth) {
            await untilDone(postings);
            // Drops the names of the postings above from the sums.
            await untilDone([later]);
          }
          return store.db.write(write);
        },
      };
      await record(sleeper, postings);
      await untilDone(postings);
      if (writes < nth) break;
      await expectWhole([...postings, later]);
    }
  });

  test('by several processes at once counts each posting once', async () => {
    const postings = Array.from({ length: 12 }, () => twoPostings()).flat();
    const organizationId = 'together';
    const own = tagged(postings, ['team']).map((posting) => ({ ...posting, organizationId }));
    await Promise.all([untilDone(own), untilDone(own.toReversed()), untilDone(own.slice(5, 15))]);
    await expectWhole(own);
  });

  test('through a store that loses calls and answers, and gets some late, counts each once', async () => {
    const weather = {
      lostRequest: 0.05,
      lostAnswer: 0.05,
      internalError: 0.05,
      unprocessed: 0.1,
      late: 0.01,
    };
    const faulty = await startFaultyDynamoDb(store.endpoint, 7, weather);
    const client = localEndpoint(faulty.endpoint);
    const db = createDynamoDb({ tablePrefix: store.tablePrefix, client });
    const organizationId = 'weather';
    const postings = Array.from({ length: 2 }, () => twoPostings()).flat();
    const own = tagged(postings, ['team']).map((posting) => ({ ...posting, organizationId }));
    const insist = async (list: Posting[]): Promise<void> => {
      for (let isDone = false; !isDone;) {
        const result = await record(db, list).catch(() => undefined);
        isDone = result?.kind === 'recorded';
      }
    };
    await Promise.all([insist(own), insist(own.slice(1, 3))]);
    expect(faulty.met('lostAnswer') + faulty.met('lostRequest')).toBeGreaterThan(0);
    await faulty.close();
    await expectWhole(own);
  });

  test('in shards is read as if there were one', async () => {
    const shards = (day: string) => (day === '2026-11-21' ? 4 : 1);
    const organizationId = 'sharded';
    const postings = Array.from({ length: 40 }, (_, index) => {
      const entryId = `019a9f00-0000-7000-8000-0000000000${String(index).padStart(2, '0')}`;
      const occurredAtMs = NOON - (index % 2) * DAY_MS - index;
      return postingWith({ organizationId, occurredAtMs, entryId, postingId: `${entryId}.2` });
    });
    await record(store.db, postings, shards);
    await record(store.db, postings.slice(7, 19), shards);
    await expectWhole(postings, shards);
    const usage = createTokenUsageStore(store.db, shards);
    const listed: Posting[] = [];
    let after: string | undefined;
    do {
      const page = await usage.listByUser(organizationId, 'ada', { ...WHOLE, limit: 7, after });
      listed.push(...page.records);
      after = page.next;
    } while (after !== undefined);
    expect(listed.map(({ postingId }) => postingId)).toEqual(
      postings
        .toSorted((left, right) => right.occurredAtMs - left.occurredAtMs)
        .map(({ postingId }) => postingId),
    );
    const analytics = createTokenAnalyticsStore(store.db, shards);
    const ada = { organizationId, dimension: 'user', value: 'ada' } as const;
    const [day] = await analytics.getMany([{ ...ada, granularity: 'daily', bucket: '2026-11-21' }]);
    expect(day?.measures.requests).toBe(20n);
    expect(await analytics.getDays(ada, DAYS)).toHaveLength(2);
    expect(await analytics.listActiveOrganizations('2026-11-21')).toContain(organizationId);
    expect(
      await analytics.listChanged(organizationId, ['user'], DAYS, '2026-11-21T00:00'),
    ).toMatchObject([{ bucket: '2026-11-20' }, { bucket: '2026-11-21' }]);
  });
});

const ids = ({ entryId, postingId }: Posting) => ({ entryId, postingId });
