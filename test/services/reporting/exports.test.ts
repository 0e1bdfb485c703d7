import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { costReportViewOf } from '../../../contracts/reports.ts';
import { usageRecordViewOf } from '../../../contracts/usage-records.ts';
import { parseUsd } from '../../../domain/money.ts';
import { csvOf } from '../../../domain/reporting/csv.ts';
import {
  MAX_KEPT_EXPORTS,
  MAX_KEPT_OF_ORGANIZATION,
  MAX_UNFINISHED_EXPORTS,
  type ReportExport,
  roomFor,
} from '../../../domain/reporting/report-export.ts';
import { exportUsage } from '../../../services/reporting/export-usage.ts';
import { costs, NOW, range, records, startExporting } from '../../support/exporting.ts';
import { arbitraryPostings, NOON, postingWith } from '../../support/postings.ts';

const DAY_MS = 86_400_000;

let exporting: Awaited<ReturnType<typeof startExporting>>;
beforeAll(async () => {
  exporting = await startExporting();
});
afterAll(() => exporting.stop());

const dimension = fc.constantFrom(
  'organization',
  'user',
  'department',
  'model',
  'tag:team' as const,
);

describe('a file of costs', () => {
  test('begins with a byte order mark if one is asked for, and is the same else', async () => {
    const { file } = await exporting.organizationWith([postingWith()]);
    const plain = await file(costs);
    expect(plain.text).toMatch(/^periodStart,/);
    expect((await file({ ...costs, bom: true })).text).toBe(`\uFEFF${plain.text}`);
  });

  test('equals the report, day by day, for any usage and any request', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryPostings({ maxLength: 12 }),
        dimension,
        fc.constantFrom('total', 'daily', 'hourly'),
        async (postings, groupBy, granularity) => {
          const { file, report } = await exporting.organizationWith(postings, ['team']);
          const request = { ...costs, groupBy, granularity } as const;
          const expected = await report(request);
          const csv = await file(request);
          expect(csv.text).toBe(csvOf(expected));
          expect(csv.rows).toBe(expected.rows.length);
          expect(csv.totalNanoUsd).toBe(expected.total.costNanoUsd);
          const json = await file({ ...request, format: 'json' });
          const name = groupBy === 'organization' ? 'total' : groupBy;
          expect(JSON.parse(json.text)).toEqual(costReportViewOf(expected, name));
        },
      ),
      { numRuns: 12 },
    );
  });
});

describe('the name of a file', () => {
  test('is plain for any tag name', async () => {
    const tag = '部門/größe';
    const { file } = await exporting.organizationWith(
      [postingWith({ tags: { [tag]: 'a' } })],
      [tag],
    );
    const { text, fileName } = await file({ ...costs, groupBy: `tag:${tag}` });
    expect(text).toContain(tag);
    expect(fileName).toMatch(/^costs-by-tag-gr-e-[-0-9]+-to-[-0-9]+\.csv\.gz$/);
  });
});

