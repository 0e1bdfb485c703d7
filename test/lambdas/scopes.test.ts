import { beforeAll, describe, expect, it } from 'vitest';
import { deployedDesk, requestBy } from '../support/deployed-desk.ts';
import { eventOf } from '../support/model-desk.ts';
import { MODEL } from '../support/reserving.ts';

const { ask, ok } = deployedDesk();

const PUT_BUDGET = 'PUT /v1/budgets/{scope}/{scopeId}/{period}';
const RESERVE = 'POST /v1/reservations';
const TAGS = 'PUT /v1/reports/tags';

describe('the budget of a tag', () => {
  const params = { scope: 'tag:project', scopeId: 'apollo', period: 'daily' };

  it('is refused until the organization lists the tag', async () => {
    const asked = { organizationId: 'unlisted', params, body: { limitUsd: '1' } };
    const refused = await ask(PUT_BUDGET, asked);
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('names a tag that is not listed (no tags are listed)');
    await ok(TAGS, { organizationId: 'unlisted', body: { tags: ['project'] } });
    await ok(PUT_BUDGET, asked);
  });

  it('holds every request that carries the value, and no other', async () => {
    const organizationId = 'tagged';
    await ok(TAGS, { organizationId, body: { tags: ['project'] } });
    await ok(PUT_BUDGET, { organizationId, params, body: { limitUsd: '0.0001' } });
    const reserve = (tags?: object) =>
      ask(RESERVE, { organizationId, body: requestBy('ada', tags ? { tags } : {}) });
    const refused = await reserve({ project: 'apollo' });
    expect(refused.status, refused.text).toBe(429);
    expect(refused.json['decidingBudgetId'] ?? refused.text).toContain('tag:project/apollo/daily');
    expect((await reserve({ project: 'gemini' })).status).toBe(201);
    expect((await reserve()).status).toBe(201);
  });

  it('is charged by usage events and seen by a check', async () => {
    const organizationId = 'tagged-events';
    await ok(TAGS, { organizationId, body: { tags: ['project'] } });
    await ok(PUT_BUDGET, { organizationId, params, body: { limitUsd: '5' } });
    const events = [eventOf({ tags: { project: 'apollo' } })];
    await ok('POST /v1/usage', { organizationId, body: { events } });
    const checked = await ok('POST /v1/budgets/check', {
      organizationId,
      body: { userId: 'bob', tags: { project: 'apollo' }, estimatedCostUsd: '5' },
    });
    expect(checked.json).toMatchObject({
      allowed: false,
      decidingBudgetId: 'tag:project/apollo/daily',
    });
    const settled = checked.json['budgets'] as { settledUsd: string }[];
    expect(settled.map(({ settledUsd }) => Number(settledUsd) > 0)).toEqual([true]);
  });

  it('is not shown to credentials that are limited to some principals', async () => {
    const refused = await ask('GET /v1/budgets/{scope}/{scopeId}/{period}', {
      organizationId: 'tagged',
      params,
      limits: { users: ['ada'] },
    });
    expect(refused.status).toBe(403);
  });

  it('is obeyed by controls, which need the tag listed as well', async () => {
    const organizationId = 'tagged-controls';
    const body = {
      scope: 'tag:project',
      scopeId: 'apollo',
      action: 'disable',
      reason: 'the project is over',
    };
    expect((await ask('POST /v1/controls', { organizationId, body })).status).toBe(400);
    await ok(TAGS, { organizationId, body: { tags: ['project'] } });
    await ok('POST /v1/controls', { organizationId, body });
    const tags = { project: 'apollo' };
    const refused = await ask(RESERVE, { organizationId, body: requestBy('ada', { tags }) });
    expect(refused.status, refused.text).toBe(429);
    expect((await ok(RESERVE, { organizationId, body: requestBy('ada') })).status).toBe(201);
  });
});

describe('a check', () => {
  const organizationId = 'checked';
  const named = {
    departmentId: ['department', 'research', 'daily'],
    system: ['system', 'relaycore', 'daily'],
    model: ['model', 'anthropic.claude-haiku-4-5', 'daily'],
    sessionId: ['session', 'run-1', 'total'],
    tags: ['tag:project', 'apollo', 'daily'],
  } as const;
  const always = [
    ['user', 'ada', 'daily'],
    ['organization', organizationId, 'daily'],
  ] as const;
  const whole = {
    userId: 'ada',
    estimatedCostUsd: '0.25',
    departmentId: 'research',
    system: 'relaycore',
    model: MODEL,
    sessionId: 'run-1',
    tags: { project: 'apollo' },
  };

  beforeAll(async () => {
    await ok(TAGS, { organizationId, body: { tags: ['project'] } });
    for (const [scope, scopeId, period] of [...always, ...Object.values(named)]) {
      const params = { scope, scopeId, period };
      await ok(PUT_BUDGET, { organizationId, params, body: { limitUsd: '5' } });
    }
  });

  it.each([undefined, ...(Object.keys(named) as (keyof typeof named)[])])(
    'asks the budgets of all that the request names, here all but %s',
    async (left) => {
      const body = { ...whole, ...(left === undefined ? {} : { [left]: undefined }) };
      const { json } = await ok('POST /v1/budgets/check', { organizationId, body });
      const ids = (json['budgets'] as { budgetId: string }[]).map(({ budgetId }) => budgetId);
      const rest = Object.entries(named).flatMap(([name, ref]) => (name === left ? [] : [ref]));
      expect(ids.toSorted()).toEqual([...always, ...rest].map((ref) => ref.join('/')).toSorted());
    },
  );
});
