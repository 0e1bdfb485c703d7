import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { deployedDesk, requestBy } from '../support/deployed-desk.ts';
import { eventOf } from '../support/model-desk.ts';

const { ask, ok, budget } = deployedDesk();

const RESERVE = 'POST /v1/reservations';

const put = (organizationId: string, id: string, departments: string[]) =>
  ok('PUT /v1/users/{id}', { organizationId, params: { id }, body: { departments } });
const reserve = (organizationId: string, userId: string, over: object = {}) =>
  ask(RESERVE, { organizationId, body: requestBy(userId, over) });
const departmentOf = async (organizationId: string, reservationId: unknown): Promise<unknown> => {
  const params = { id: String(reservationId) };
  return (await ok('GET /v1/reservations/{id}', { organizationId, params })).json['departmentId'];
};

describe('the directory of users', () => {
  it('lists, shows and removes users by the ids that requests are kept under', async () => {
    const organizationId = 'listed-users';
    await put(organizationId, 'Ada', ['Research', 'research', 'Sales']);
    await put(organizationId, 'bob', []);
    const first = await ok('GET /v1/users', { organizationId, query: { limit: '1' } });
    expect(first.json['items']).toEqual([{ userId: 'ada', departments: ['research', 'sales'] }]);
    const second = await ok('GET /v1/users', {
      organizationId,
      query: { limit: '1', cursor: String(first.json['nextCursor']) },
    });
    expect(second.json['items']).toEqual([{ userId: 'bob', departments: [] }]);
    const params = { id: 'ADA' };
    const removed = await ok('DELETE /v1/users/{id}', { organizationId, params });
    expect(removed.json).toMatchObject({ userId: 'ada' });
    expect((await ask('GET /v1/users/{id}', { organizationId, params })).status).toBe(404);
  });

  it('charges a request without a department to the first one of its user', async () => {
    const organizationId = 'placed-users';
    await put(organizationId, 'ada', ['research', 'sales']);
    await budget(organizationId, 'department', 'research', '0.0001');
    const escaping = await reserve(organizationId, 'ada');
    expect(escaping.status, escaping.text).toBe(429);
    expect(escaping.text).toContain('department/research/daily');
    const named = await reserve(organizationId, 'ada', { departmentId: 'Sales' });
    expect(named.status, named.text).toBe(201);
    const checked = await ok('POST /v1/budgets/check', {
      organizationId,
      body: { userId: 'ada', estimatedCostUsd: '1' },
    });
    expect(checked.json).toMatchObject({ decidingBudgetId: 'department/research/daily' });
  });

  it('comes before the default department of the organization', async () => {
    const organizationId = 'default-department';
    await put(organizationId, 'ada', ['research']);
    await put(organizationId, 'bob', []);
    const naming = {
      idComparison: 'folded' as const,
      defaultDepartmentId: 'general',
      isDepartmentRequired: false,
    };
    const placed = async (userId: string) => {
      const { json } = await ok(RESERVE, {
        organizationId,
        limits: { naming },
        body: requestBy(userId),
      });
      return departmentOf(organizationId, json['reservationId']);
    };
    expect(await placed('ada')).toBe('research');
    expect(await placed('bob')).toBeUndefined();
    expect(await placed('stranger')).toBe('general');
  });

  it('refuses a department that is not the user’s, in requests and events', async () => {
    const organizationId = 'foreign-department';
    await put(organizationId, 'ada', ['research']);
    const refused = await reserve(organizationId, 'ada', { departmentId: 'sales' });
    expect(refused.status, refused.text).toBe(403);
    expect(refused.text).toContain('must be a department of ada (research)');
    const charged = await ok('POST /v1/usage', {
      organizationId,
      body: { events: [eventOf({ departmentId: 'sales' }), eventOf()] },
    });
    expect(charged.json).toMatchObject({
      accepted: 1,
      rejected: [{ index: 0, field: 'departmentId' }],
    });
  });

  it('takes unknown users as they are, or refuses them, as the organization says', async () => {
    const organizationId = 'unknown-users';
    expect((await reserve(organizationId, 'eve')).status).toBe(201);
    const rule = await ok('GET /v1/settings/directory', { organizationId });
    expect(rule.json).toEqual({ unknownUsers: 'allow', isKept: false });
    await put(organizationId, 'ada', []);
    await sleep(2_100);
    expect((await reserve(organizationId, 'eve', { departmentId: 'any' })).status).toBe(201);
    const body = { unknownUsers: 'refuse' };
    await ok('PUT /v1/settings/directory', { organizationId, body });
    await sleep(2_100);
    const refused = await reserve(organizationId, 'eve');
    expect(refused.status, refused.text).toBe(403);
    expect(refused.text).toContain('eve is not in the directory of your organization');
    expect((await reserve(organizationId, 'ada')).status).toBe(201);
  });
});
