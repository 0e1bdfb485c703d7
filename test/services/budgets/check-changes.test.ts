import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTableChanges } from '../../../aws/table-changes.ts';
import { ledgerCheckServices } from '../../../composition/reservations.ts';
import { checkChanges } from '../../../services/budgets/check-changes.ts';
import { proveLedger } from '../../../services/budgets/prove-ledger.ts';
import { settleReservation } from '../../../services/reservations/settle-reservation.ts';
import type { Item, Key } from '../../../tables/dynamodb.ts';
import { changesOptions } from '../../support/embedded-store.ts';
import { EACH, LENDING_AT_MS, lendingUsage, startLending } from '../../support/lending.ts';
import { ENTRY_STORAGE } from '../../support/world.ts';

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
const table = 'ledger';

let world: Awaited<ReturnType<typeof startLending>>;
let nowMs = LENDING_AT_MS;
beforeAll(async () => {
  world = await startLending();
  // Nothing is open before, as the sweeper would have noted.
  await world.deps.ledger.putSweptMinute(Math.floor(LENDING_AT_MS / 60_000));
});
afterAll(() => world.store.close());

const services = () => ({
  ...ledgerCheckServices(world.store.db, ENTRY_STORAGE),
  changes: createTableChanges(changesOptions(world.store), table),
  now: () => nowMs,
  tell: (): Promise<void> => Promise.resolve(),
  pause: () => Promise.resolve(),
});

/** The hourly check. */
async function checkNow() {
  nowMs += 1_000;
  const report = await checkChanges(services());
  if (!report) throw new Error('another run is under way');
  return report;
}

/** An organization with an exact and a lending budget, requests that are open and settled. */
async function activeOrganization(): Promise<string> {
  const organizationId = world.newOrganization();
  await world.setBudget(organizationId, ['organization', '', 'monthly', 1_000n * EACH]);
  await world.setBudget(organizationId, ['user', 'ada', 'daily', 500n * EACH], { mode: 'exact' });
  await requestsOf(organizationId, 3);
  return organizationId;
}

async function requestsOf(organizationId: string, count: number): Promise<void> {
  for (let made = 0; made < count; made += 1) {
    const { entry } = await world.reserve(organizationId);
    if (made % 3 === 2) continue;
    await settleReservation(world.deps, entry, lendingUsage(200), { nowMs: LENDING_AT_MS });
  }
}

async function itemsOf(organizationId: string): Promise<Item[]> {
  const { items } = await world.deps.ledger.scan();
  return items.filter(
    ({ pk, org }) => org === organizationId || String(pk).includes(organizationId),
  );
}

const isBalance = ({ pk, sk }: Item) => String(pk).startsWith('budget#') && sk !== 'budgets';
const KINDS = {
  balance: isBalance,
  'settled entry': ({ st }: Item) => st === 'settled',
  'open entry': ({ st }: Item) => st === 'reserved',
  wallet: ({ sk }: Item) => sk === 'wallet',
};

async function itemOf(organizationId: string, kind: keyof typeof KINDS): Promise<Item> {
  const item = (await itemsOf(organizationId)).find(KINDS[kind]);
  if (!item) throw new Error(`no ${kind}`);
  return item;
}

const put = (item: Item) => world.store.db.write({ kind: 'put', table, item });
const remove = ({ pk, sk }: Item) =>
  world.store.db.write({ kind: 'delete', table, key: { pk, sk } as Key });

const more = (value: unknown): bigint => BigInt(String(value)) + 1n;

const DAMAGES: [string, keyof typeof KINDS, (item: Item) => Item | undefined][] = [
  ['headroom of a balance', 'balance', (item) => ({ ...item, h: more(item['h']) })],
  [
    'settled money of a balance',
    'balance',
    (item) => ({ ...item, s: more(item['s']), h: BigInt(String(item['h'])) - 1n }),
  ],
  [
    'reserved money of a balance',
    'balance',
    (item) => ({ ...item, r: more(item['r']), h: BigInt(String(item['h'])) - 1n }),
  ],
  [
    'lent money of a balance',
    'balance',
    (item) => ({ ...item, t: more(item['t']), h: BigInt(String(item['h'])) - 1n }),
  ],
  ['loss of a balance', 'balance', () => undefined],
  ['charge of a settled entry', 'settled entry', (item) => ({ ...item, chg: more(item['chg']) })],
  ['loss of a settled entry', 'settled entry', () => undefined],
  ['amount of an open entry', 'open entry', (item) => ({ ...item, amt: more(item['amt']) })],
  ['void of an open entry', 'open entry', (item) => ({ ...item, st: 'voided' })],
  ['loss of an open entry', 'open entry', () => undefined],
  ['loss of a wallet', 'wallet', () => undefined],
  ['records of a wallet', 'wallet', (item) => ({ ...item, O: {} })],
];

