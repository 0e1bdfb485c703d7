import { describe, expect, test } from 'vitest';
import { at, daily, monthly, total, openBudgetDesk } from '../support/budget-desk.ts';

const DAY_MS = 86_400_000;
const desk = openBudgetDesk();
const { ask, expectBalanced, ok, spend } = desk;

describe('a change of a budget', () => {
  test('leaves what is not given as it is, and says what changed', async () => {
    const body = { limitUsd: '2', timeZone: 'Asia/Tokyo', enforcement: 'observe' };
    const made = await ok('PUT', { params: daily, body });
    expect(made['changes']).toContainEqual({ field: 'limitUsd', from: null, to: '2.000000000' });
    await spend('0.9');
    const raised = await ok('PUT', { params: daily, body: { limitUsd: '3' } });
    expect(raised).toMatchObject({
      timeZone: 'Asia/Tokyo',
      enforcement: 'observe',
      settledUsd: '0.900000000',
      changes: [{ field: 'limitUsd', from: '2.000000000', to: '3.000000000' }],
    });
    const patched = await ok('PATCH', { params: daily, body: { enforcement: null } });
    expect(patched).toMatchObject({
      limitUsd: '3.000000000',
      enforcement: 'enforce',
      changes: [{ field: 'enforcement', from: 'observe', to: 'enforce' }],
    });
    expect(await ok('PATCH', { params: daily, body: {} })).toMatchObject({ changes: [] });
  });

  test('says which levels changed', async () => {
    const warning = { name: 'warning', percent: 80, action: 'alert' };
    const emergency = { name: 'emergency', amountUsd: '9', action: 'shutdown' };
    const changesOf = async (thresholds: unknown) =>
      (await ok('PUT', { params: daily, body: { limitUsd: '9', thresholds } }))['changes'];
    const text = 'warning: alert at 80 % daily';
    const both = `${text}, emergency: shutdown at 9.000000000 USD daily`;
    const field = 'thresholds';
    expect(await changesOf([warning])).toContainEqual({ field, from: null, to: text });
    expect(await changesOf([warning])).toEqual([]);
    expect(await changesOf(undefined)).toEqual([]);
    expect(await changesOf([warning, emergency])).toEqual([{ field, from: text, to: both }]);
    expect(await changesOf(null)).toEqual([{ field, from: both, to: null }]);
  });

  test('needs a limit only for a new budget, and PATCH needs a budget', async () => {
    const without = await ask('PUT', { params: daily, body: { timeZone: 'UTC' } });
    expect(without.status).toBe(400);
    expect(without.json['errors']).toEqual([
      {
        field: 'limitUsd',
        message: 'is missing; send it, or send limit with usd, requests or tokens',
      },
    ]);
    expect((await ask('PATCH', { params: daily, body: { limitUsd: '1' } })).status).toBe(404);
    for (const [params, body, field] of [
      [daily, { limitUsd: '1', billingDay: 15 }, 'billingDay'],
      [monthly, { limitUsd: '1', weekStartsOn: 'sunday' }, 'weekStartsOn'],
      [total, { limitUsd: '1', rollover: { capUsd: '1' } }, 'rollover'],
    ] as const) {
      const refused = await ask('PUT', { params, body });
      expect(refused.json['errors']).toMatchObject([{ field }]);
    }
  });

  test('of the time zone takes effect with the next period, and says when', async () => {
    await ok('PUT', { params: daily, body: { limitUsd: '2' } });
    await spend('0.9');
    const changed = await ok('PATCH', { params: daily, body: { timeZone: 'Asia/Tokyo' } });
    expect(changed).toMatchObject({
      timeZone: 'UTC',
      periodKey: '2026-11-21',
      settledUsd: '0.900000000',
      calendarChange: { timeZone: 'Asia/Tokyo', takesEffectAt: '2026-11-22T00:00:00.000Z' },
      changes: [{ field: 'timeZone', from: 'UTC', to: 'Asia/Tokyo' }],
    });
    desk.nowMs = at('2026-11-22T00:00:00Z');
    const next = await ok('GET', { params: daily });
    expect(next).toMatchObject({
      timeZone: 'Asia/Tokyo',
      periodKey: '2026-11-22',
      settledUsd: '0.000000000',
      startsAt: '2026-11-22T00:00:00.000Z',
      resetsAt: '2026-11-22T15:00:00.000Z',
    });
    expect(next).not.toHaveProperty('calendarChange');
  });

  test('to another zone and back on one day counts nothing elsewhere, nor by removing it', async () => {
    await ok('PUT', { params: daily, body: { limitUsd: '2' } });
    await spend('0.9');
    await ok('PATCH', { params: daily, body: { timeZone: 'Asia/Tokyo' } });
    const back = await ok('PATCH', { params: daily, body: { timeZone: 'UTC' } });
    expect(back).not.toHaveProperty('calendarChange');
    expect(back['settledUsd']).toBe('0.900000000');
    await ok('DELETE', { params: daily });
    const again = await ok('PUT', {
      params: daily,
      body: { limitUsd: '2', timeZone: 'America/Los_Angeles' },
    });
    expect(again).toMatchObject({
      timeZone: 'UTC',
      settledUsd: '0.900000000',
      calendarChange: { takesEffectAt: '2026-11-22T08:00:00.000Z' },
    });
    await expectBalanced();
  });
});

