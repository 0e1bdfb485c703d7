import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { budgetRoutes } from '../../contracts/budgets.ts';
import { reservationRoutes } from '../../contracts/reservations.ts';
import { formatUsd } from '../../domain/money.ts';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';

const REPORT = '/v1/reports/costs';
const request = (over: object = {}) => ({
  system: 'relaycore',
  userId: 'ada',
  departmentId: 'research',
  operation: 'chat',
  model: 'anthropic.claude-sonnet-4-6',
  inputTokens: 1_200,
  maxOutputTokens: 800,
  ...over,
});
const usage = { inputTokens: 1_200, outputTokens: 345 };

let purser: BorrowedPurser;
beforeAll(async () => {
  purser = await borrowPurser();
});
afterAll(() => purser?.giveBack());

describe('one request, all the way', () => {
  it('is predicted, reserved, settled, aggregated and reported to the nano-dollar', async () => {
    const budget = await purser.put('/v1/budgets/user/ada/daily', { limitUsd: '5.00' });
    expect(
      budgetRoutes.putBudget.responses[200]?.schema?.safeParse(budget.body).error,
    ).toBeUndefined();

    const prediction = await purser.post('/v1/predictions', request());
    expect(prediction.status).toBe(200);

    const reserved = await purser.post<Record<string, string>>('/v1/reservations', request());
    expect(reserved.status).toBe(201);
    expect(reserved.headers.get('x-purser-decision')).toBe('proceed');
    const schema = reservationRoutes.createReservation.responses[201]?.schema;
    expect(schema?.safeParse(reserved.body).error).toBeUndefined();
    expect(reserved.body['allocatedUsd']).toBe(prediction.body['upperBoundUsd']);

    const path = `/v1/reservations/${String(reserved.body['reservationId'])}`;
    const settled = await purser.post(`${path}/settle`, { usage });
    // 1200 tokens at 3 USD and 345 at 15 USD per million.
    expect(settled.body).toMatchObject({ settledUsd: '0.008775000', overrunUsd: '0.000000000' });
    expect((await purser.post(`${path}/settle`, { usage })).body).toEqual(settled.body);
    expect((await purser.get(path)).body).toMatchObject({
      state: 'settled',
      settledUsd: '0.008775000',
    });

    await purser.drain();
    const report = await purser.get(`${REPORT}?groupBy=user`);
    expect(report.body).toMatchObject({
      totalUsd: '0.008775000',
      groups: [{ key: 'ada', costUsd: '0.008775000', requests: 1 }],
    });
  });

  it('is predicted as a step of a workflow, written flat or beside its runs', async () => {
    const flat = await purser.post('/v1/predictions', { steps: [{ ...request(), times: 3 }] });
    const nested = await purser.post('/v1/predictions', {
      steps: [{ request: request(), times: 3 }],
    });
    expect(flat.status).toBe(200);
    expect(flat.body['expectedCostUsd']).toBe(nested.body['expectedCostUsd']);
    const wrong = await purser.post('/v1/predictions', {
      steps: [{ ...request(), inputTokens: 'many' }],
    });
    expect(wrong.body['errors']).toMatchObject([{ field: 'steps[0].inputTokens' }]);
  });

  it('has thresholds that came with its budget', async () => {
    const levels = [{ name: 'warning', percent: 80, period: 'daily', action: 'alert' }];
    await purser.put('/v1/budgets/department/research/daily', {
      limitUsd: '50',
      thresholds: levels,
    });
    const { body } = await purser.get('/v1/thresholds/department/research');
    expect(body).toMatchObject({ source: 'scope', levels });
  });

  it('answers a repeated write, and refuses its key with another body', async () => {
    const put = (limitUsd: string) =>
      purser.call('PUT', '/v1/budgets/user/bob/daily', { limitUsd }, { 'idempotency-key': 'k1' });
    expect((await put('1')).status).toBe(200);
    expect((await put('1')).status).toBe(200);
    const other = await put('2');
    expect(other.status).toBe(409);
    expect(other.body['errors']).toMatchObject([{ field: 'Idempotency-Key' }]);
    const { body } = await purser.get('/v1/budgets/user/bob/daily');
    expect(body['limitUsd']).toBe('1.000000000');
  });

  it('charges usage that was never reserved, once per event', async () => {
    const at = new Date(await purser.now()).toISOString();
    const events = [
      {
        eventId: 'e1',
        at,
        ...request({ inputTokens: undefined, maxOutputTokens: undefined }),
        usage,
      },
      {
        eventId: 'e2',
        at,
        system: 'automatrix',
        userId: 'bob',
        model: 'no-such-model',
        usage,
      },
    ];
    const first = await purser.post('/v1/usage', { events });
    expect(first.body).toMatchObject({
      accepted: 1,
      duplicates: 0,
      rejected: [{ index: 1, field: 'model' }],
    });
    const again = await purser.post('/v1/usage', { events });
    expect(again.body).toMatchObject({ accepted: 0, duplicates: 1 });
    const budget = await purser.get('/v1/budgets/user/ada/daily');
    expect(budget.body).toMatchObject({ settledUsd: '0.017550000', reservedUsd: '0.000000000' });
  });

  it('is refunded, once, in its budget and in the report', async () => {
    const order = { correctionId: 'refund-1', actualCostUsd: '0.001', reason: 'failed half way' };
    const refund = () => purser.post('/v1/usage/e1/corrections', order);
    const first = await refund();
    expect(first.body).toMatchObject({ eventId: 'e1', refundedUsd: '0.007775000' });
    expect((await refund()).body).toEqual(first.body);
    const budget = await purser.get('/v1/budgets/user/ada/daily');
    expect(budget.body).toMatchObject({ settledUsd: '0.009775000' });
    await purser.drain();
    const report = await purser.get<{ groups: unknown[] }>(`${REPORT}?groupBy=user`);
    expect(report.body.groups).toMatchObject([
      { key: 'ada', costUsd: '0.009775000', correctedCostUsd: '-0.007775000', requests: 2 },
    ]);
  });

  it('is refused by the budget that does not allow it, in words that help', async () => {
    await purser.put('/v1/budgets/user/eve/daily', { limitUsd: 0.000001 });
    const refused = await purser.post('/v1/reservations', request({ userId: 'eve' }));
    expect(refused.status).toBe(429);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(refused.headers.get('x-should-retry')).toBe('false');
    expect(refused.body).toMatchObject({ decision: 'reject', decidingBudgetId: 'user/eve/daily' });
    expect(String(refused.body['type'])).toMatch(/\/budget-exceeded$/);
  });

  it('expires as presumed spent when the clock has passed it', async () => {
    const reserved = await purser.post('/v1/reservations', request({ userId: 'zoe' }));
    const clock = await purser.post('/_local/clock', { advanceMs: 16 * 60_000 });
    expect(clock.body['fired']).toContainEqual(expect.stringContaining('sweep'));
    const state = await purser.get(`/v1/reservations/${String(reserved.body['reservationId'])}`);
    expect(state.body).toMatchObject({
      state: 'expired',
      settledUsd: reserved.body['allocatedUsd'],
    });
  });

  it('alerts once, of the highest level, when spend crosses the default thresholds', async () => {
    const at = new Date(await purser.now()).toISOString();
    const event = (n: number, outputTokens: number) => ({
      eventId: `big-${n}`,
      at,
      system: 'neuroweaver',
      userId: 'mallory',
      model: 'anthropic.claude-sonnet-4-6',
      usage: { inputTokens: 0, outputTokens },
    });
    // 12 USD, above warning (5) and critical (10).
    await purser.post('/v1/usage', { events: [event(1, 800_000)] });
    await purser.drain();
    await purser.post('/_local/clock', { advanceMs: 15 * 60_000 });
    await purser.post('/_local/clock', { advanceMs: 15 * 60_000 });
    const inbox = await purser.get<{ items: { subject?: string }[] }>('/_local/inbox');
    const subjects = inbox.body.items
      .map(({ subject }) => subject ?? '')
      .filter((text) => text.includes('mallory'));
    expect(subjects).toEqual([expect.stringMatching(/critical/i)]);
    const { body } = await purser.get<{ items: { scopeId: string; level: string }[] }>(
      '/v1/breaches',
    );
    const levels = body.items.filter(({ scopeId }) => scopeId === 'mallory');
    expect(levels.map(({ level }) => level).toSorted()).toEqual(['critical', 'warning']);
  });

  it('leaves a ledger that adds up, and equals the report', async () => {
    await purser.drain();
    const check = await purser.checkLedger();
    expect(check.violations).toEqual([]);
    const report = await purser.get(`${REPORT}?groupBy=system`);
    expect(report.body['totalUsd']).toBe(
      formatUsd(check.chargedNanoUsd.get(purser.organizationId) ?? 0n),
    );
  });
});
