import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ExportMessage } from '../../../contracts/export-message.ts';
import { costReportViewOf } from '../../../contracts/reports.ts';
import { usageRecordOf } from '../../../contracts/usage-records.ts';
import type { Posting } from '../../../domain/ledger/posting.ts';
import { parseUsd } from '../../../domain/money.ts';
import { csvOf } from '../../../domain/reporting/csv.ts';
import { focusCsvOf } from '../../../domain/reporting/focus.ts';
import {
  type ExportRequest,
  MAX_UNFINISHED_EXPORTS,
} from '../../../domain/reporting/report-export.ts';
import { aggregatePostings } from '../../../services/reporting/aggregate-postings.ts';
import { buildExport } from '../../../services/reporting/build-export.ts';
import { exportUsage } from '../../../services/reporting/export-usage.ts';
import { createReportExportManager } from '../../../services/reporting/manage-exports.ts';
import { reportCosts } from '../../../services/reporting/report-costs.ts';
import { createAuditLog } from '../../../tables/audit-log.ts';
import { createReportExportStore } from '../../../tables/report-exports.ts';
import { createReportSettingsStore } from '../../../tables/report-settings.ts';
import { createTokenAnalyticsStore } from '../../../tables/token-analytics.ts';
import { createTokenUsageStore } from '../../../tables/token-usage.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { startLocalObjects } from '../../support/local-objects.ts';
import { arbitraryPostings, NOON, postingWith } from '../../support/postings.ts';
import { silentTelemetry } from '../../support/telemetry.ts';

const DAY_MS = 86_400_000;
const NOW = NOON + 2 * DAY_MS;
const HALF_HOUR_MS = 1_800_000;
const range = {
  fromMs: NOON - 2 * DAY_MS - HALF_HOUR_MS,
  toMs: NOON + 2 * DAY_MS + HALF_HOUR_MS,
};
const costs: ExportRequest = { groupBy: 'department', granularity: 'daily', format: 'csv', range };
const records: ExportRequest = { groupBy: 'record', granularity: 'total', format: 'csv', range };

let store: EmbeddedStore;
let objects: Awaited<ReturnType<typeof startLocalObjects>>;
let organizations = 0;
let organizationId = '';
beforeAll(async () => {
  store = await startEmbeddedStore();
  objects = await startLocalObjects();
});
beforeEach(() => {
  organizationId = `acme-${(organizations += 1)}`;
});
afterAll(async () => {
  await objects.stop();
  await store.close();
});

/** An organization that has used `postings`, with everything that exports need. */
async function organizationWith(postings: Posting[], tags: string[] = []) {
  const telemetry = silentTelemetry();
  const state = { nowMs: NOW, isQueueDown: false };
  const settings = createReportSettingsStore(store.db);
  await settings.putTags(organizationId, tags);
  const usage = createTokenUsageStore(store.db);
  const analytics = createTokenAnalyticsStore(store.db);
  const own = postings.map((posting) => ({
    ...posting,
    organizationId,
    countedTags: tags.filter((tag) => posting.tags?.[tag]),
  }));
  await aggregatePostings(
    { usage, learn: async () => {}, retentionDays: 400, telemetry, now: () => state.nowMs },
    own,
  );
  const queued: ExportMessage[] = [];
  const exports = createReportExportStore(store.db);
  const manager = createReportExportManager({
    exports,
    settings,
    audit: createAuditLog(store.db),
    queue: {
      publish: async (message) => {
        if (state.isQueueDown) throw new Error('SQS is down');
        queued.push(message);
      },
    },
  });
  const caller = { organizationId, actor: 'key-1' };
  const deps = {
    exports,
    analytics,
    usage,
    telemetry,
    now: () => state.nowMs,
    upload: (...given: Parameters<typeof objects.bucket.upload>) => objects.bucket.upload(...given),
  };
  const attempt = { attemptId: 'first', deadlineMs: NOW + DAY_MS, isLast: false };

  return {
    manager,
    caller,
    state,
    queued,
    deps,
    attempt,
    postings: own,
    ask: (request: ExportRequest, key?: string) =>
      manager.request(caller, request, key, state.nowMs),
    /** Has a file made and reads it. */
    file: async (
      request: ExportRequest,
    ): Promise<{ text: string; rows: number; totalNanoUsd: bigint; fileName: string }> => {
      const { exportId } = await manager.request(caller, request, undefined, state.nowMs);
      await buildExport(deps, { organizationId, exportId }, attempt);
      const { file } = await manager.get(organizationId, exportId, state.nowMs);
      if (!file) throw new Error('there is no file');
      const text = await objects.read(file.objectKey);
      const { rows, totalNanoUsd, fileName } = file;
      return { text: text ?? '', rows, totalNanoUsd, fileName };
    },
    report: (request: ExportRequest & { groupBy: Exclude<ExportRequest['groupBy'], 'record'> }) =>
      reportCosts({ analytics, settings }, { organizationId, ...request }),
  };
}

