import { stores } from '../../../composition/stores.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Posting } from '../../../domain/ledger/posting.ts';
import type { Delivery } from '../../../domain/ledger/delivery.ts';
import { DIMENSIONS } from '../../../domain/reporting/dimensions.ts';
import { aggregatePostings } from '../../../services/reporting/aggregate-postings.ts';
import { listUsage, type UsageListRequest } from '../../../services/reporting/list-usage.ts';
import {
  rangeOfSums,
  type ReportDeps,
  reportCosts,
} from '../../../services/reporting/report-costs.ts';
import type { ReportSettingsStore } from '../../../tables/report-settings.ts';
import type { TokenAnalyticsStore } from '../../../tables/token-analytics/token-analytics.ts';
import type { TokenUsageStore } from '../../../tables/token-usage/token-usage.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { postingWith } from '../../support/postings.ts';
import { silentTelemetry } from '../../support/telemetry.ts';
import { stored } from '../../support/stored.ts';
import { rethrow } from '../../support/nothing-apart.ts';

const at = (text: string): number => Date.parse(text);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START = at('2026-11-01T00:00:00Z');
/** With a listed tag, with values that need escaping in keys, and without tags. */
const TAGS: (Record<string, string> | undefined)[] = [
  { team: 'search', stage: 'live' },
  { team: 'a#b%23' },
  { team: '' },
  undefined,
];
/** 240 requests over ten days: one per hour from three users, rotating systems. */
const POSTINGS: Posting[] = Array.from({ length: 240 }, (_, hour) =>
  postingWith({
    userId: ['ada', 'grace', 'edsger'][hour % 3] ?? 'ada',
    departmentId: hour % 2 === 0 ? 'research' : undefined,
    tags: TAGS[hour % 4],
    delivery: [undefined, undefined, 'drained', 'failed'][hour % 4] as Delivery | undefined,
    system: ['automatrix', 'relaycore', 'neuroweaver'][Math.floor(hour / 80)] ?? 'relaycore',
    occurredAtMs: START + hour * HOUR_MS + 61_000,
    amountNanoUsd: BigInt(hour) * 1_000_000_007n,
  }),
);

let store: EmbeddedStore;
let usage: TokenUsageStore;
let analytics: TokenAnalyticsStore;
let reporting: ReportDeps & { settings: ReportSettingsStore };

beforeAll(async () => {
  store = await startEmbeddedStore();
  usage = stores(store.db).usage;
  analytics = stores(store.db).analytics;
  const settings = stores(store.db).reportSettings;
  reporting = { analytics, settings };
  await stored(store.db, settings.tagsReplacement('acme', ['team']));
  const deps = {
    usage,
    listedTags: settings.listedTags,
    suspend: rethrow,
    learn: async () => {},
    retentionDays: 30,
    telemetry: silentTelemetry(),
    now: () => START,
  };
  const others = [postingWith({ organizationId: 'other', occurredAtMs: START })];
  await aggregatePostings(deps, [...POSTINGS, ...others]);
});
afterAll(() => store.close());

const spentIn = (fromMs: number, toMs: number, of = POSTINGS): bigint =>
  of
    .filter(({ occurredAtMs }) => occurredAtMs >= fromMs && occurredAtMs < toMs)
    .reduce((sum, { amountNanoUsd }) => sum + amountNanoUsd, 0n);

