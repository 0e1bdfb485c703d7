import { stores } from '../../composition/stores.ts';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../domain/ledger/entry.ts';
import { postingsOf } from '../../domain/ledger/entry-postings.ts';
import { DEFAULT_NAMING } from '../../domain/naming/naming.ts';
import { aggregatePostings } from '../../services/reporting/aggregate-postings.ts';
import { deployedDesk, requestBy } from '../support/deployed-desk.ts';
import { MODEL } from '../support/reserving.ts';
import { silentTelemetry } from '../support/telemetry.ts';
import { rethrow } from '../support/nothing-apart.ts';

const RESERVE = 'POST /v1/reservations';
const READ = 'GET /v1/reservations/{id}';
const PUT = 'PUT /v1/budgets/{scope}/{scopeId}/{period}';
const GET = 'GET /v1/budgets/{scope}/{scopeId}/{period}';
const CONTROLS = 'POST /v1/controls';
const SETTINGS = 'PUT /v1/settings/identity';
const SPELLINGS = ['Ada', '\u0430da', '\uff41da', 'ada.', 'ADA...', 'a\u034fda'];

const { store, ask, ok, budget } = deployedDesk();

describe('spellings that people cannot tell apart', () => {
  test.each(SPELLINGS)('share the budget of the user that they resemble: %s', async (userId) => {
    await budget('spelled', 'user', 'ada', '0');
    const asked = { organizationId: 'spelled', body: requestBy(userId) };
    const { status, json } = await ask(RESERVE, asked);
    expect(status).toBe(429);
    expect(json).toMatchObject({
      decidingBudgetId: `user/${userId}/daily`,
      budget: { scopeId: userId, budgetId: `user/${userId}/daily` },
    });
    expect(json['detail']).toContain(`Budget user/${userId}/daily has`);
  });

  test.each([
    ['department', 'research', { departmentId: 'Research' }],
    ['system', 'broke', { system: 'Broke' }],
  ])('meet the budget of their %s', async (scope, scopeId, over) => {
    await budget(`of-${scope}`, scope, scopeId, '0');
    const asked = { organizationId: `of-${scope}`, body: requestBy('grace', over) };
    expect((await ask(RESERVE, asked)).status).toBe(429);
  });

  test('are one budget when it is set, read and checked', async () => {
    const organizationId = 'one-budget';
    const params = { scope: 'user', scopeId: '\u0410DA', period: 'daily' };
    const set = await ok(PUT, { organizationId, params, body: { limitUsd: '5' } });
    expect(set.json).toMatchObject({ budgetId: 'user/\u0410DA/daily', scopeId: '\u0410DA' });
    const read = await ok(GET, { organizationId, params: { ...params, scopeId: 'ada.' } });
    expect(read.json).toMatchObject({ budgetId: 'user/ada./daily', limitUsd: '5.000000000' });
    const list = await ok('GET /v1/budgets', {
      organizationId,
      query: { scope: 'user', scopeId: 'Ada' },
    });
    expect(list.json['items']).toMatchObject([{ scopeId: '\u0410DA', limitUsd: '5.000000000' }]);
    const check = { userId: 'ADA', estimatedCostUsd: '6' };
    const { json } = await ok('POST /v1/budgets/check', { organizationId, body: check });
    expect(json).toMatchObject({
      allowed: false,
      decidingBudgetId: 'user/ADA/daily',
      budgets: [{ scopeId: 'ADA' }],
    });
  });

  test('share the controls of the user that they resemble', async () => {
    const organizationId = 'controlled';
    const control = { scope: 'user', scopeId: 'ADA', action: 'disable', reason: 'a test' };
    await ok(CONTROLS, { organizationId, body: control });
    const asked = { organizationId, query: { scope: 'user', scopeId: 'Ada' } };
    const inForce = (await ok('GET /v1/controls', asked)).json['items'];
    expect(inForce).toMatchObject([{ scopeId: 'ADA', action: 'disable' }]);
    const actions = (await ok('GET /v1/controls/actions', { organizationId })).json['items'];
    expect(actions).toMatchObject([{ scopeId: 'ADA', evidence: { scopeId: 'ADA' } }]);
    for (const userId of ['ada', ...SPELLINGS]) {
      const { status, json } = await ask(RESERVE, {
        organizationId,
        body: requestBy(userId),
      });
      expect([userId, status]).toEqual([userId, 429]);
      expect(json).toMatchObject({ code: 'control_in_force', control: { scopeId: userId } });
      expect(json['detail']).toContain(`user ${userId} is under`);
    }
  });

  test('are one row of reports, and records keep what was given', async () => {
    const organizationId = 'reported';
    const events = ['ada', ...SPELLINGS].map((userId, position) => ({
      eventId: `e-${position}`,
      at: new Date().toISOString(),
      system: 'RelayCore',
      userId,
      model: MODEL,
      usage: { inputTokens: 1_000, outputTokens: 50 },
    }));
    const sent = await ok('POST /v1/usage', { organizationId, body: { events } });
    expect(sent.json).toMatchObject({ accepted: events.length, rejected: [] });
    const { ledger } = stores(store().db);
    const entries: Entry[] = [];
    for (const { eventId } of events) {
      const entry = await ledger.getCharge(organizationId, 'relaycore', eventId);
      if (entry) entries.push(entry);
    }
    expect(entries).toHaveLength(events.length);
    await aggregatePostings(
      {
        usage: stores(store().db).usage,
        learn: async () => {},
        suspend: rethrow,
        retentionDays: 30,
        telemetry: silentTelemetry(),
        now: Date.now,
      },
      entries.flatMap((entry) => postingsOf(undefined, entry)),
    );
    const report = await ok('GET /v1/reports/costs', {
      organizationId,
      query: { groupBy: 'user' },
    });
    const rows = report.json['groups'] as { key: string; requests: number }[];
    const written = SPELLINGS.at(-1);
    expect(rows.map(({ key, requests }) => [key, requests])).toEqual([[written, events.length]]);
    const query = { userId: 'ADA', system: 'relaycore.' };
    const listed = await ok('GET /v1/usage', { organizationId, query });
    const records = listed.json['items'] as { userId: string; system: string }[];
    expect(new Set(records.map(({ userId }) => userId))).toEqual(new Set(['ada', ...SPELLINGS]));
    expect(new Set(records.map(({ system }) => system))).toEqual(new Set(['RelayCore']));
  });

  test('are not let past the lists of a key', async () => {
    const limits = { users: ['Ada'], systems: ['relaycore'] };
    const asked = { organizationId: 'limited', role: 'caller', limits } as const;
    for (const userId of ['ada', ...SPELLINGS]) {
      expect((await ask(RESERVE, { ...asked, body: requestBy(userId) })).status).toBe(201);
    }
    const { status } = await ask(RESERVE, { ...asked, body: requestBy('adam') });
    expect(status).toBe(403);
  });

  test('appear in the reservation as sent', async () => {
    const organizationId = 'repeated';
    const made = await ok(RESERVE, { organizationId, body: requestBy('Ada') });
    const params = { id: String(made.json['reservationId']) };
    const { json } = await ok(READ, { organizationId, params });
    expect(json).toMatchObject({ userId: 'Ada', system: 'relaycore' });
  });
});

