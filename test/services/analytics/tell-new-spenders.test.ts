import { afterEach, beforeEach, expect, test } from 'vitest';
import { NANO_PER_USD } from '../../../domain/money.ts';
import type { Posting } from '../../../domain/ledger/posting.ts';
import { tellNewSpenders } from '../../../services/analytics/tell-new-spenders.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { guardedOn } from '../../support/guarded.ts';
import { postingWith } from '../../support/postings.ts';

const DAY_MS = 86_400_000;
const FIRST_MS = Date.parse('2026-06-01T00:00:00Z');
/** The first day with 35 days through it. */
const READY = 34;

let store: EmbeddedStore;
let guarded: ReturnType<typeof guardedOn>;
beforeEach(async () => {
  store = await startEmbeddedStore();
  guarded = guardedOn(store.db);
});
afterEach(() => store.close());

type Spend = Partial<Posting> & { usd: number };

/** One request at noon of each day for each of these. */
async function spend(fromDay: number, toDay: number, each: (day: number) => Spend[]) {
  const postings = Array.from({ length: toDay - fromDay }, (_, index) => fromDay + index).flatMap(
    (day) =>
      each(day).map(({ usd, ...facts }) => {
        const atMs = FIRST_MS + day * DAY_MS + DAY_MS / 2;
        return postingWith({
          organizationId: guarded.organizationId,
          amountNanoUsd: BigInt(Math.round(usd * 100)) * (NANO_PER_USD / 100n),
          occurredAtMs: atMs,
          postedAtMs: atMs,
          ...facts,
        });
      }),
  );
  for (let from = 0; from < postings.length; from += 80) {
    await guarded.usage.record(postings.slice(from, from + 80), 400, FIRST_MS + toDay * DAY_MS);
  }
}

/** The first run of the monitor after a day. */
const judge = (day: number) => tellNewSpenders(guarded, FIRST_MS + (day + 1) * DAY_MS + 60_000);
const told = () =>
  guarded.sent.splice(0).map(({ attributes, isEnd, body }) => ({
    value: attributes['value'],
    ...(attributes['replaces'] ? { replaces: attributes['replaces'] } : {}),
    ...(isEnd ? { isEnd: body } : {}),
  }));

const usual = (): Spend[] => [
  { usd: 6 },
  {
    usd: 4,
    userId: 'grace',
    departmentId: 'sales',
    system: 'help-desk',
    model: 'openai.gpt-oss-20b-1:0',
  },
];
const agent = (usd: number): Spend => ({
  usd,
  userId: 'agent-bot',
  system: 'agent',
  model: 'anthropic.claude-opus-4-6',
});

test('a new system is told once, with its user and model, until it is quiet for a week', async () => {
  await spend(0, 52, (day) => [...usual(), ...(day >= 40 && day < 43 ? [agent(5)] : [])]);
  await judge(39);
  expect(told()).toEqual([]);
  await judge(40);
  const [alert] = guarded.sent;
  expect(alert).toMatchObject({ kind: 'new_spender', scope: 'organization', severity: 'warning' });
  expect(alert?.subject).toContain('system agent is new and took 33 % of the bill');
  expect(alert?.body).toContain('user agent-bot');
  expect(alert?.body).toContain('model anthropic.claude-opus-4-6');
  expect(told()).toEqual([{ value: 'agent' }]);
  for (let day = 40; day < 49; day += 1) await judge(day);
  expect(told()).toEqual([]);
  await judge(49);
  expect(told()).toMatchObject([
    { value: 'agent', isEnd: expect.stringContaining('less than 5 %') },
  ]);
  await judge(50);
  expect(told()).toEqual([]);
}, 120_000);

test('a spender that stays belongs to the usual after four weeks', async () => {
  await spend(0, 70, (day) => [...usual(), ...(day >= 36 ? [{ usd: 5, userId: 'bob' }] : [])]);
  await judge(36);
  expect(told()).toEqual([{ value: 'bob' }]);
  await judge(63);
  expect(told()).toEqual([]);
  await judge(64);
  expect(told()).toMatchObject([{ value: 'bob', isEnd: expect.stringContaining('four weeks') }]);
}, 120_000);

test('a user with another name and another model of a system replace what was there', async () => {
  const model = (day: number) => (day < 36 ? 'anthropic.claude-opus-4-6' : 'amazon.nova-pro-v1:0');
  const userId = (day: number) => (day < 50 ? 'mia' : 'mia-2');
  await spend(0, 51, (day) => [
    ...usual(),
    { usd: day < 36 ? 9 : 4, system: 'chat', model: model(day), userId: userId(day) },
    { usd: 1, system: 'rank', model: 'amazon.nova-micro-v1:0', userId: 'edsger' },
  ]);
  await judge(36);
  expect(told()).toEqual([
    { value: 'amazon.nova-pro-v1:0', replaces: 'anthropic.claude-opus-4-6' },
  ]);
  await judge(50);
  expect(told()).toEqual([{ value: 'mia-2', replaces: 'mia' }]);
}, 120_000);

test('a new organization and one that only tries things have no news', async () => {
  await spend(11, 45, (day) => [...usual(), ...(day >= 38 ? [agent(9)] : [])]);
  await judge(38);
  expect(told()).toEqual([]);
  guarded = guardedOn(store.db);
  await spend(0, 45, (day) => [{ usd: 0.5 }, ...(day >= 38 ? [agent(9)] : [])]);
  await judge(38);
  expect(told()).toEqual([]);
}, 120_000);

test('what the queue refused is told the next day', async () => {
  await spend(0, 42, (day) => [...usual(), ...(day >= 40 ? [agent(5)] : [])]);
  const refusing = { ...guarded, alerts: { publish: () => Promise.reject(new Error('down')) } };
  await tellNewSpenders(refusing, FIRST_MS + 41 * DAY_MS);
  await judge(41);
  expect(told()).toEqual([{ value: 'agent' }]);
}, 120_000);

test('reads what large spenders need, and nothing after the first quarter hour of a day', async () => {
  await spend(0, 42, (day) => [...usual(), ...(day >= 40 ? [agent(5)] : [])]);
  const unitsOf = async (work: () => Promise<void>) => {
    store.takeConsumed();
    await work();
    return store.takeConsumed().readUnits;
  };
  expect(await unitsOf(() => tellNewSpenders(guarded, FIRST_MS + 40 * DAY_MS + 900_000))).toBe(0);
  // Active organizations, the news, 35 days of the organization, and a day of four dimensions.
  const once = 0.5 + 1 + 35 * 0.5 + 4 * 0.5;
  // A week of each of two users, departments, systems and models.
  const weeks = 8 * 7 * 0.5;
  expect(await unitsOf(() => judge(READY))).toBe(once + weeks);
  // What is new in three dimensions is read for 35 days.
  const isNew = 3 * 35 * 0.5;
  // Of the one that is told: its hours, its requests of one, systems a week before, three names.
  const use = 0.5 + 3 * 0.5 + 0.5 + 3 * 0.5;
  expect(await unitsOf(() => judge(40))).toBe(once + weeks + isNew + use);
  // Nobody who was told of is read again.
  expect(await unitsOf(() => judge(41))).toBe(once + weeks);
}, 120_000);
