import { stores } from '../../composition/stores.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { currentCostsView } from '../../contracts/current-costs.ts';
import { createHandler as createListUsage } from '../../lambdas/list-usage/handler.ts';
import { StoreUnavailableError } from '../../tables/dynamodb.ts';
import type { EmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { NOON } from '../support/postings.ts';
import { REPORTED, startReporting } from '../support/reporting.ts';
import { silentTelemetry } from '../support/telemetry.ts';

const USAGE = 'GET /v1/usage';
const REPORT = 'GET /v1/reports/costs';

let store: EmbeddedStore;
let listUsage: unknown;
let costReport: unknown;

beforeAll(async () => {
  ({ store, listUsage, costReport } = await startReporting());
});
afterAll(() => store.close());

describe('GET /v1/usage', () => {
  test('shows the last day, newest first, as records', async () => {
    const { status, json } = await call(listUsage, USAGE, { role: 'viewer' });
    expect(status).toBe(200);
    const items = json['items'] as Record<string, unknown>[];
    expect(items).toHaveLength(12);
    expect(items[0]).toEqual({
      recordId: REPORTED[0]?.postingId,
      requestId: REPORTED[0]?.entryId,
      kind: 'settlement',
      at: '2026-11-21T12:30:00.000Z',
      postedAt: '2026-11-21T12:30:02.000Z',
      system: 'relaycore',
      userId: 'ada',
      operation: 'chat',
      model: 'amazon.nova-lite-v1:0',
      tags: { project: 'apollo' },
      costUsd: '0.001234567',
      usage: { inputTokens: 1_000, outputTokens: 200, cacheReadTokens: 30, cacheWriteTokens: 4 },
      expectedCostUsd: '0.001200000',
      reservedUsd: '0.002000000',
      latencyMs: 850,
      maxOutputTokens: 4_096,
    });
  });

  test('pages by its own cursor, also when the clock moves on', async () => {
    const seen: unknown[] = [];
    let cursor: unknown;
    do {
      const query = { limit: '5', userId: 'ada', ...(cursor ? { cursor: String(cursor) } : {}) };
      const { json } = await call(listUsage, USAGE, { query });
      seen.push(...(json['items'] as { recordId: string }[]).map(({ recordId }) => recordId));
      cursor = json['nextCursor'];
    } while (cursor !== undefined);
    const expected = REPORTED.filter(({ userId }) => userId === 'ada');
    expect(seen).toEqual(expected.map(({ postingId }) => postingId));
  });

  test('takes dates as reports do', async () => {
    const query = { from: '2026-11-21', to: '2026-11-22' };
    const { json } = await call(listUsage, USAGE, { query });
    expect(json['items']).toHaveLength(12);
  });

  test('another organization sees nothing of it, forged cursor or not', async () => {
    const first = await call(listUsage, USAGE, { query: { limit: '2' } });
    const query = { cursor: String(first.json['nextCursor']) };
    const { status, json } = await call(listUsage, USAGE, { organizationId: 'other', query });
    expect(status).toBe(200);
    expect(json['items']).toEqual([]);
  });

  test.each([
    ['cursor', { cursor: 'nonsense' }],
    ['cursor', { cursor: Buffer.from('usage:nonsense').toString('base64url') }],
    ['cursor', { cursor: Buffer.from('usage:0 2027-01-01T00:00:00.000Z#x').toString('base64url') }],
    ['limit', { limit: '0' }],
    ['limit', { limit: '501' }],
    ['limit', { limit: 'NaN' }],
    ['from', { from: 'yesterday' }],
    ['from', { from: '2020-01-01T00:00:00Z' }],
    ['to', { from: '2026-11-21T12:00:00Z', to: '2026-11-21T12:00:00Z' }],
    ['userId', { userId: '#' }],
    ['user', { user: 'ada' }],
  ])('names the field %s in %o', async (field, query) => {
    const { status, contentType, json } = await call(listUsage, USAGE, { query });
    expect(status).toBe(400);
    expect(contentType).toBe('application/problem+json');
    expect((json['errors'] as { field: string }[])[0]?.field).toBe(field);
  });

  test('a store that cannot be reached is 503', async () => {
    const down = () => Promise.reject(new StoreUnavailableError('down'));
    const db = { ...store.db, query: down, batchGet: down };
    const handler = createListUsage({
      now: () => NOON,
      telemetry: silentTelemetry(),
      usage: stores(db).usage,
      analytics: stores(db).analytics,
    });
    expect((await call(handler, USAGE)).status).toBe(503);
  });
});

describe('GET /v1/reports/costs', () => {
  test('by default totals the month to date', async () => {
    const { status, json } = await call(costReport, REPORT, { role: 'viewer' });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      from: '2026-11-01T00:00:00.000Z',
      to: '2026-11-21T13:00:00.000Z',
      groupBy: 'total',
      granularity: 'total',
      currency: 'USD',
      totalUsd: '0.014814804',
      total: { costUsd: '0.014814804', requests: 12, averageLatencyMs: 850 },
      groups: [{ key: 'acme', costUsd: '0.014814804' }],
    });
  });

  test('the groups add up to the total', async () => {
    const query = { from: '2026-11-21', to: '2026-11-22', groupBy: 'user', granularity: 'hourly' };
    const { json } = await call(costReport, REPORT, { query });
    const groups = json['groups'] as { key: string; costUsd: string; periodStart: string }[];
    const sum = groups.reduce((total, { costUsd }) => total + BigInt(costUsd.replace('.', '')), 0n);
    expect(sum).toBe(BigInt(String(json['totalUsd']).replace('.', '')));
    expect(groups.at(-1)).toMatchObject({ periodStart: '2026-11-21T12:00:00.000Z' });
  });

  test('names nobody if no principal was named', async () => {
    const { json } = await call(costReport, REPORT, { query: { groupBy: 'department' } });
    const keys = (json['groups'] as { key: unknown }[]).map(({ key }) => key);
    expect(keys).toEqual(['research', null]);
  });

  test('comes as CSV', async () => {
    const csv = await call(costReport, REPORT, { query: { format: 'csv', groupBy: 'system' } });
    expect(csv.contentType).toMatch(/^text\/csv/);
    expect(csv.headers['content-disposition']).toBe(
      'attachment; filename="costs-by-system-2026-11-01-to-2026-11-21.csv"',
    );
    expect(csv.text.split('\r\n')).toHaveLength(3);
    expect(csv.text).toContain(',relaycore,0.014814804,12,');
  });

  test('begins with a byte order mark on request, so that Excel reads names right', async () => {
    const plain = await call(costReport, REPORT, { query: { format: 'csv', groupBy: 'user' } });
    const query = { format: 'csv', groupBy: 'user', bom: 'true' };
    const { status, text } = await call(costReport, REPORT, { query });
    expect(status).toBe(200);
    expect(text).toBe(`\uFEFF${plain.text}`);
    expect(plain.text).toMatch(/^periodStart/);
  });

  test.each([
    ['bom', { bom: 'true' }],
    ['bom', { bom: 'yes', format: 'csv' }],
    ['from', { from: '2026-13-01' }],
    ['from', { from: '2025-01-01', to: '2026-11-21' }],
    ['from', { from: '2026-10-01', to: '2026-11-21', granularity: 'hourly' }],
    ['to', { from: '2026-11-21', to: '2026-11-21' }],
    ['to', { to: '21.11.2026' }],
    ['from', { from: '2026-11-20T00:00:00+05:30' }],
    ['to', { from: '2026-11-20', to: '2026-11-21T00:00:00+05:45' }],
    ['groupBy', { groupBy: 'planet' }],
    ['granularity', { granularity: 'yearly' }],
    ['timeZone', { timeZone: 'Mars/Olympus' }],
    ['timeZone', { timeZone: '+05:30' }],
    ['timeZone', { timeZone: '' }],
    ['format', { granularity: 'daily', format: 'focus' }],
    ['format', { format: 'pdf' }],
    ['since', { since: '2026-11-01' }],
  ])('names the field %s in %o', async (field, query) => {
    const { status, json } = await call(costReport, REPORT, { query });
    expect(status).toBe(400);
    expect((json['errors'] as { field: string }[])[0]?.field).toBe(field);
  });

  test('reveals nothing about another organization', async () => {
    const { json } = await call(costReport, REPORT, {
      organizationId: 'other',
      query: { groupBy: 'user' },
    });
    expect(json).toMatchObject({ totalUsd: '0.000000000', groups: [] });
  });
});

