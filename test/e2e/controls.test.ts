import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';

const SONNET = 'anthropic.claude-sonnet-4-6';
const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const WITHIN_MS = 30_000;

let purser: BorrowedPurser;
beforeAll(async () => {
  purser = await borrowPurser();
}, 120_000);
afterAll(() => purser.giveBack());

type Reservation = { reservationId: string; decision: string; model: string };
type InboxItem = { attributes: Record<string, { Value: string }> };

const reserve = (userId: string, over: object = {}) =>
  purser.post<Reservation & { type?: string; control?: { action: string; scopeId: string } }>(
    '/v1/reservations',
    {
      system: 'relaycore',
      userId,
      model: SONNET,
      inputTokens: 1_000,
      maxOutputTokens: 100,
      ...over,
    },
  );

/** A user's request with this cost, confirmed by an operator. */
async function spend(userId: string, actualCostUsd: string): Promise<void> {
  const { body, status } = await reserve(userId);
  expect(status).toBe(201);
  const usage = { inputTokens: 1_000, outputTokens: 50 };
  const path = `/v1/reservations/${body.reservationId}/settle`;
  expect((await purser.post(path, { usage, actualCostUsd })).status).toBe(200);
  const confirm = `/v1/disputes/${body.reservationId}/confirm`;
  const confirmed = await purser.post(confirm, { reason: 'it is true' });
  // A cost close to the price needs no confirmation.
  expect([200, 409]).toContain(confirmed.status);
}

