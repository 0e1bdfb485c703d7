import { describe, expect, test } from 'vitest';
import type { ChainedEntry } from '../../../domain/audit/audit-entry.ts';
import { budgetEventOf } from '../../../domain/events/budget-event.ts';
import { detailOf } from '../../../services/events/put-event.ts';
import { DEPLOYMENT } from '../../support/alerts.ts';
import { at, daily, monthly, openBudgetDesk } from '../../support/budget-desk.ts';

const MINUTE_MS = 60_000;
const desk = openBudgetDesk();
const { ok } = desk;

/** Runs a change a minute later. */
async function later<Answer>(change: () => Promise<Answer>): Promise<Answer> {
  desk.nowMs += MINUTE_MS;
  return change();
}

const told = async (): Promise<Record<string, string>[]> =>
  (await desk.eventsOf()).map((event) => {
    const { data, ...detail } = detailOf(event, DEPLOYMENT);
    return { title: detail.title, ...(data as Record<string, string>) };
  });

// Nothing is swept before this test, so the sweeper closes the reservation.
test('a change of a budget and a sweep write as much as before there were events of them', async () => {
  await ok('PUT', { params: monthly, body: { limitUsd: '5' } });
  desk.takeConsumed();
  await ok('PUT', { params: monthly, body: { limitUsd: '6' } });
  expect(desk.takeConsumed().writeUnits).toBe(14);
  await desk.reserve();
  desk.nowMs += 60 * MINUTE_MS;
  desk.takeConsumed();
  await desk.sweep();
  expect(desk.takeConsumed().writeUnits).toBe(5);
});

describe('what the audit log says of a budget is an event as its schema documents', () => {
  test('set, raised, lowered, changed and deleted, with the limits before and after', async () => {
    const put = (body: object) => later(() => ok('PUT', { params: daily, body }));
    await put({ limitUsd: '5' });
    await put({ limitUsd: '10' });
    await put({ limitUsd: '10' });
    await put({ limitUsd: '9.999999999', limit: { requests: 100 } });
    await put({ limitUsd: '20', limit: { requests: 50 } });
    await put({ enforcement: 'observe' });
    await put({ limit: { requests: null } });
    await later(() => ok('DELETE', { params: daily }));
    const budget = { scope: 'user', scopeId: 'ada', period: 'daily' };
    const events = await told();
    expect(events.map(({ change }) => change)).toEqual([
      'set',
      'raised',
      'lowered',
      'changed',
      'changed',
      'raised',
      'deleted',
    ]);
    expect(events[0]).toMatchObject({ ...budget, limitUsdAfter: '5.000000000', actor: 'key-1' });
    expect(events[0]).not.toHaveProperty('limitUsdBefore');
    expect(events[1]).toEqual({
      ...budget,
      title: 'Budget user/ada/daily was raised by key-1',
      change: 'raised',
      actor: 'key-1',
      limitUsdBefore: '5.000000000',
      limitUsdAfter: '10.000000000',
    });
    expect(events[4]).toMatchObject({ enforcementBefore: 'enforce', enforcementAfter: 'observe' });
    expect(events[5]).toMatchObject({ limitRequestsBefore: '50' });
    expect(events[6]).toMatchObject({ limitUsdBefore: '20.000000000' });
    expect(events[6]).not.toHaveProperty('limitUsdAfter');
  });

  test('an override that is added, removed or ends, and a reset', async () => {
    const added = () => {
      const until = new Date(desk.nowMs + 10 * MINUTE_MS).toISOString();
      const body = { addUsd: '2', until, reason: 'demo' };
      return ok('POST', { params: daily, body }, '/overrides');
    };
    await later(() => ok('PUT', { params: daily, body: { limitUsd: '5' } }));
    const { adjustmentId } = await later(added);
    const params = { ...daily, adjustmentId: String(adjustmentId) };
    await later(() => ok('DELETE', { params }, '/overrides/{adjustmentId}'));
    await later(added);
    await later(() => ok('POST', { params: daily, body: { reason: 'again' } }, '/reset'));
    desk.nowMs += 20 * MINUTE_MS;
    await desk.sweep();
    const events = await told();
    const changes = ['set', 'override_added', 'override_removed', 'override_added', 'reset'];
    expect(events.map(({ change }) => change)).toEqual([...changes, 'override_ended']);
    expect(events[1]).toMatchObject({
      scopeId: 'ada',
      period: 'daily',
      adjustmentId,
      addUsd: '2.000000000',
      until: expect.stringContaining('2026-11-21T10:'),
      reason: 'demo',
    });
    expect(events[5]).toMatchObject({ actor: 'automatic', addUsd: '2.000000000' });
  });

  test('what rolls over', async () => {
    const body = { limitUsd: '5', rollover: { capUsd: '2' } };
    await ok('PUT', { params: daily, body });
    desk.nowMs = at('2026-11-22T00:05:00Z');
    await desk.sweep();
    expect((await told()).at(-1)).toMatchObject({
      change: 'rolled_over',
      actor: 'automatic',
      amountUsd: '2.000000000',
      from: '2026-11-21',
    });
  });
});

const entry: ChainedEntry = {
  organizationId: 'acme',
  actor: 'key-1',
  action: 'budget.put',
  target: 'user/ada/daily',
  before: { limitUsd: '5.000000000' },
  after: { limitUsd: '6.000000000' },
  atMs: at('2026-11-21T10:00:00Z'),
  chain: 3,
  day: '2026-11-21',
  sequence: 7,
  hash: 'a',
  previousHash: 'b',
  seen: [],
};

test('an entry of the audit log is the same event every time, and unlike all others', () => {
  const id = (changes: Partial<ChainedEntry>) => budgetEventOf({ ...entry, ...changes })?.dedupKey;
  expect(id({})).toBe(id({}));
  expect(new Set([id({}), id({ chain: 4 }), id({ sequence: 8 }), id({ day: 'x' })]).size).toBe(4);
});

test.each([
  [{ action: 'thresholds.put' }, undefined],
  [{ action: 'override-request.approve' }, undefined],
  [{ target: 'model/anthropic/claude/daily' }, 'anthropic/claude'],
  [{ actor: 'a\nb' }, 'ada'],
  [{ before: null, after: 'nothing' }, 'ada'],
])('reads an entry with %j', (changes, scopeId) => {
  const event = budgetEventOf({ ...entry, ...changes });
  expect(event?.data['scopeId']).toBe(scopeId);
  expect(event?.title ?? '').not.toContain('\n');
  if (event) expect(() => detailOf(event, DEPLOYMENT)).not.toThrow();
});

test.each([
  [{ target: 'ada' }, 'not a budget: ada'],
  [{ target: 'nobody/ada/daily' }, 'not a budget'],
  [{ after: { limitUsd: 'much' } }, 'not a limit: much'],
  [{ after: { limitRequests: {} } }, 'not a limit'],
])('refuses an entry with %j', (changes, message) => {
  expect(() => budgetEventOf({ ...entry, ...changes })).toThrow(message);
});