describe('GET /v1/costs/current', () => {
  const CURRENT = 'GET /v1/costs/current';

  test('shows this hour, day and month, and what they are made of', async () => {
    const { status, json } = await call(costReport, CURRENT, { role: 'viewer' });
    expect(status).toBe(200);
    expect(currentCostsView.parse(json)).toEqual(json);
    expect(json).toMatchObject({
      at: '2026-11-21T12:30:00.000Z',
      scope: 'organization',
      scopeId: 'acme',
      hour: { startsAt: '2026-11-21T12:00:00.000Z', spentUsd: '0.002469134' },
      day: { spentUsd: '0.014814804', basis: 'run-rate', projectedHighUsd: null },
      month: { startsAt: '2026-11-01T00:00:00.000Z', endsAt: '2026-12-01T00:00:00.000Z' },
      bySystem: [{ key: 'relaycore', hourUsd: '0.002469134', dayUsd: '0.014814804' }],
    });
  });

  test('shows one scope', async () => {
    const query = { scope: 'user', scopeId: 'ada' };
    const { json } = await call(costReport, CURRENT, { query });
    expect(json).toMatchObject({ ...query, day: { spentUsd: '0.007407402' } });
    expect(json).not.toHaveProperty('bySystem');
  });

  test.each([
    ['scopeId', { scope: 'user' }],
    ['scope', { scopeId: 'ada' }],
    ['scope', { scope: 'planet', scopeId: 'earth' }],
    ['from', { from: '2026-11-21' }],
  ])('names the field %s in %o', async (field, query) => {
    const { status, json } = await call(costReport, CURRENT, { query });
    expect(status).toBe(400);
    expect((json['errors'] as { field: string }[])[0]?.field).toBe(field);
  });

  test('reveals nothing about another organization', async () => {
    const query = { scope: 'organization', scopeId: 'other' };
    expect((await call(costReport, CURRENT, { query })).status).toBe(404);
  });
});