describe('the hourly check', () => {
  test.each(DAMAGES)('finds a damaged %s, until it is repaired', async (_, kind, damage) => {
    const organizationId = await activeOrganization();
    expect(await checkNow()).toMatchObject({ violations: [], unsettled: 0 });
    const item = await itemOf(organizationId, kind);
    const damaged = damage(item);
    await (damaged ? put(damaged) : remove(item));
    const { violations } = await checkNow();
    expect(violations).not.toEqual([]);
    expect(new Set(violations.map((each) => each.organizationId))).toEqual(
      new Set([organizationId]),
    );
    expect((await checkNow()).violations).toEqual(violations);
    await put(item);
    expect(await checkNow()).toMatchObject({ violations: [], unsettled: 0 });
    expect(await checkNow()).toMatchObject({ balances: 0, violations: [] });
  });

  test('finds what was damaged before its first look at a balance', async () => {
    const organizationId = await activeOrganization();
    const entry = await itemOf(organizationId, 'settled entry');
    await put({ ...entry, chg: more(entry['chg']) });
    expect((await checkNow()).violations).not.toEqual([]);
    await put(entry);
    expect((await checkNow()).violations).toEqual([]);
  });

  test('names an entry that cannot be read', async () => {
    const organizationId = await activeOrganization();
    await checkNow();
    const entry = await itemOf(organizationId, 'settled entry');
    const { pk, sk } = entry;
    await put({ ...entry, chg: 'much' });
    expect((await checkNow()).violations).toContainEqual(
      expect.objectContaining({ organizationId, balance: `${String(pk)} ${String(sk)}` }),
    );
    await put(entry);
    await checkNow();
  });

  test('reads what has changed, however long the ledger is', async () => {
    const organizationId = await activeOrganization();
    await checkNow();
    const unitsOf = async (requests: number) => {
      await requestsOf(organizationId, requests);
      world.store.takeConsumed();
      expect(await checkNow()).toMatchObject({ violations: [] });
      return world.store.takeConsumed().readUnits;
    };
    const [first, idle] = [await unitsOf(2), await unitsOf(0)];
    await requestsOf(organizationId, 60);
    await checkNow();
    expect(idle).toBeLessThanOrEqual(2);
    // The minute with the open reservations is the only part of the ledger that was read again.
    expect(await unitsOf(2)).toBeLessThan(first + 40);
  });

  test('judges nothing while the sweeper is more than three hours behind', async () => {
    await checkNow();
    await requestsOf(await activeOrganization(), 1);
    const sweptMinute = Math.floor(nowMs / 60_000);
    await world.deps.ledger.putSweptMinute(sweptMinute - 181);
    const late = await checkNow();
    expect(late.balances).toBeGreaterThan(0);
    expect(late.unsettled).toBe(late.balances);
    await world.deps.ledger.putSweptMinute(sweptMinute - 179);
    expect(await checkNow()).toMatchObject({ balances: late.balances, unsettled: 0 });
  });

  test('begins its sums again when changes were lost', async () => {
    const organizationId = await activeOrganization();
    await checkNow();
    await world.store.db.write({
      kind: 'update',
      table,
      key: { pk: 'check', sk: 'checkpoint' },
      update: 'SET #at = :yesterday',
      names: { '#at': 'at' },
      values: { ':yesterday': nowMs - 24 * HOUR_MS },
    });
    const restarted = await checkNow();
    expect(restarted.isRestarted).toBe(true);
    expect(restarted.violations.filter((each) => each.organizationId === organizationId)).toEqual(
      [],
    );
    await requestsOf(organizationId, 1);
    expect(await checkNow()).toMatchObject({ isRestarted: false, violations: [], unsettled: 0 });
  });

  test('leaves the work to a run that is under way', async () => {
    const { sums } = services();
    const checkpoint = await sums.begin(nowMs, nowMs + 1);
    expect(await checkChanges(services())).toBeUndefined();
    if (checkpoint) await sums.end(checkpoint, nowMs + 1);
  });
});

describe('the proof of the whole ledger', () => {
  /** Runs of one step each, until one ends a proof. */
  async function proveInSteps() {
    let runs = 0;
    for (;;) {
      runs += 1;
      const violations = await proveLedger(services(), '', 0);
      if (violations) return { runs, violations };
      if (runs > 100) throw new Error('the proof does not end');
    }
  }

  test('ends in bounded runs, finds old damage, and comes again after a week', async () => {
    const organizationId = await activeOrganization();
    const entry = await itemOf(organizationId, 'settled entry');
    const filler = 'x'.repeat(100_000);
    for (let made = 0; made < 25; made += 1) await put({ pk: `filler#${made}`, sk: 'x', filler });
    const clean = await proveInSteps();
    expect(clean.violations).toEqual([]);
    expect(clean.runs).toBeGreaterThan(3);
    expect(await proveLedger(services(), '', 0)).toBeUndefined();

    await put({ ...entry, chg: more(entry['chg']) });
    nowMs += WEEK_MS;
    const { violations } = await proveInSteps();
    expect(violations.length).toBeGreaterThan(0);
    expect(new Set(violations.map((each) => each.organizationId))).toEqual(
      new Set([organizationId]),
    );
    await put(entry);
    // A proof that found something is followed by the next one at once.
    expect((await proveInSteps()).violations).toEqual([]);
  });
});
