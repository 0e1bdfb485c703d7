import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { deployedDesk, requestBy } from '../support/deployed-desk.ts';
import { eventOf } from '../support/model-desk.ts';

const { ask, ok } = deployedDesk();

const PUT_BUDGET = 'PUT /v1/budgets/{scope}/{scopeId}/{period}';
const RESERVE = 'POST /v1/reservations';

const budgetsOf = (json: unknown): string[] =>
  (json as { budgets: { budgetId: string }[] }).budgets.map(({ budgetId }) => budgetId);

describe('a default budget', () => {
  const DEFAULTS = 'PUT /v1/defaults/{scope}/{scopeId}/{member}';
  const setDefault = (organizationId: string, member: string, body: object, owner?: object) =>
    ok(DEFAULTS, {
      organizationId,
      params: { scope: 'organization', scopeId: organizationId, member, ...owner },
      body,
    });
  const reserve = (organizationId: string, over: object = {}) =>
    ask(RESERVE, { organizationId, body: requestBy('ada', over) });
  const daily = (limitUsd: string) => ({ budgets: { daily: { limitUsd } } });
  const total = (limitUsd: string) => ({ budgets: { total: { limitUsd } } });
  const budgetOf = async (organizationId: string, scope: string, scopeId: string, period: string) =>
    (
      await ask('GET /v1/budgets/{scope}/{scopeId}/{period}', {
        organizationId,
        params: { scope, scopeId, period },
      })
    ).json;

  it('becomes real at the first request of a user, however many come at once', async () => {
    const organizationId = 'default-users';
    await setDefault(organizationId, 'user', daily('1'));
    const answers = await Promise.all(Array.from({ length: 6 }, () => reserve(organizationId)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 201));
    expect(answers.map(({ json }) => budgetsOf(json))).toEqual(
      Array.from({ length: 6 }, () => ['user/ada/daily']),
    );
    const budget = await budgetOf(organizationId, 'user', 'ada', 'daily');
    expect(budget).toMatchObject({
      limitUsd: '1.000000000',
      source: `organization/${organizationId}`,
    });
    const allocated = answers.reduce((sum, { json }) => sum + Number(json['allocatedUsd']), 0);
    expect(Number(budget['reservedUsd'])).toBeCloseTo(allocated, 9);
  });

  it('follows its rule, and ends with it', async () => {
    const organizationId = 'changed-defaults';
    await setDefault(organizationId, 'user', daily('1'));
    await reserve(organizationId);
    await setDefault(organizationId, 'user', daily('0.0001'));
    await ruleIsRead();
    expect((await reserve(organizationId)).status).toBe(429);
    const held = await budgetOf(organizationId, 'user', 'ada', 'daily');
    expect(held['limitUsd']).toBe('0.000100000');
    expect(Number(held['reservedUsd'])).toBeGreaterThan(0);
    const params = { scope: 'organization', scopeId: organizationId, member: 'user' };
    await ok('DELETE /v1/defaults/{scope}/{scopeId}/{member}', { organizationId, params });
    await ruleIsRead();
    expect((await reserve(organizationId)).status).toBe(201);
    expect(await budgetOf(organizationId, 'user', 'ada', 'daily')).toMatchObject({ status: 404 });
  });

  it('leaves alone what was set on the member, and comes back when that is removed', async () => {
    const organizationId = 'own-budgets';
    const params = { scope: 'user', scopeId: 'ada', period: 'daily' };
    await ok(PUT_BUDGET, { organizationId, params, body: { limitUsd: '5' } });
    await setDefault(organizationId, 'user', daily('1'));
    await reserve(organizationId);
    const own = await budgetOf(organizationId, 'user', 'ada', 'daily');
    expect(own).toMatchObject({ limitUsd: '5.000000000' });
    expect(own['source']).toBeUndefined();
    await ok('DELETE /v1/budgets/{scope}/{scopeId}/{period}', { organizationId, params });
    await ruleIsRead();
    await reserve(organizationId);
    const again = await budgetOf(organizationId, 'user', 'ada', 'daily');
    expect(again).toMatchObject({
      limitUsd: '1.000000000',
      source: `organization/${organizationId}`,
    });
    expect(Number(again['reservedUsd'])).toBeGreaterThan(0);
    // The same limit, but from now on the user's own.
    await ok(PUT_BUDGET, { organizationId, params, body: { limitUsd: '1' } });
    await reserve(organizationId);
    const set = await budgetOf(organizationId, 'user', 'ada', 'daily');
    expect([set['limitUsd'], set['source']]).toEqual(['1.000000000', undefined]);
  });

  it('of a department comes before that of the organization, and stays in other departments', async () => {
    const organizationId = 'department-defaults';
    await setDefault(organizationId, 'user', daily('1'));
    await setDefault(organizationId, 'user', daily('2'), { scope: 'department', scopeId: 'lab' });
    await reserve(organizationId, { departmentId: 'lab' });
    await reserve(organizationId);
    expect(await budgetOf(organizationId, 'user', 'ada', 'daily')).toMatchObject({
      limitUsd: '2.000000000',
      source: 'department/lab',
    });
  });

  it('opens a session at its first request, and charges usage events to it', async () => {
    const organizationId = 'default-sessions';
    await setDefault(organizationId, 'session', { ...total('1'), idleSeconds: 60 });
    const held = await reserve(organizationId, { sessionId: 'run-1' });
    expect(budgetsOf(held.json)).toEqual(['session/run-1/total']);
    const events = [eventOf({ sessionId: 'run-2' })];
    await ok('POST /v1/usage', { organizationId, body: { events } });
    const charged = await budgetOf(organizationId, 'session', 'run-2', 'total');
    expect(charged).toMatchObject({ limitUsd: '1.000000000' });
    expect(Number(charged['settledUsd'])).toBeGreaterThan(0);
    const closesAtMs = Date.parse(String(charged['closesAt']));
    expect(closesAtMs).toBeLessThanOrEqual(Date.now() + 60_000);
  });

  it('limits requests and tokens of each member, and follows a changed rule', async () => {
    const organizationId = 'counted-defaults';
    await setDefault(organizationId, 'user', { budgets: { daily: { limit: { requests: 2 } } } });
    for (const status of [201, 201, 429])
      expect((await reserve(organizationId)).status).toBe(status);
    const other = await ask(RESERVE, { organizationId, body: requestBy('bob') });
    expect(other.status, other.text).toBe(201);
    const counted = await budgetOf(organizationId, 'user', 'ada', 'daily');
    expect(counted).toMatchObject({
      limit: { requests: 2 },
      requests: { limit: 2, reserved: 2, available: 0 },
      source: `organization/${organizationId}`,
    });
    expect(counted).not.toHaveProperty('limitUsd');
    await setDefault(organizationId, 'user', {
      budgets: { daily: { limit: { requests: 3, tokens: 1_000_000, usd: '5' } } },
    });
    await ruleIsRead();
    for (const status of [201, 429]) expect((await reserve(organizationId)).status).toBe(status);
    expect(await budgetOf(organizationId, 'user', 'ada', 'daily')).toMatchObject({
      limitUsd: '5.000000000',
      requests: { limit: 3, reserved: 3 },
      tokens: { limit: 1_000_000 },
    });
  });

  it('limits the tokens of a session', async () => {
    const organizationId = 'counted-sessions';
    await setDefault(organizationId, 'session', { budgets: { total: { limit: { tokens: 1 } } } });
    const refused = await reserve(organizationId, { sessionId: 'run-1' });
    expect(refused.status, refused.text).toBe(429);
    expect(refused.json).toMatchObject({ unit: 'tokens' });
  });

  it('counts in a check of a user who has made no request', async () => {
    const organizationId = 'checked-defaults';
    await setDefault(organizationId, 'user', daily('1'));
    const checked = await ok('POST /v1/budgets/check', {
      organizationId,
      body: { userId: 'new', estimatedCostUsd: '2' },
    });
    expect(checked.json).toMatchObject({ allowed: false, decidingBudgetId: 'user/new/daily' });
  });

  it('of a session is total', async () => {
    const refused = await ask(DEFAULTS, {
      organizationId: 'session-periods',
      params: { scope: 'organization', scopeId: 'session-periods', member: 'session' },
      body: daily('1'),
    });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('a session has a total budget only');
  });
});

/** Until every process has read a change of a rule. */
const ruleIsRead = (): Promise<void> => sleep(2_100);
