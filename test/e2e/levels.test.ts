import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';

const SONNET = 'anthropic.claude-sonnet-4-6';
/** Far below the 15 minutes after which the monitor looks at every scope. */
const WITHIN_MS = 30_000;
const ALERT_AT_80 = { name: 'warning', percent: 80, action: 'alert' };
const SHUTDOWN_AT_100 = { name: 'emergency', percent: 100, action: 'shutdown' };

let purser: BorrowedPurser;
beforeAll(async () => {
  purser = await borrowPurser();
}, 120_000);
afterAll(() => purser.giveBack());

type Level = { name: string; period: string; source: string };
type Problem = { errors: { field: string }[] };

/** @param more principals of the request */
const reserve = (userId: string, more: object = {}) =>
  purser.post<{ reservationId: string; control?: { action: string } }>('/v1/reservations', {
    system: 'relaycore',
    userId,
    model: SONNET,
    inputTokens: 100,
    maxOutputTokens: 10,
    ...more,
  });

/** A user's request with this cost, confirmed by an operator. */
async function spend(userId: string, actualCostUsd: string, more: object = {}): Promise<void> {
  const { body, status } = await reserve(userId, more);
  expect(status).toBe(201);
  const usage = { inputTokens: 100, outputTokens: 10 };
  const path = `/v1/reservations/${body.reservationId}/settle`;
  expect((await purser.post(path, { usage, actualCostUsd })).status).toBe(200);
  const confirm = `/v1/disputes/${body.reservationId}/confirm`;
  // A cost close to the price needs no confirmation.
  expect([200, 409]).toContain((await purser.post(confirm, { reason: 'it is true' })).status);
}

