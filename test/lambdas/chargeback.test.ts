import { stores } from '../../composition/stores.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chargebackView } from '../../contracts/chargeback.ts';
import { formatUsd, parseUsd } from '../../domain/money.ts';
import type { EmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { REPORTED, startReporting } from '../support/reporting.ts';
import { stored } from '../support/stored.ts';

const REPORT = 'GET /v1/reports/costs';

let store: EmbeddedStore;
let costReport: unknown;

beforeAll(async () => {
  ({ store, costReport } = await startReporting());
});
afterAll(() => store.close());

describe('the time zone of an answer', () => {
  const ROUTES = [REPORT, 'GET /v1/reports/chargeback', 'GET /v1/costs/current'];

  test.each(ROUTES)("is the organization's, or the one of %s", async (route) => {
    const settings = stores(store.db).organizationSettings.timeZone;
    expect((await call(costReport, route)).json).toMatchObject({ timeZone: 'UTC' });
    await stored(store.db, settings.replacement('acme', 'Asia/Kolkata'));
    const byDefault = await call(costReport, route);
    expect(byDefault.json).toMatchObject({ timeZone: 'Asia/Kolkata' });
    const query = { timeZone: 'America/St_Johns' };
    expect((await call(costReport, route, { query })).json).toMatchObject(query);
    await stored(store.db, settings.replacement('acme', 'UTC'));
  });

  test('is refused by name if there is none', async () => {
    for (const route of ROUTES) {
      const { status, json } = await call(costReport, route, { query: { timeZone: 'Mars' } });
      expect(status).toBe(400);
      expect(json['errors']).toEqual([
        { field: 'timeZone', message: 'must be an IANA time zone such as Europe/Berlin' },
      ]);
    }
  });

  test('names the days of a file', async () => {
    const query = { format: 'csv', from: '2026-11-21', to: '2026-11-22', timeZone: 'Asia/Tokyo' };
    const { text, headers } = await call(costReport, REPORT, { query });
    expect(headers['content-disposition']).toContain('-2026-11-21-to-2026-11-21.csv');
    expect(text).toContain('2026-11-20T15:00:00.000Z,2026-11-21T15:00:00.000Z,acme,');
    expect(text).toMatch(/,Asia\/Tokyo\r\n$/);
  });
});

describe('GET /v1/reports/chargeback', () => {
  const CHARGEBACK = 'GET /v1/reports/chargeback';

  test('shows what departments spent, and what they bear of the rest, adding up', async () => {
    const total = REPORTED.reduce((sum, { amountNanoUsd }) => sum + amountNanoUsd, 0n);
    const { status, json } = await call(costReport, CHARGEBACK, { role: 'viewer' });
    expect(status).toBe(200);
    const view = chargebackView.parse(json);
    expect(view).toEqual(json);
    expect(view.totalUsd).toBe(formatUsd(total));
    expect(view.parts.map(({ allocation }) => allocation.rule)).toEqual(['proportional']);
    const borne = view.departments.map(({ totalUsd }) => parseUsd(totalUsd) ?? 0n);
    expect(borne.reduce((sum, amount) => sum + amount, 0n)).toBe(total);
  });

  test('refuses a day that begins within a UTC hour, which no sum is of', async () => {
    const query = { from: '2026-11-20T00:00:00+05:30', to: '2026-11-21T00:00:00+05:30' };
    const { status, json } = await call(costReport, CHARGEBACK, { query });
    expect(status).toBe(400);
    expect((json['errors'] as { field: string }[])[0]?.field).toBe('from');
  });

  test('splits a range where another rule came into force, and what was before stays', async () => {
    const ask = async (to?: string) => {
      const query = { from: '2026-11-21', ...(to === undefined ? {} : { to }) };
      return chargebackView.parse((await call(costReport, CHARGEBACK, { query })).json);
    };
    const before = await ask('2026-11-21T10:00:00Z');
    const rule = {
      rule: 'fixed',
      sharedDepartments: [],
      shares: [{ departmentId: 'sales', percentHundredths: 10_000 }],
      validFromMs: Date.parse('2026-11-21T10:00:00Z'),
    } as const;
    await stored(store.db, stores(store.db).reportSettings.allocationReplacement('acme', rule));
    expect(await ask('2026-11-21T10:00:00Z')).toEqual(before);
    const whole = await ask();
    expect(whole.parts.map(({ from, allocation }) => [from, allocation.rule])).toEqual([
      ['2026-11-21T00:00:00.000Z', 'proportional'],
      ['2026-11-21T10:00:00.000Z', 'fixed'],
    ]);
    expect(whole.parts[0]?.departments).toEqual(before.departments);
    expect(
      whole.departments
        .map(({ departmentId }) => departmentId)
        .toSorted((a, b) => String(a).localeCompare(String(b))),
    ).toEqual(['research', 'sales']);
    const sumOf = (texts: string[]): bigint =>
      texts.reduce((sum, text) => sum + (parseUsd(text) ?? 0n), 0n);
    const total = REPORTED.reduce((sum, { amountNanoUsd }) => sum + amountNanoUsd, 0n);
    expect(parseUsd(whole.totalUsd)).toBe(total);
    expect(sumOf(whole.departments.map(({ totalUsd }) => totalUsd))).toBe(total);
    expect(sumOf(whole.parts.map(({ totalUsd }) => totalUsd))).toBe(total);
    const removal = await stores(store.db).reportSettings.allocationRemoval(
      'acme',
      rule.validFromMs,
    );
    if (!removal) throw new Error('the rule is not stored');
    await store.db.transact([removal.write]);
  });

  test('is CSV on request', async () => {
    const query = { format: 'csv', bom: 'true' };
    const { contentType, text } = await call(costReport, CHARGEBACK, { query });
    expect(contentType).toContain('text/csv');
    expect(text.split('\r\n')[0]).toBe(
      '\uFEFFperiodStart,periodEnd,department,directUsd,allocatedUsd,totalUsd,allocationRule,deviatingRequests,timeZone,allocationValidFrom,displayName',
    );
  });
});