describe('the periods of a budget', () => {
  test('are read by their key and listed, newest first', async () => {
    await ok('PUT', { params: daily, body: { limitUsd: '1' } });
    await spend('0.4');
    desk.nowMs += DAY_MS;
    await spend('0.2');
    const past = await ok('GET', { params: daily, query: { periodKey: '2026-11-21' } });
    expect(past).toMatchObject({ periodKey: '2026-11-21', settledUsd: '0.400000000' });
    const page = await ok('GET', { params: daily, query: { limit: '1' } }, '/periods');
    expect(page['items']).toMatchObject([
      { periodKey: '2026-11-22', limitUsd: '1.000000000', settledUsd: '0.200000000' },
    ]);
    const query = { limit: '1', cursor: String(page['nextCursor']) };
    const rest = await ok('GET', { params: daily, query }, '/periods');
    expect(rest['items']).toMatchObject([
      { periodKey: '2026-11-21', settledUsd: '0.400000000', overageUsd: '0.000000000' },
    ]);
    for (const periodKey of ['2026-11-20', '2026-11', 'total']) {
      expect((await ask('GET', { params: daily, query: { periodKey } })).status).toBe(404);
    }
    expect((await ask('GET', { params: daily, query: { periodKey: 'x' } })).status).toBe(400);
  });

  test('are weeks from a chosen day, months from a billing day, and one total without an end', async () => {
    const week = await ok('PUT', {
      params: { ...daily, period: 'weekly' },
      body: { limitUsd: '7', weekStartsOn: 'sunday' },
    });
    expect(week).toMatchObject({ periodKey: '2026-11-15', resetsAt: '2026-11-22T00:00:00.000Z' });
    const month = await ok('PUT', { params: monthly, body: { limitUsd: '9', billingDay: 15 } });
    expect(month).toMatchObject({ periodKey: '2026-11-15', resetsAt: '2026-12-15T00:00:00.000Z' });
    const prepaid = await ok('PUT', { params: total, body: { limitUsd: '1' } });
    expect(prepaid['periodKey']).toBe('total');
    expect(prepaid).not.toHaveProperty('resetsAt');
    expect(await spend('0.9995')).toBe(201);
    desk.nowMs = at('2028-01-01T00:00:00Z');
    const refused = await desk.reserve();
    expect(refused).toMatchObject({ status: 429, json: { decidingBudgetId: 'user/ada/total' } });
    expect(refused.json).not.toHaveProperty('resetsAt');
    await expectBalanced();
  });
});