const dimension = fc.constantFrom(
  'organization',
  'user',
  'department',
  'model',
  'tag:team' as const,
);

describe('a file of costs', () => {
  test('is the report, day by day, whatever was used and however it is asked for', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryPostings({ maxLength: 12 }),
        dimension,
        fc.constantFrom('total', 'daily', 'hourly'),
        async (postings, groupBy, granularity) => {
          organizationId = `acme-${(organizations += 1)}`;
          const { file, report } = await organizationWith(postings, ['team']);
          const request = { ...costs, groupBy, granularity } as const;
          const expected = await report(request);
          const csv = await file(request);
          expect(csv.text).toBe(csvOf(expected));
          expect(csv.rows).toBe(expected.rows.length);
          expect(csv.totalNanoUsd).toBe(expected.total.costNanoUsd);
          const json = await file({ ...request, format: 'json' });
          const name = groupBy === 'organization' ? 'total' : groupBy;
          expect(JSON.parse(json.text)).toEqual(costReportViewOf(expected, name));
          if (granularity === 'total') return;
          const focus = await file({ ...request, format: 'focus' });
          expect(focus.text).toBe(focusCsvOf(expected));
        },
      ),
      { numRuns: 12 },
    );
  });
});

describe('the name of a file', () => {
  test('is plain, whatever the tag is named', async () => {
    const tag = '部門/größe';
    const { file } = await organizationWith([postingWith({ tags: { [tag]: 'a' } })], [tag]);
    const { text, fileName } = await file({ ...costs, groupBy: `tag:${tag}` });
    expect(text).toContain(tag);
    expect(fileName).toMatch(/^costs-by-tag-gr-e-[-0-9]+-to-[-0-9]+\.csv\.gz$/);
  });
});

describe('a file of usage records', () => {
  test('has every record once, newest first, and adds up to the report', async () => {
    const { file, report, postings } = await organizationWith([
      postingWith({ occurredAtMs: NOON - DAY_MS, tags: { note: 'a "b", c' } }),
      postingWith({ amountNanoUsd: 7n, departmentId: undefined }),
      postingWith({
        occurredAtMs: NOON + DAY_MS,
        amountNanoUsd: -3n,
        kind: 'correction',
        requests: 0,
      }),
    ]);
    const csv = await file(records);
    const lines = csv.text.trimEnd().split('\r\n');
    expect(lines[0]).toMatch(/^recordId,requestId,kind,at,.*,tags$/);
    expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(
      postings.map(({ postingId }) => postingId).toReversed(),
    );
    expect(lines[3]).toContain('"{""note"":""a \\""b\\"", c""}"');
    const { total } = await report({ ...costs, groupBy: 'organization' });
    expect([csv.rows, csv.totalNanoUsd]).toEqual([3, total.costNanoUsd]);

    const json = JSON.parse((await file({ ...records, format: 'json' })).text) as {
      items: unknown[];
      totalUsd: string;
    };
    expect(json.items).toEqual(
      JSON.parse(JSON.stringify(postings.toReversed().map(usageRecordOf))),
    );
    expect(parseUsd(json.totalUsd)).toBe(total.costNanoUsd);
  });

  test('in FOCUS names model, region, department and seller, and corrections of closed months', async () => {
    const { file } = await organizationWith([
      postingWith({ region: 'eu-west-1', tags: { team: 'search' } }),
      postingWith({ kind: 'correction', requests: 0, postedAtMs: Date.parse('2026-12-02') }),
    ]);
    const { text } = await file({ ...records, format: 'focus' });
    const [header = '', ...lines] = text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(2);
    const column = (line: string | undefined, name: string) =>
      line?.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)[header.split(',').indexOf(name)];
    const first = lines.find((line) => line.includes('eu-west-1'));
    expect(column(first, 'ProviderName')).toBe('Amazon Web Services');
    expect(column(first, 'SkuId')).toBe('amazon.nova-lite-v1:0');
    expect(column(first, 'SubAccountId')).toBe('research');
    expect(column(first, 'Tags')).toBe('"{""team"":""search""}"');
    expect(column(first, 'ChargePeriodStart')).toBe('2026-11-21T12:00:00Z');
    expect(lines.map((line) => column(line, 'ChargeClass')).filter(Boolean)).toEqual([
      'Correction',
    ]);
  });

  test('goes on over pages and hours', async () => {
    const { deps, postings } = await organizationWith(
      Array.from({ length: 9 }, (_, index) =>
        postingWith({ occurredAtMs: NOON + index * 600_000 }),
      ),
    );
    const texts: string[] = [];
    const what = { organizationId, range };
    for await (const { text } of exportUsage(deps, what, 'json', 2)) texts.push(text);
    const { items } = JSON.parse(texts.join('')) as { items: { recordId: string }[] };
    expect(items.map(({ recordId }) => recordId)).toEqual(
      postings.map(({ postingId }) => postingId).toReversed(),
    );
  });
});