describe('a file of usage records', () => {
  test('has every record once, newest first, and adds up to the report', async () => {
    const { file, report, postings } = await exporting.organizationWith([
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
    expect(lines[0]).toMatch(
      /^recordId,requestId,kind,at,.*,tags,userName,departmentName,systemName$/,
    );
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
      JSON.parse(JSON.stringify(postings.toReversed().map(usageRecordViewOf))),
    );
    expect(parseUsd(json.totalUsd)).toBe(total.costNanoUsd);
  });

  test('continues across pages and hours', async () => {
    const { deps, organizationId, postings } = await exporting.organizationWith(
      Array.from({ length: 9 }, (_, index) =>
        postingWith({ occurredAtMs: NOON + index * 600_000 }),
      ),
    );
    const texts: string[] = [];
    const what = { organizationId, range };
    for await (const { text } of exportUsage(deps, { ...what, format: 'json' }, () => false, 2))
      texts.push(text);
    const { items } = JSON.parse(texts.join('')) as { items: { recordId: string }[] };
    expect(items.map(({ recordId }) => recordId)).toEqual(
      postings.map(({ postingId }) => postingId).toReversed(),
    );
  });
});

describe('asking for a file', () => {
  test('with a repeated key returns the first export', async () => {
    const { ask, queued, manager, organizationId } = await exporting.organizationWith([]);
    const item = await ask(costs, 'key');
    const other = await ask(costs, 'key');
    expect(other.exportId).toBe(item.exportId);
    expect(queued).toEqual([{ organizationId, exportId: item.exportId }]);
    expect(await manager.list(organizationId, NOW)).toHaveLength(1);
    expect((await ask(costs)).exportId).not.toBe(item.exportId);
  });

  test('twice concurrently with one key is queued once', async () => {
    const { ask, queued, organizationId } = await exporting.organizationWith([]);
    const [item, other] = await Promise.all([ask(costs, 'key'), ask(costs, 'key')]);
    expect(other.exportId).toBe(item.exportId);
    expect(queued).toEqual([{ organizationId, exportId: item.exportId }]);
  });

  test('leaves nothing behind when it cannot be queued', async () => {
    const { ask, state, manager, organizationId } = await exporting.organizationWith([]);
    state.isQueueDown = true;
    await expect(ask(costs)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await manager.list(organizationId, NOW)).toEqual([]);
  });

  test('is refused while many are being made, until they are given up', async () => {
    const { ask, state, manager, organizationId } = await exporting.organizationWith([]);
    for (let made = 0; made < MAX_UNFINISHED_EXPORTS; made += 1) await ask(costs);
    await expect(ask(costs)).rejects.toMatchObject({ kind: 'conflict' });
    state.nowMs += 3_600_001;
    expect((await ask(costs)).state).toBe('queued');
    const states = (await manager.list(organizationId, state.nowMs)).map((item) => item.state);
    expect(states).toEqual(['queued', ...Array<string>(MAX_UNFINISHED_EXPORTS).fill('failed')]);
  });

  test.each([
    ['groupBy', { ...costs, groupBy: 'tag:unlisted' as const }],
    ['groupBy', { ...costs, format: 'focus' as const }],
    ['from', { ...costs, range: { ...range, fromMs: range.toMs - 401 * DAY_MS } }],
    ['to', { ...costs, range: { fromMs: range.toMs, toMs: range.fromMs } }],
  ])('wrongly is answered with the field %s', async (field, request) => {
    const { ask, queued } = await exporting.organizationWith([]);
    await expect(ask(request)).rejects.toMatchObject({ fields: [{ field }] });
    expect(queued).toEqual([]);
  });
});

describe('what one credential keeps', () => {
  test('stops no other credential, also with the same key', async () => {
    const { ask } = await exporting.organizationWith([]);
    for (let made = 0; made < MAX_UNFINISHED_EXPORTS; made += 1) await ask(costs, `key-${made}`);
    await expect(ask(costs, 'more')).rejects.toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining('Your credentials'),
    });
    const theirs = await ask(costs, 'key-0', 'admin-key');
    expect(theirs).toMatchObject({ state: 'queued', requestedBy: 'admin-key' });
  });

  test('is at most its number: the oldest finished one makes room, with its file', async () => {
    const { ask, build, find, manager, state, textOf, organizationId, audit } =
      await exporting.organizationWith([postingWith()]);
    const made: string[] = [];
    for (let nth = 0; nth < MAX_KEPT_EXPORTS; nth += 1) {
      state.nowMs += 1_000;
      const { exportId } = await ask(costs);
      made.push(exportId);
      await build(exportId);
    }
    const [oldest = '', second = ''] = made;
    const [file] = (await find(oldest)).files;
    expect(await textOf(file?.objectKey ?? '')).toContain('research');
    state.nowMs += 1_000;
    await ask(costs);
    await expect(find(oldest)).rejects.toMatchObject({ kind: 'not-found' });
    expect(await textOf(file?.objectKey ?? '')).toContain('there is no');
    expect((await find(second)).state).toBe('done');
    expect(await manager.list(organizationId, state.nowMs)).toHaveLength(MAX_KEPT_EXPORTS);
    const { entries } = await audit.list(organizationId, {}, { limit: 2 });
    expect(entries.map(({ action }) => action).toSorted()).toEqual([
      'report-export.create',
      'report-export.delete',
    ]);
  });

  test('makes room first when the organization keeps its number', () => {
    const item = (requestedBy: string, nth: number): ReportExport => ({
      exportId: `${requestedBy}-${nth}`,
      organizationId: 'acme',
      request: costs,
      requestedBy,
      requestedAtMs: NOW + nth,
      touchedAtMs: NOW + nth,
      expiresAtMs: NOW + DAY_MS,
      state: 'done',
      files: [],
      rest: range,
      unread: range,
    });
    const kept = Array.from({ length: MAX_KEPT_OF_ORGANIZATION }, (_, nth) =>
      item(nth < 18 ? 'most' : `key-${nth % 10}`, nth),
    );
    expect(roomFor('newcomer', kept, NOW)).toMatchObject({ gone: { exportId: 'most-0' } });
    expect(roomFor('newcomer', kept.slice(1), NOW)).toEqual({ gone: undefined });
  });
});

describe('deleting an export', () => {
  test('removes its files, for its owner and for operators', async () => {
    const { ask, build, find, manager, state, textOf, organizationId } =
      await exporting.organizationWith([postingWith()]);
    const callerOf = (actor: string, role: 'viewer' | 'admin') => ({
      organizationId,
      actor,
      role,
      nowMs: state.nowMs,
    });
    for (const [actor, role] of [
      ['key-1', 'viewer'],
      ['admin-key', 'admin'],
    ] as const) {
      const { exportId } = await ask(costs);
      await build(exportId);
      const [file] = (await find(exportId)).files;
      await expect(manager.delete(callerOf('key-2', 'viewer'), exportId)).rejects.toMatchObject({
        kind: 'forbidden',
      });
      const gone = await manager.delete(callerOf(actor, role), exportId);
      expect(gone.exportId).toBe(exportId);
      await expect(find(exportId)).rejects.toMatchObject({ kind: 'not-found' });
      expect(await textOf(file?.objectKey ?? '')).toContain('there is no');
    }
  });

  test('ends one that is being made', async () => {
    const { ask, build, manager, state, organizationId } = await exporting.organizationWith([]);
    const { exportId } = await ask(costs);
    const caller = { organizationId, actor: 'key-1', role: 'viewer' } as const;
    await manager.delete({ ...caller, nowMs: state.nowMs }, exportId);
    await build(exportId);
    expect(await manager.list(organizationId, state.nowMs)).toEqual([]);
  });
});