async function until<Value>(look: () => Promise<Value | undefined>): Promise<Value> {
  for (const started = Date.now(); Date.now() - started < WITHIN_MS;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it did not come');
}

const answers = (expected: number, userId: string, more?: object) =>
  until(async () => {
    const { status, body } = await reserve(userId, more);
    if (status === 201) await purser.post(`/v1/reservations/${body.reservationId}/void`, {});
    return status === expected ? true : undefined;
  });
const isStopped = (userId: string, more?: object) => answers(429, userId, more);
const isFree = (userId: string, more?: object) => answers(201, userId, more);

const breachesOf = async (userId: string): Promise<string[]> => {
  const { body } = await purser.get<{ items: { level: string; period: string }[] }>(
    `/v1/breaches?scope=user&scopeId=${userId}`,
  );
  return body.items.map(({ level, period }) => `${period} ${level}`).toSorted();
};

const hasBreaches = (userId: string, expected: readonly string[]) =>
  until(async () => {
    const breaches = await breachesOf(userId);
    return breaches.length >= expected.length ? breaches : undefined;
  }).then((breaches) => expect(breaches).toEqual(expected));

const levelsOf = async (path: string): Promise<Level[]> =>
  (await purser.get<{ levels: Level[] }>(`/v1/thresholds/${path}`)).body.levels;

/** It only observes, so that what refuses a request is the control. */
const putBudget = (path: string, limitUsd: string, thresholds?: unknown) =>
  purser.put<Problem>(`/v1/budgets/${path}`, {
    limitUsd,
    enforcement: 'observe',
    ...(thresholds === undefined ? {} : { thresholds }),
  });

// Each test has users of its own, and mostly waits.
describe.concurrent('a level belongs to the budget that it came with', () => {
  test('and has its period, so that it acts (F1)', async () => {
    await putBudget('user/f1/monthly', '0.10', [ALERT_AT_80, SHUTDOWN_AT_100]);
    expect((await levelsOf('user/f1')).filter(({ source }) => source !== 'builtin')).toMatchObject([
      { name: 'warning', percent: 80, period: 'monthly', source: 'user/f1/monthly' },
      { name: 'emergency', percent: 100, period: 'monthly', source: 'user/f1/monthly' },
    ]);
    await spend('f1', '0.30');
    await isStopped('f1');
    await hasBreaches('f1', ['monthly emergency', 'monthly warning']);
  });

  test('and a percentage of nothing is refused (F1)', async () => {
    const levels = [{ ...ALERT_AT_80, period: 'monthly' }];
    const own = await purser.put<Problem>('/v1/thresholds/user/nobody', { levels });
    expect(own).toMatchObject({ status: 400, body: { errors: [{ field: 'levels[0].percent' }] } });
    const other = await putBudget('user/nobody/daily', '1', levels);
    expect(other).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'thresholds[0].period' }] },
    });
    await putBudget('user/f1b/monthly', '1');
    await purser.put('/v1/thresholds/user/f1b', { levels });
    const removal = await purser.call('DELETE', '/v1/budgets/user/f1b/monthly');
    expect(removal.status).toBe(409);
    await purser.put('/v1/thresholds/user/f1b', { levels: [] });
    expect((await purser.call('DELETE', '/v1/budgets/user/f1b/monthly')).status).toBe(200);
  });

  test('and is a percentage of requests where these are limited', async () => {
    const limit = (requests: number, thresholds?: unknown) =>
      purser.put('/v1/budgets/user/counted/daily', {
        limit: { requests },
        enforcement: 'observe',
        ...(thresholds === undefined ? {} : { thresholds }),
      });
    expect((await limit(2, [ALERT_AT_80, SHUTDOWN_AT_100])).status).toBe(200);
    const free = { inputUsdPerMillion: '0', outputUsdPerMillion: '0', source: 'our own machines' };
    expect((await purser.put('/v1/rate-cards/own.counted', free)).status).toBeLessThan(300);
    await spend('counted', '0', { model: 'own.counted' });
    await spend('counted', '0.01');
    await isStopped('counted');
    await hasBreaches('counted', ['daily emergency', 'daily warning']);
    const { body } = await purser.get<{ items: object[] }>(
      '/v1/controls?scope=user&scopeId=counted',
    );
    expect(body.items).toMatchObject([
      { action: 'shutdown', evidence: { unit: 'requests', used: 2, limit: 2 } },
    ]);
    await limit(20);
    await isFree('counted');
  });

  test('beside those of the other budgets of its scope (F2)', async () => {
    await putBudget('user/f2/daily', '0.10', [SHUTDOWN_AT_100]);
    await putBudget('user/f2/monthly', '100', [ALERT_AT_80]);
    expect((await levelsOf('user/f2')).map(({ source }) => source)).toEqual([
      'user/f2/daily',
      'user/f2/monthly',
    ]);
    await spend('f2', '0.30');
    await isStopped('f2');
    await hasBreaches('f2', ['daily emergency']);
  });

  test('and goes with it, or with an empty list (F4)', async () => {
    const path = 'user/f4/daily';
    const isBuiltIn = async () =>
      expect((await levelsOf('user/f4')).map(({ source }) => source)).toEqual([
        'builtin',
        'builtin',
        'builtin',
      ]);
    await putBudget(path, '1', [ALERT_AT_80]);
    await purser.call('DELETE', `/v1/budgets/${path}`);
    await isBuiltIn();
    for (const none of [[], null]) {
      await putBudget(path, '1', [ALERT_AT_80]);
      await putBudget(path, '2');
      expect(await levelsOf('user/f4')).toMatchObject([{ source: path }]);
      await putBudget(path, '2', none);
      await isBuiltIn();
    }
    const levels = [{ name: 'warning', amountUsd: '1', action: 'alert' }];
    await purser.put('/v1/thresholds/user/f4', { levels });
    expect(await levelsOf('user/f4')).toMatchObject([{ source: 'user/f4' }]);
    expect((await purser.call('DELETE', '/v1/thresholds/user/f4')).status).toBe(200);
    await isBuiltIn();
    await purser.put('/v1/thresholds/user/f4', { levels });
    expect((await purser.put('/v1/thresholds/user/f4', { levels: [] })).status).toBe(200);
    await isBuiltIn();
  });
});

describe.concurrent('what an organization is told about itself', () => {
  test('is not what its users get by default (F2b)', async () => {
    await putBudget(`organization/${purser.organizationId}/monthly`, '100000', [ALERT_AT_80]);
    expect((await levelsOf('user/f2b')).map(({ source }) => source)).toContain('builtin');
    await spend('f2b', '26');
    await isStopped('f2b');
    expect((await reserve('bystander')).status).toBe(201);
  });

  test('and defaults for members act on each of them, not on the organization (F2b)', async () => {
    const rule = '/v1/defaults/department/strict/user';
    const levels = [{ name: 'emergency', amountUsd: '0.10', action: 'shutdown' }];
    expect((await purser.put(rule, { levels })).status).toBe(200);
    const strict = { departmentId: 'strict' };
    await spend('member', '0.20', strict);
    await isStopped('member', strict);
    expect(await levelsOf('user/member')).toMatchObject([{ source: 'department/strict' }]);
    const raised = [{ ...levels[0], amountUsd: '5' }];
    await purser.put(rule, { levels: raised });
    await isFree('member', strict);
    expect((await reserve('bystander')).status).toBe(201);
    await purser.call('DELETE', rule);
  });
});