describe('an organization that distinguishes every spelling', () => {
  const limits = { naming: { ...DEFAULT_NAMING, idComparison: 'exact' } } as const;
  test('keeps its budgets, requests and records apart', async () => {
    const organizationId = 'exact';
    const params = { scope: 'user', scopeId: 'ada', period: 'daily' };
    await ok(PUT, { organizationId, limits, params, body: { limitUsd: '0' } });
    const refused = await ask(RESERVE, { organizationId, limits, body: requestBy('ada') });
    expect(refused.status).toBe(429);
    const made = await ok(RESERVE, { organizationId, limits, body: requestBy('Ada') });
    const id = { id: String(made.json['reservationId']) };
    const { json } = await ok(READ, { organizationId, limits, params: id });
    expect(json).toMatchObject({ userId: 'Ada' });
    expect(json).not.toHaveProperty('given');
  });

  test('settles what it held before the setting changed, in the balances that held it', async () => {
    const organizationId = 'changed';
    const params = { scope: 'user', scopeId: 'Ada', period: 'daily' };
    for (const mode of ['exact', 'escrow']) {
      const body = { limitUsd: '5', mode };
      await ok(PUT, { organizationId, limits, params, body });
      const made = await ok(RESERVE, { organizationId, limits, body: requestBy('Ada') });
      const settled = await ok('POST /v1/reservations/{id}/settle', {
        organizationId,
        params: { id: String(made.json['reservationId']) },
        body: { usage: { inputTokens: 1_000, outputTokens: 10 } },
      });
      const spent = await ok(GET, { organizationId, limits, params });
      expect(spent.json).toMatchObject({ reservedUsd: '0.000000000' });
      expect(Number(spent.json['settledUsd'])).toBeGreaterThanOrEqual(
        Number(settled.json['settledUsd']),
      );
    }
  });
});