async function until<Value>(look: () => Promise<Value | undefined>): Promise<Value> {
  for (const started = Date.now(); Date.now() - started < WITHIN_MS;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it did not come');
}

/**
 * Voids its reservations, because holds grow with the costs that `spend` states, and an expired one
 * counts as spent.
 */
const answerOf = (
  userId: string,
  isWanted: (answer: Awaited<ReturnType<typeof reserve>>) => boolean,
) =>
  until(async () => {
    const answer = await reserve(userId);
    if (answer.status === 201) {
      const path = `/v1/reservations/${answer.body.reservationId}/void`;
      expect((await purser.post(path, {})).status).toBe(200);
    }
    return isWanted(answer) ? answer : undefined;
  });

/** The alerts about a user, sorted because queues do not keep order. */
async function alertsOf(userId: string, count: number): Promise<string[]> {
  return until(async () => {
    const { body } = await purser.get<{ items: InboxItem[] }>('/_local/inbox');
    const levels = body.items
      .filter(({ attributes }) => attributes['scopeId']?.Value === userId)
      .map(({ attributes }) => attributes['level']?.Value ?? attributes['event']?.Value ?? '');
    return levels.length >= count ? levels.toSorted() : undefined;
  });
}

const breachesOf = async (userId: string) => {
  const { body } = await purser.get<{ items: { scopeId: string; level: string }[] }>(
    '/v1/breaches?limit=100',
  );
  const own = body.items.filter(({ scopeId }) => scopeId === userId);
  return own.map(({ level }) => level).toSorted();
};

const controlsOf = async (userId: string) => {
  const { body } = await purser.get<{ items: Record<string, unknown>[] }>('/v1/controls');
  return body.items.filter(({ scopeId }) => scopeId === userId);
};

describe('a user who spends too much', () => {
  test('is told of, gets a cheaper model, is shut down, and is freed by hand', async () => {
    await spend('burst', '5.50');
    await alertsOf('burst', 1);
    await spend('burst', '5.50');
    const throttled = await answerOf('burst', ({ body }) => body.decision === 'downgrade');
    expect(throttled.body).toMatchObject({
      model: HAIKU,
      control: { action: 'throttle', tier: 1, scopeId: 'burst' },
    });
    // Within three seconds, both levels would be one alert.
    await alertsOf('burst', 2);
    await spend('burst', '15');
    const refused = await answerOf('burst', ({ status }) => status === 429);
    expect(refused.body).toMatchObject({
      type: 'https://purser.dev/problems/control-in-force',
      decision: 'reject',
      control: { action: 'shutdown', scope: 'user', scopeId: 'burst', origin: 'automatic' },
    });
    expect(refused.headers.get('x-purser-decision')).toBe('reject');
    expect((await reserve('burst', { severity: 'critical' })).status).toBe(429);
    expect((await reserve('other')).body.decision).toBe('proceed');

    expect(await alertsOf('burst', 3)).toEqual(['critical', 'emergency', 'warning']);
    const [control] = await controlsOf('burst');
    expect(control).toMatchObject({
      action: 'shutdown',
      actor: 'automatic',
      evidence: { level: 'emergency', spentUsd: '26.000000000', limitUsd: '25.000000000' },
    });
    const path = `/v1/controls/${String(control?.['controlId'])}/reverse`;
    expect((await purser.post(path, {})).status).toBe(400);
    expect((await purser.post(path, { reason: 'known campaign' })).status).toBe(200);
    expect((await purser.post(path, { reason: 'known campaign' })).status).toBe(409);
    const freed = await answerOf('burst', ({ status }) => status === 201);
    expect(freed.body.decision).toBe('proceed');
    await spend('burst', '2');
    await purser.drain();
    expect(await controlsOf('burst')).toEqual([]);
    const { body } = await purser.get<{ items: Record<string, unknown>[] }>('/v1/controls/actions');
    const told = body.items
      .filter(({ scopeId }) => scopeId === 'burst')
      .map(({ change, action }) => `${String(change)} ${String(action)}`);
    expect(told.toSorted()).toEqual([
      'applied throttle',
      'breached alert',
      'breached shutdown',
      'breached throttle',
      'hardened shutdown',
      'reversed shutdown',
    ]);
  });

  test('is freed by a higher threshold at once, and by the next day', async () => {
    await spend('early', '26');
    await alertsOf('early', 1);
    await spend('late', '26');
    await answerOf('early', ({ status }) => status === 429);
    await answerOf('late', ({ status }) => status === 429);
    const levels = [{ name: 'warning', amountUsd: '100', action: 'alert' }];
    expect((await purser.put('/v1/thresholds/user/early', { levels })).status).toBe(200);
    await answerOf('early', ({ status }) => status === 201);
    expect((await reserve('late')).status).toBe(429);
    await purser.post('/_local/clock', { advanceMs: 86_400_000 });
    expect((await reserve('late')).status).toBe(201);
    expect(await alertsOf('late', 2)).toEqual(['control_ended', 'emergency']);
  });

  test('with a budget of its own is told of and not stopped by built-in levels', async () => {
    await purser.put('/v1/budgets/user/budgeted/daily', { limitUsd: '100' });
    await spend('budgeted', '30');
    expect(await alertsOf('budgeted', 1)).toEqual(['emergency']);
    expect(await breachesOf('budgeted')).toEqual(['critical', 'emergency', 'warning']);
    expect((await reserve('budgeted')).body.decision).toBe('proceed');
  });
});

describe('controls by hand', () => {
  test('stop a model and let its cheaper sibling pass, until they expire', async () => {
    const now = Date.parse((await purser.get<{ now: string }>('/_local/clock')).body.now);
    const { status, body } = await purser.post('/v1/controls', {
      scope: 'model',
      scopeId: SONNET,
      action: 'disable',
      reason: 'too dear this week',
      expiresAt: new Date(now + 3_600_000).toISOString(),
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ origin: 'manual', scope: 'model', action: 'disable' });
    const moved = await answerOf('by-hand', ({ body: answer }) => answer.decision === 'downgrade');
    expect(moved.body.model).toBe(HAIKU);
    await purser.post('/_local/clock', { advanceMs: 3_600_000 });
    expect((await reserve('by-hand')).body.decision).toBe('proceed');
    expect(await controlsOf(SONNET)).toEqual([]);
  });

  test('of tier 2 admit so many requests a minute, and say when to come back', async () => {
    const scope = { scope: 'user', scopeId: 'busy' };
    await purser.post('/v1/controls', { ...scope, action: 'throttle', tier: 2, reason: 'a loop' });
    await answerOf('busy', ({ body }) => body.decision === 'downgrade');
    const answers = await Promise.all(Array.from({ length: 130 }, () => reserve('busy')));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.body.type).toBe('https://purser.dev/problems/throttled');
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test.each([
    ['reason', { action: 'disable', reason: '' }],
    ['tier', { action: 'throttle', reason: 'a test' }],
    ['tier', { action: 'disable', tier: 1, reason: 'a test' }],
    ['expiresAt', { action: 'disable', reason: 'a test', expiresAt: '2020-01-01T00:00:00Z' }],
    ['action', { action: 'alert', reason: 'a test' }],
  ])('name the wrong field %s', async (field, body) => {
    const answer = await purser.post<{ errors: { field: string }[] }>('/v1/controls', {
      scope: 'user',
      scopeId: 'nobody',
      ...body,
    });
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0]?.field).toBe(field);
  });

  test('that never were are not found', async () => {
    for (const id of ['ctl_nonsense', 'x']) {
      const answer = await purser.post(`/v1/controls/${id}/reverse`, { reason: 'a test' });
      expect(answer.status).toBe(404);
    }
  });
});
