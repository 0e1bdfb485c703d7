import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { UsageEvent } from '../../../contracts/usage.ts';
import { postingsOf } from '../../../domain/ledger/entry-postings.ts';
import { parseUsd } from '../../../domain/money.ts';
import { resolveRate } from '../../../domain/pricing/resolve-rate.ts';
import { checkLedger } from '../../../services/budgets/check-ledger.ts';
import { chargeUsage } from '../../../services/reservations/charge-usage.ts';
import { findCharge } from '../../../services/reservations/correct-cost.ts';
import { callOf } from '../../support/call.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { MODEL, reservingOn } from '../../support/reserving.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const ADA = { scope: 'user', scopeId: 'ada', period: 'daily' } as const;
const conflictIn = (field: string, index: number) => ({
  index,
  code: 'conflict',
  field,
  message:
    'conflicts with the event that this system recorded under this eventId; send a different event under a new ID',
});
/** 1000 tokens at 1 USD and 200 at 5 USD per million. */
const COST = 2_000_000n;

let store: EmbeddedStore;
let deps: ReturnType<typeof reservingOn>;
let organizationId = '';
let organizations = 0;

beforeAll(async () => {
  store = await startEmbeddedStore();
  deps = reservingOn(store.db);
});
beforeEach(async () => {
  organizationId = `org${(organizations += 1)}`;
  const limitNanoUsd = parseUsd('10') ?? 0n;
  const settings = { limitNanoUsd, timeZone: 'UTC', enforcement: 'enforce' } as const;
  await deps.budgets.put({ organizationId, actor: 'test', nowMs: NOW }, ADA, settings);
});
afterAll(() => store.close());

const eventOf = (over: Partial<UsageEvent> = {}): UsageEvent => ({
  eventId: 'e1',
  at: NOW,
  system: 'relaycore',
  userId: 'ada',
  model: MODEL,
  usage: { inputTokens: 1_000, outputTokens: 200, cacheReadTokens: 0, cacheWriteTokens: 0 },
  ...over,
});

const charge = (...events: UsageEvent[]) =>
  chargeUsage(
    deps,
    callOf(organizationId, NOW),
    events.map((event, index) => ({ index, event })),
    ({ model }) => {
      const resolved = resolveRate({ model, atMs: NOW });
      return resolved.ok ? resolved.rate : { field: 'model', message: 'not known' };
    },
  );

const spent = async () => {
  const { balance } = await deps.budgets.standing(organizationId, ADA, NOW);
  expect((await checkLedger(deps.ledger)).violations).toEqual([]);
  return balance.settledNanoUsd;
};

it('events of one batch are charged to the day of each, and counted as accepted', async () => {
  const yesterdayMs = NOW - 86_400_000;
  deps.telemetry.metrics.length = 0;
  const { accepted } = await charge(
    eventOf({ eventId: 'today' }),
    eventOf({ eventId: 'yesterday', at: yesterdayMs }),
    eventOf({ eventId: 'today again' }),
  );
  expect(accepted).toBe(3);
  expect(await spent()).toBe(2n * COST);
  const { balance } = await deps.budgets.standing(organizationId, ADA, yesterdayMs);
  expect(balance.settledNanoUsd).toBe(COST);
  expect(deps.telemetry.metrics).toContainEqual({
    name: 'UsageEventsAccepted',
    value: 3,
    dimensions: {},
  });
});

const NOT_USED = { cacheReadTokens: 0, cacheWriteTokens: 0 };

describe('an event id', () => {
  it('counts once for one event, in any order of its fields', async () => {
    const tags = { a: '1', b: '2' };
    expect(await charge(eventOf({ tags }))).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    const { usage, ...rest } = eventOf({ tags: { b: '2', a: '1' } });
    const again = { usage, ...rest, region: undefined };
    expect(await charge(again, again)).toEqual({ accepted: 0, duplicates: 2, rejected: [] });
    expect(await spent()).toBe(COST);
  });

  it.each<[string, Partial<UsageEvent>]>([
    [
      'usage.outputTokens',
      { usage: { ...NOT_USED, inputTokens: 1_000, outputTokens: 10_000_000 } },
    ],
    ['at', { at: NOW + 1 }],
    ['userId', { userId: 'bob' }],
    ['departmentId', { departmentId: 'research' }],
    ['sessionId', { sessionId: 'run-1' }],
    ['operation', { operation: 'chat' }],
    ['model', { model: 'anthropic.claude-sonnet-4-6' }],
    ['serviceTier', { serviceTier: 'batch' }],
    ['region', { region: 'eu-west-1' }],
    ['tags.team', { tags: { team: 'blue' } }],
  ])(
    'that comes with another %s is a conflict that names it, in a later batch and in the same',
    async (field, over) => {
      const other = eventOf(over);
      const rejected = [conflictIn(field, 1)];
      expect(await charge(eventOf(), other)).toEqual({ accepted: 1, duplicates: 0, rejected });
      expect(await charge(other, other, eventOf())).toEqual({
        accepted: 0,
        duplicates: 1,
        rejected: [1, 0].map((index) => conflictIn(field, index)),
      });
      expect(await spent()).toBe(COST);
    },
  );

  it('of another system is a different id, in the ledger and in postings', async () => {
    const other = eventOf({ system: 'automatrix' });
    expect(await charge(eventOf(), other)).toEqual({ accepted: 2, duplicates: 0, rejected: [] });
    expect(await spent()).toBe(2n * COST);
    const charges = await deps.ledger.listCharges(organizationId, 'e1');
    expect(charges.map(({ amountNanoUsd }) => amountNanoUsd)).toEqual([0n, 0n]);
    const postings = charges.flatMap((entry) => postingsOf(undefined, entry));
    expect(new Set(postings.map(({ postingId }) => postingId)).size).toBe(2);
  });

  it('is free again if its event could not be priced', async () => {
    const outcome = await charge(eventOf({ model: 'no-such-model' }), eventOf());
    expect(outcome).toMatchObject({ accepted: 1, duplicates: 0, rejected: [{ index: 0 }] });
  });

  it('that many race for with different events counts once', async () => {
    const racing = Array.from({ length: 10 }, (_, nth) => charge(eventOf({ at: NOW + nth })));
    const outcomes = await Promise.all(racing);
    expect(outcomes.filter(({ accepted }) => accepted === 1)).toHaveLength(1);
    expect(outcomes.flatMap(({ rejected }) => rejected)).toEqual(
      Array.from({ length: 9 }, () => conflictIn('at', 0)),
    );
    expect(await spent()).toBe(COST);
  });
});

describe('a charge is found', () => {
  const find = (system?: string, systems?: string[]) =>
    findCharge(deps.ledger, { organizationId, systems }, 'e1', system);

  it('by its event id alone while one system has used it', async () => {
    await charge(eventOf());
    expect(await find()).toMatchObject({ system: 'relaycore' });
    expect(await find('relaycore')).toMatchObject({ system: 'relaycore' });
    await expect(find('automatrix')).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('with its system where several have, or by a key of one system', async () => {
    await charge(eventOf(), eventOf({ system: 'automatrix' }));
    await expect(find()).rejects.toMatchObject({
      kind: 'invalid-request',
      fields: [
        { field: 'system', message: 'is required: several systems sent an event with this ID' },
      ],
    });
    expect(await find('automatrix')).toMatchObject({ system: 'automatrix' });
    expect(await find(undefined, ['relaycore'])).toMatchObject({ system: 'relaycore' });
    await expect(find(undefined, ['spark'])).rejects.toMatchObject({ kind: 'not-found' });
  });
});
