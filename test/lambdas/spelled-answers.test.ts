import { describe, expect, test } from 'vitest';
import { deployedDesk, requestBy } from '../support/deployed-desk.ts';

const RESERVE = 'POST /v1/reservations';
const READ = 'GET /v1/reservations/{id}';
const GET = 'GET /v1/budgets/{scope}/{scopeId}/{period}';
const CONTROLS = 'POST /v1/controls';

const { ask, ok, budget } = deployedDesk();

describe('spellings of ids', () => {
  test('are answered as the request wrote them, and stand in lists as the last PUT did', async () => {
    const organizationId = 'answered';
    await budget(organizationId, 'user', 'toString', '5');
    await budget(organizationId, 'department', 'Lab.', '5');
    const body = requestBy('ToString', { departmentId: 'LAB' });
    const made = await ok(RESERVE, { organizationId, body });
    const answered = made.json['budgets'] as { budgetId: string }[];
    expect(answered.map(({ budgetId }) => budgetId)).toEqual([
      'user/ToString/daily',
      'department/LAB/daily',
    ]);
    const { json } = await ok(READ, {
      organizationId,
      params: { id: String(made.json['reservationId']) },
    });
    const budgetNames = json['budgets'] as string[];
    expect(budgetNames.map((name) => name.split('/').slice(0, 3).join('/'))).toEqual([
      'user/ToString/daily',
      'department/LAB/daily',
    ]);
    const listed = (await ok('GET /v1/budgets', { organizationId })).json['items'] as object[];
    expect(listed).toHaveLength(2);
    expect(listed).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ budgetId: 'user/toString/daily', scopeId: 'toString' }),
        expect.objectContaining({ budgetId: 'department/Lab./daily', scopeId: 'Lab.' }),
      ]),
    );
    const params = { scope: 'user', scopeId: 'TOSTRING', period: 'daily' };
    const gone = await ok('DELETE /v1/budgets/{scope}/{scopeId}/{period}', {
      organizationId,
      params,
    });
    expect(gone.json).toMatchObject({ budgetId: 'user/TOSTRING/daily' });
    const missing = await ask(GET, { organizationId, params });
    expect(missing.json['detail']).toBe('Budget user/TOSTRING/daily was not found.');
  });

  test('are echoed by thresholds, preferences, controls, costs and forecasts', async () => {
    const organizationId = 'echoed';
    const params = { scope: 'user', scopeId: 'Ada' };
    for (const route of [
      'GET /v1/thresholds/{scope}/{scopeId}',
      'GET /v1/alerts/preferences/{scope}/{scopeId}',
    ]) {
      expect((await ok(route, { organizationId, params })).json).toMatchObject(params);
    }
    for (const route of ['GET /v1/patterns', 'GET /v1/forecasts']) {
      expect((await ok(route, { organizationId, query: params })).json).toMatchObject(params);
    }
    const body = { ...params, action: 'disable', reason: 'a test' };
    expect((await ok(CONTROLS, { organizationId, body })).json).toMatchObject(params);
  });
});