describe('asking for a file', () => {
  test('with the key of before is answered with what was made then', async () => {
    const { ask, queued, manager } = await organizationWith([]);
    const one = await ask(costs, 'key');
    const other = await ask(costs, 'key');
    expect(other.exportId).toBe(one.exportId);
    expect(queued).toEqual([{ organizationId, exportId: one.exportId }]);
    expect(await manager.list(organizationId, NOW)).toHaveLength(1);
    expect((await ask(costs)).exportId).not.toBe(one.exportId);
  });

  test('twice at once with one key is queued once', async () => {
    const { ask, queued } = await organizationWith([]);
    const [one, other] = await Promise.all([ask(costs, 'key'), ask(costs, 'key')]);
    expect(other.exportId).toBe(one.exportId);
    expect(queued).toEqual([{ organizationId, exportId: one.exportId }]);
  });

  test('leaves nothing behind when it cannot be queued', async () => {
    const { ask, state, manager } = await organizationWith([]);
    state.isQueueDown = true;
    await expect(ask(costs)).rejects.toMatchObject({ type: 'unavailable' });
    expect(await manager.list(organizationId, NOW)).toEqual([]);
  });

  test('is refused while many are being made, until they are given up', async () => {
    const { ask, state, manager } = await organizationWith([]);
    for (let made = 0; made < MAX_UNFINISHED_EXPORTS; made += 1) await ask(costs);
    await expect(ask(costs)).rejects.toMatchObject({ type: 'conflict' });
    state.nowMs += 3_600_001;
    expect((await ask(costs)).state).toBe('queued');
    const states = (await manager.list(organizationId, state.nowMs)).map((one) => one.state);
    expect(states).toEqual(['queued', ...Array<string>(MAX_UNFINISHED_EXPORTS).fill('failed')]);
  });

  test.each([
    ['groupBy', { ...costs, groupBy: 'tag:unlisted' as const }],
    ['granularity', { ...costs, format: 'focus' as const, granularity: 'total' as const }],
    ['from', { ...costs, range: { ...range, fromMs: range.toMs - 401 * DAY_MS } }],
    ['to', { ...costs, range: { fromMs: range.toMs, toMs: range.fromMs } }],
  ])('wrongly is answered with the field %s', async (field, request) => {
    const { ask, queued } = await organizationWith([]);
    await expect(ask(request)).rejects.toMatchObject({ errors: [{ field }] });
    expect(queued).toEqual([]);
  });
});

describe('an export that goes wrong', () => {
  test('is tried again, and fails with the last attempt', async () => {
    const { ask, deps, attempt, manager } = await organizationWith([postingWith()]);
    const { exportId } = await ask(costs);
    const broken = { ...deps, upload: () => Promise.reject(new Error('S3 is down')) };
    const build = (over: Partial<typeof attempt>) =>
      buildExport(broken, { organizationId, exportId }, { ...attempt, ...over });
    await expect(build({})).rejects.toThrow('S3 is down');
    expect(await manager.get(organizationId, exportId, NOW)).toMatchObject({ state: 'running' });
    await expect(build({ isLast: true })).rejects.toThrow('S3 is down');
    const failed = await manager.get(organizationId, exportId, NOW);
    expect(failed).toMatchObject({ state: 'failed', failure: expect.stringContaining('logged') });
    // Redriven, it is made after all.
    await buildExport(deps, { organizationId, exportId }, attempt);
    expect(await manager.get(organizationId, exportId, NOW)).toMatchObject({ state: 'done' });
  });

  test('for want of time says at which day, and leaves no file', async () => {
    const { ask, deps, attempt, manager } = await organizationWith([postingWith()]);
    const { exportId } = await ask(costs);
    await buildExport(deps, { organizationId, exportId }, { ...attempt, deadlineMs: NOW - 1 });
    const failed = await manager.get(organizationId, exportId, NOW);
    expect(failed.failure).toBe('took too long at day 0 of 5: ask for fewer days');
    expect(failed.file).toBeUndefined();
  });

  test('once done stays as it is, and expires', async () => {
    const { ask, deps, attempt, manager } = await organizationWith([postingWith()]);
    const { exportId } = await ask(costs);
    const build = (attemptId: string) =>
      buildExport(deps, { organizationId, exportId }, { ...attempt, attemptId });
    await build('first');
    const done = await manager.get(organizationId, exportId, NOW);
    await build('second');
    expect(await manager.get(organizationId, exportId, NOW)).toEqual(done);
    const later = NOW + 7 * DAY_MS;
    await expect(manager.get(organizationId, exportId, later)).rejects.toMatchObject({
      type: 'not-found',
    });
    await buildExport(deps, { organizationId, exportId: crypto.randomUUID() }, attempt);
  });
});