describe('the identity settings', () => {
  test('are folded until somebody changes them, and what is left out stays', async () => {
    const organizationId = 'setting';
    const before = await ok('GET /v1/settings/identity', { organizationId, role: 'viewer' });
    expect(before.json).toEqual({
      source: 'builtin',
      comparison: 'folded',
      defaultDepartmentId: null,
      requireDepartment: false,
    });
    await ok(SETTINGS, { organizationId, body: { defaultDepartmentId: 'Lab' } });
    const { json } = await ok(SETTINGS, { organizationId, body: { requireDepartment: true } });
    expect(json).toEqual({
      source: 'organization',
      comparison: 'folded',
      defaultDepartmentId: 'Lab',
      requireDepartment: true,
    });
    await ok(SETTINGS, { organizationId, body: { defaultDepartmentId: null } });
    const audited = await ok('GET /v1/audit', { organizationId });
    const [last] = audited.json['items'] as Record<string, unknown>[];
    expect(last).toMatchObject({ action: 'identity-settings.put', target: 'identity' });
  });

  test('are for operators and admins to change', async () => {
    for (const role of ['viewer', 'caller'] as const) {
      expect((await ask(SETTINGS, { role, body: {} })).status).toBe(403);
    }
  });

  test('fill in the department that a request leaves out', async () => {
    const organizationId = 'department';
    const limits = { naming: { ...DEFAULT_NAMING, defaultDepartmentId: 'Lab' } };
    await budget(organizationId, 'department', 'lab', '0');
    for (const body of [requestBy('ada'), requestBy('ada', { departmentId: 'LAB' })]) {
      const { status, json } = await ask(RESERVE, { organizationId, limits, body });
      expect(status).toBe(429);
      expect(String(json['decidingBudgetId']).toLowerCase()).toBe('department/lab/daily');
    }
  });

  test('refuse requests without a required department', async () => {
    const naming = { ...DEFAULT_NAMING, isDepartmentRequired: true };
    const asked = { organizationId: 'required', limits: { naming } };
    const { status, json } = await ask(RESERVE, { ...asked, body: requestBy('ada') });
    expect(status).toBe(400);
    expect(json['errors']).toMatchObject([{ field: 'departmentId' }]);
    const event = {
      eventId: 'e-1',
      at: new Date().toISOString(),
      system: 'relaycore',
      userId: 'ada',
      model: MODEL,
      usage: { inputTokens: 1, outputTokens: 1 },
    };
    const sent = await ok('POST /v1/usage', { ...asked, body: { events: [event] } });
    expect(sent.json['rejected']).toMatchObject([{ index: 0, field: 'departmentId' }]);
    const named = requestBy('ada', { departmentId: 'lab' });
    await ok(RESERVE, { ...asked, body: named });
    await ok(RESERVE, {
      ...asked,
      limits: { naming: { ...naming, defaultDepartmentId: 'lab' } },
      body: requestBy('ada'),
    });
  });
});