describe.concurrent('a default budget', () => {
  test('that is raised frees its members at once, though a control refuses their requests', async () => {
    const rule = `/v1/defaults/organization/${purser.organizationId}/session`;
    const level = { ...SHUTDOWN_AT_100, period: 'total' };
    const budget = { limitUsd: '0.20', enforcement: 'observe' };
    await purser.put(rule, { budgets: { total: budget }, levels: [level] });
    // A rule is in force everywhere within two seconds.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const run = { sessionId: 'run-1' };
    await spend('in-session', '0.20', run);
    await isStopped('in-session', run);
    await purser.put(rule, { budgets: { total: { limitUsd: '0.60' } } });
    await isFree('in-session', run);
    await purser.call('DELETE', rule);
  });
});

describe.concurrent('a changed limit', () => {
  test('frees at once, and arms the levels of its new amount (F3)', async () => {
    await putBudget('user/f3/daily', '0.20', [ALERT_AT_80, SHUTDOWN_AT_100]);
    await spend('f3', '0.20');
    await isStopped('f3');
    await hasBreaches('f3', ['daily emergency', 'daily warning']);
    await putBudget('user/f3/daily', '0.40');
    await isFree('f3');
    await spend('f3', '0.15');
    await hasBreaches('f3', ['daily emergency', 'daily warning', 'daily warning']);

    await spend('f3', '0.06');
    await isStopped('f3');
    const { body } = await purser.get<{ items: { scopeId: string; controlId: string }[] }>(
      '/v1/controls',
    );
    const control = body.items.find(({ scopeId }) => scopeId === 'f3');
    await purser.post(`/v1/controls/${control?.controlId}/reverse`, { reason: 'it is wanted' });
    await isFree('f3');
    await putBudget('user/f3/daily', '0.80');
    await spend('f3', '0.45');
    await isStopped('f3');
  });

  test('that is lower than what is spent acts at once; a removed budget frees at once', async () => {
    await putBudget('user/lowered/daily', '5', [SHUTDOWN_AT_100]);
    await spend('lowered', '0.50');
    await isFree('lowered');
    await putBudget('user/lowered/daily', '0.40');
    await isStopped('lowered');
    await purser.call('DELETE', '/v1/budgets/user/lowered/daily');
    await isFree('lowered');
    const levels = [{ name: 'emergency', amountUsd: '0.30', action: 'shutdown' }];
    await purser.put('/v1/thresholds/user/lowered', { levels });
    await isStopped('lowered');
    await purser.put('/v1/thresholds/user/lowered', { levels: [] });
    await isFree('lowered');
  });
});

test('a changed limit frees on a day without any spend', async () => {
  await putBudget('user/overnight/monthly', '0.20', [SHUTDOWN_AT_100]);
  await spend('overnight', '0.20');
  await isStopped('overnight');
  await purser.post('/_local/clock', { advanceMs: 86_400_000 });
  expect((await reserve('overnight')).status).toBe(429);
  await putBudget('user/overnight/monthly', '0.40');
  await isFree('overnight');
});

test('alerts round amounts so that they say something, and advise what fits the state (F15)', async () => {
  // The alerts of the other users may have used up what one address gets in an hour.
  const own = { channels: [{ channel: 'email', to: 'f15@example.com' }] };
  expect((await purser.put('/v1/alerts/preferences/user/f15', own)).status).toBe(200);
  await putBudget('user/f15/daily', '0.004', [{ ...SHUTDOWN_AT_100, action: 'alert' }]);
  await spend('f15', '0.00421');
  type Inbox = {
    items: object[];
  };
  const alert = await until(async () => {
    const { body } = await purser.get<Inbox>('/_local/inbox');
    return body.items.find((message) => JSON.stringify(message).includes('user f15 spent'));
  });
  expect(JSON.stringify(alert)).toContain('spent 0.00421 of 0.004 USD');
  expect(JSON.stringify(alert)).toContain('PUT /v1/budgets/user/f15/daily');
});

test('every balance is right after all of it', async () => {
  await purser.drain();
  expect((await purser.checkLedger()).violations).toEqual([]);
});
