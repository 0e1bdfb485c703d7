import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aggregatesOf, dayOf } from '../../domain/reporting/aggregates.ts';
import { NOTHING } from '../../domain/reporting/measures.ts';
import { createCachedAnalytics } from '../../services/analytics/cached-analytics.ts';
import { aggregatePostings } from '../../services/reporting/aggregate-postings.ts';
import { configFor, ENVIRONMENTS } from '../../lib/config.ts';
import { createAnalyticsCacheStore } from '../../tables/analytics-cache.ts';
import { createAuditLog } from '../../tables/audit-log.ts';
import { createReportSettingsStore } from '../../tables/report-settings.ts';
import { keyOf } from '../../tables/token-analytics-keys.ts';
import { additionOf, createTokenAnalyticsStore } from '../../tables/token-analytics.ts';
import { createTokenUsageStore } from '../../tables/token-usage.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { postingWith } from '../support/postings.ts';
import { silentTelemetry } from '../support/telemetry.ts';
import { runBin } from './run-command.ts';

const DAY = new Date().toISOString().slice(0, 10);
const START = Date.parse(DAY);

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
  await createReportSettingsStore(store.db).putTags('acme', ['team']);
  await record(30, 'ada');
});
afterAll(() => store.close());

const rebuild = (...args: string[]) => rebuildFrom(DAY, ...args);
const rebuildFrom = (day: string, ...args: string[]) =>
  runBin('aggregates-rebuild', [
    ...args,
    '--from',
    day,
    '--endpoint',
    store.endpoint,
    '--prefix',
    store.tablePrefix,
  ]);

async function record(count: number, userId: string): Promise<void> {
  const settings = createReportSettingsStore(store.db);
  const postings = Array.from({ length: count }, (_, position) =>
    postingWith({
      userId,
      tags: { team: `team-${position % 3}` },
      occurredAtMs: START + (position % 20) * 3_600_000,
    }),
  );
  const deps = {
    usage: createTokenUsageStore(store.db),
    listedTags: settings.listedTags,
    learn: async () => {},
    retentionDays: 400,
    telemetry: silentTelemetry(),
    now: () => START,
  };
  const { unrecorded } = await aggregatePostings(deps, postings);
  expect(unrecorded).toEqual([]);
}

/** Adds to one sum, loses another, and makes up a third. */
async function damage(): Promise<void> {
  const aggregate = {
    organizationId: 'acme',
    dimension: 'user',
    value: 'ada',
    granularity: 'daily',
    bucket: DAY,
    measures: { ...NOTHING, costNanoUsd: 7n, requests: -1n },
  } as const;
  await store.db.write(additionOf(aggregate, START));
  const lost = { ...aggregate, dimension: 'tag:team', value: 'team-1' } as const;
  const table = 'token-analytics';
  await store.db.write({ kind: 'delete', table, key: keyOf(lost) });
  const madeUp = { ...aggregate, dimension: 'model', value: 'nobody-used-it' } as const;
  await store.db.write(additionOf(madeUp, START));
}

describe('npm run aggregates:rebuild', () => {
  test('finds nothing where nothing is wrong', async () => {
    const { code, stdout } = await rebuild('--check');
    expect(stdout).toMatch(/records +30\n.*different +0\n/s);
    expect(code).toBe(0);
  });

  test('finds what was damaged, and mends it while requests go on', async () => {
    await damage();
    const check = await rebuild('--check');
    expect(check.code).toBe(1);
    expect(check.stdout).toMatch(/different +3\nmended +0\n/);
    expect(check.stdout).toContain(`user#ada lacks costNanoUsd -7, requests 1`);
    expect(check.stdout).toContain(`model#nobody-used-it lacks costNanoUsd -7, requests 1`);
    expect(check.stdout).toContain(`tag:team#team-1 lacks costNanoUsd`);

    const mending = rebuild('--apply');
    const whenMended = mending.then(() => 'mended' as const);
    let recorded = 0;
    for (; recorded < 100; recorded += 1) {
      if ((await Promise.race([whenMended, record(1, 'grace')])) === 'mended') break;
    }
    expect(recorded).toBeGreaterThan(0);
    expect((await mending).stdout).toMatch(/mended +[3-9]/);

    const again = await rebuild('--check');
    expect(again.stdout).toMatch(/different +0\n/);
    expect(again.code).toBe(0);
    const [ada] = await createTokenAnalyticsStore(store.db).getDays('acme', 'user', 'ada', [DAY]);
    expect(ada?.measures).toEqual(
      aggregatesOf(Array.from({ length: 30 }, () => postingWith({ occurredAtMs: START }))).find(
        ({ dimension, granularity }) => dimension === 'user' && granularity === 'daily',
      )?.measures,
    );
  });

  test('makes cached analytics old by mending, not by checking', async () => {
    const { db } = store;
    const cached = createCachedAnalytics({
      cache: createAnalyticsCacheStore(db),
      audit: createAuditLog(db),
      telemetry: silentTelemetry(),
      version: '1',
    });
    const analytics = createTokenAnalyticsStore(db);
    const costOf = (sums: 'days' | 'hours') =>
      cached.answer({ organizationId: 'acme', key: sums, sums, nowMs: START }, async () => {
        const [day] = await analytics.getDays('acme', 'user', 'ada', [DAY]);
        return String(day?.measures.costNanoUsd);
      });
    const [right, known] = [await costOf('days'), await costOf('hours')];
    await damage();
    expect((await rebuild('--check')).code).toBe(1);
    expect(await costOf('days')).toBe(right);
    await cached.invalidate({ organizationId: 'acme', actor: 'test' }, START);
    expect(await costOf('days')).toBe(String(BigInt(right) + 7n));
    expect(await costOf('hours')).toBe(String(BigInt(known) + 7n));

    await rebuild('--apply');
    expect(await costOf('days')).toBe(right);
    expect(await costOf('hours')).toBe(known);
  });

  test('refuses days whose records may have expired, however an environment is configured', async () => {
    const days = Math.min(...ENVIRONMENTS.map((one) => configFor(one).retentionDays));
    const { code, stderr } = await rebuildFrom(
      dayOf(Date.now() - (days - 1) * 86_400_000),
      '--apply',
    );
    expect(stderr).toContain('records expire');
    expect(code).toBe(2);
  });

  test.each([
    [[], 'Give either --check or --apply'],
    [['--check', '--to', DAY], '--to must be later'],
    [['--check', '--to', 'monday'], '--to must be a day'],
    [['--apply', 'all'], '"all" is not understood'],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, stderr } = await rebuild(...args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});