describe('a cost report', () => {
  test.each([...DIMENSIONS, 'tag:team', 'delivery'] as const)(
    'by %s adds up to what was posted in the range, to the nano-dollar',
    async (groupBy) => {
      for (const [from, to] of [
        ['2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z'],
        ['2026-11-02T07:00:00Z', '2026-11-05T03:00:00Z'],
        ['2026-11-03T07:00:00Z', '2026-11-03T08:00:00Z'],
        ['2026-10-01T00:00:00Z', '2026-10-31T23:00:00Z'],
      ] as const) {
        for (const granularity of ['total', 'daily', 'hourly'] as const) {
          const range = { fromMs: at(from), toMs: at(to) };
          const request = { organizationId: 'acme', groupBy, granularity, range };
          const report = await reportCosts(reporting, request);
          expect(report.total.costNanoUsd).toBe(spentIn(range.fromMs, range.toMs));
        }
      }
    },
  );

  test('keeps users apart and shows what nobody was named for', async () => {
    const range = { fromMs: START, toMs: START + 48 * HOUR_MS };
    const base = { organizationId: 'acme', granularity: 'total', range } as const;
    const byUser = await reportCosts(reporting, { ...base, groupBy: 'user' });
    const adas = POSTINGS.filter(({ userId }) => userId === 'ada');
    expect(byUser.rows.find(({ key }) => key === 'ada')?.measures.costNanoUsd).toBe(
      spentIn(range.fromMs, range.toMs, adas),
    );
    const byDepartment = await reportCosts(reporting, { ...base, groupBy: 'department' });
    expect(new Set(byDepartment.rows.map(({ key }) => key))).toEqual(new Set(['research', null]));
    const byDelivery = await reportCosts(reporting, { ...base, groupBy: 'delivery' });
    const requests = byDelivery.rows.map(({ key, measures }) => [key, measures.requests]);
    expect(Object.fromEntries(requests)).toEqual({ delivered: 24n, drained: 12n, failed: 12n });
  });

  test('by tag names each value, and what was tagged before the tag was listed as nothing', async () => {
    const range = { fromMs: START, toMs: START + 48 * HOUR_MS };
    const request = { organizationId: 'acme', granularity: 'total', range } as const;
    const report = await reportCosts(reporting, { ...request, groupBy: 'tag:team' });
    const spentWith = (team: string | undefined) =>
      spentIn(
        range.fromMs,
        range.toMs,
        POSTINGS.filter(({ tags }) => (tags?.['team'] || undefined) === team),
      );
    expect(new Map(report.rows.map(({ key, measures }) => [key, measures.costNanoUsd]))).toEqual(
      new Map([
        ['search', spentWith('search')],
        ['a#b%23', spentWith('a#b%23')],
        [null, spentWith(undefined)],
      ]),
    );
    await expect(
      reportCosts(reporting, { ...request, groupBy: 'tag:stage' }),
    ).rejects.toMatchObject({ fields: [{ field: 'groupBy' }] });
    await stored(store.db, reporting.settings.tagsReplacement('acme', ['team', 'stage']));
    const staged = await reportCosts(reporting, { ...request, groupBy: 'tag:stage' });
    expect(staged.rows).toMatchObject([{ key: null, measures: report.total }]);
  });

  test.each(['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Chatham'])(
    'has the days of %s, each with the hours that begin in it',
    async (timeZone) => {
      const ends = { from: { date: '2026-11-02' }, to: { date: '2026-11-05' } };
      const range = rangeOfSums(ends, START + 40 * DAY_MS, timeZone);
      const request = { organizationId: 'acme', granularity: 'daily', range, timeZone } as const;
      for (const groupBy of ['user', 'delivery', 'tag:team'] as const) {
        const report = await reportCosts(reporting, { ...request, groupBy });
        expect(report.total.costNanoUsd).toBe(spentIn(range.fromMs, range.toMs));
        const days = Map.groupBy(report.rows, ({ periodStartMs }) => periodStartMs);
        expect([...days.keys()]).toEqual([0, 1, 2].map((day) => range.fromMs + day * DAY_MS));
        for (const [startMs, rows] of days) {
          expect(new Set(rows.map((row) => row.periodEndMs))).toEqual(new Set([startMs + DAY_MS]));
          const spent = rows.reduce((sum, row) => sum + row.measures.costNanoUsd, 0n);
          expect(spent).toBe(spentIn(startMs, startMs + DAY_MS));
        }
      }
    },
  );

  test('of a day that begins within this hour says when its first hour begins', () => {
    const nowMs = at('2026-11-20T18:45:00Z');
    const today = { from: { date: '2026-11-21' } };
    expect(() => rangeOfSums(today, nowMs, 'Asia/Kolkata')).toThrow(
      expect.objectContaining({
        fields: [
          {
            field: 'from',
            message: expect.stringContaining(
              'first one begins at 2026-11-20T19:00:00.000Z',
            ) as string,
          },
        ],
      }),
    );
    expect(rangeOfSums(today, nowMs + HOUR_MS, 'Asia/Kolkata')).toEqual({
      fromMs: at('2026-11-20T19:00:00Z'),
      toMs: at('2026-11-20T20:00:00Z'),
    });
  });

  test('reads in proportion to the range, not to the requests', async () => {
    const readUnits = async (days: number): Promise<number> => {
      store.takeConsumed();
      const range = { fromMs: START, toMs: START + days * 24 * HOUR_MS };
      await reportCosts(reporting, {
        organizationId: 'acme',
        groupBy: 'user',
        granularity: 'total',
        range,
      });
      return store.takeConsumed().readUnits;
    };
    expect(await readUnits(10)).toBeLessThanOrEqual(10);
    expect(await readUnits(5)).toBeLessThanOrEqual(5);
  });

  test('refuses a range that is too long, naming the field', async () => {
    const range = { fromMs: START, toMs: START + 32 * 24 * HOUR_MS };
    const request = {
      organizationId: 'acme',
      groupBy: 'user',
      granularity: 'hourly',
      range,
    } as const;
    await expect(reportCosts(reporting, request)).rejects.toMatchObject({
      kind: 'invalid-request',
      fields: [{ field: 'from' }],
    });
  });
});

describe('listed usage', () => {
  const whole = { filter: {}, fromMs: START, toMs: START + 300 * HOUR_MS, limit: 100 };

  async function allPages(
    request: UsageListRequest,
  ): Promise<{ records: Posting[]; pages: number }> {
    const records: Posting[] = [];
    let pages = 0;
    let after: string | undefined;
    do {
      const page = await listUsage({ usage, analytics }, 'acme', { ...request, after });
      expect(page.records.length).toBeLessThanOrEqual(request.limit);
      records.push(...page.records);
      after = page.next;
      pages += 1;
    } while (after !== undefined && pages < 200);
    return { records, pages };
  }

  test.each([
    ['nothing', {}],
    ['user', { userId: 'ada' }],
    ['user and system', { userId: 'ada', system: 'relaycore' }],
    ['department', { departmentId: 'research' }],
    ['system', { system: 'neuroweaver' }],
    ['system and department', { system: 'automatrix', departmentId: 'research' }],
    ['model', { model: 'amazon.nova-lite-v1:0' }],
    ['a model nobody used', { model: 'none' }],
  ] as const)('filtered by %s: every record once, newest first', async (_, filter) => {
    const expected = POSTINGS.filter((posting) =>
      Object.entries(filter).every(([name, value]) => posting[name as keyof Posting] === value),
    ).toReversed();
    for (const limit of [7, 500]) {
      const { records } = await allPages({ ...whole, filter, limit });
      expect(records.map(({ postingId }) => postingId)).toEqual(
        expected.map(({ postingId }) => postingId),
      );
    }
  });

  test('keeps to the range, its end excluded', async () => {
    const exact = POSTINGS[30]?.occurredAtMs ?? 0;
    const upTo = await allPages({ ...whole, fromMs: START, toMs: exact });
    expect(upTo.records).toHaveLength(30);
    const from = await allPages({ ...whole, fromMs: exact, toMs: exact + 1 });
    expect(from.records.map(({ postingId }) => postingId)).toEqual([POSTINGS[30]?.postingId]);
  });

  test('pages through records of one instant', async () => {
    const instant = at('2026-10-10T10:10:10Z');
    const same = Array.from({ length: 9 }, () => postingWith({ occurredAtMs: instant }));
    await usage.record(same, 30, START);
    const range = { fromMs: instant, toMs: instant + 1 };
    const { records, pages } = await allPages({ ...whole, ...range, limit: 4 });
    expect(new Set(records.map(({ postingId }) => postingId)).size).toBe(9);
    expect(pages).toBe(3);
  });

  test.each(['x', '2026-11-01', '2026-13-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z#later'])(
    'refuses the position %s, naming the cursor',
    async (after) => {
      await expect(
        listUsage({ usage, analytics }, 'acme', { ...whole, after }),
      ).rejects.toMatchObject({ fields: [{ field: 'cursor' }] });
    },
  );

  test('a position before the range is its end', async () => {
    const after = '2020-01-01T00:00:00.000Z#any';
    expect(await listUsage({ usage, analytics }, 'acme', { ...whole, after })).toEqual({
      records: [],
    });
  });
});
