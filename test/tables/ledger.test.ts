import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { balanceNameOf, type Budget, untouchedBalance } from '../../domain/ledger/budget.ts';
import { chargeChange, type Entry, reservationChange } from '../../domain/ledger/entry.ts';
import { createBudgetStore } from '../../tables/ledger/budgets.ts';
import { entryItem, parseEntry } from '../../tables/ledger/entry-items.ts';
import { createLedgerStore, type LedgerStore } from '../../tables/ledger/ledger.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { putBook } from '../support/stored.ts';
import { ENTRY_STORAGE } from '../support/world.ts';

const REF = {
  scope: 'user',
  scopeId: 'a/b:c',
  period: 'daily',
  periodKey: '2026-11-21',
} as const;
const LIMIT = 9_007_199_254_740_993_000n;

let store: EmbeddedStore;
let ledger: ReturnType<typeof createLedgerStore>;
let budgets: ReturnType<typeof createBudgetStore>;
let organizations = 0;

beforeAll(async () => {
  store = await startEmbeddedStore();
  ledger = createLedgerStore(store.db, ENTRY_STORAGE);
  budgets = createBudgetStore(store.db);
});
afterAll(() => store.close());

const budget = (limitNanoUsd: bigint): Budget => ({
  scope: REF.scope,
  scopeId: REF.scopeId,
  period: 'daily',
  limitNanoUsd,
  timeZone: 'UTC',
  enforcement: 'enforce',
  createdAtMs: 1,
  updatedAtMs: 2,
});

async function openBook(limitNanoUsd = LIMIT): Promise<string> {
  const organizationId = `org${(organizations += 1)}`;
  const book = { ...REF, daily: budget(limitNanoUsd), version: 1 };
  expect(await putBook(store.db, organizationId, book)).toBe(true);
  await budgets.openBalance(organizationId, book, [
    { ref: REF, balance: untouchedBalance(limitNanoUsd) },
  ]);
  return organizationId;
}

const entry = (organizationId: string, over: Partial<Entry> = {}): Entry => ({
  entryId: `019aa5c3-7a10-7cc4-9b1e-${String((organizations += 1)).padStart(12, '0')}`,
  kind: 'reservation',
  organizationId,
  userId: REF.scopeId,
  system: 'relaycore',
  model: 'm',
  state: 'reserved',
  amountNanoUsd: 10n,
  chargedNanoUsd: 0n,
  balances: [balanceNameOf(REF)],
  occurredAtMs: Number.parseInt('019aa5c37a10', 16),
  expiresAtMs: Number.parseInt('019aa5c37a10', 16) + 1,
  version: 1,
  requestDigest: 'd',
  ...over,
});

const balanceOf = async (organizationId: string) =>
  (await budgets.readBalances(organizationId, [REF]))[0];

describe('entries', () => {
  it('come back from an item as they went in, beyond safe integers too', () => {
    const rate = fc.record({
      inputNanoUsdPerMillion: fc.bigInt(1n, 10n ** 15n),
      outputNanoUsdPerMillion: fc.bigInt(1n, 10n ** 15n),
      cacheReadNanoUsdPerMillion: fc.bigInt(1n, 10n ** 15n),
      cacheWriteNanoUsdPerMillion: fc.bigInt(1n, 10n ** 15n),
      cacheWriteOneHourNanoUsdPerMillion: fc.option(fc.bigInt(1n, 10n ** 15n), { nil: undefined }),
    });
    const long = rate.map((prices) => ({ aboveInputTokens: 200_000, rate: prices }));
    const rates = fc.oneof(
      rate,
      fc.tuple(rate, long).map(([prices, longContext]) => ({ ...prices, longContext })),
      rate.map((prices) => ({ ...prices, inputNanoUsdPerMillion: 0n, units: { images: 4n } })),
      rate.map((prices) => ({ ...prices, units: { queries: 7n, webSearches: 0n } })),
    );
    const count = fc.option(fc.integer({ min: 1, max: 100_000_000 }), { nil: undefined });
    const usage = fc.record({
      inputTokens: fc.nat(),
      outputTokens: fc.nat(),
      cacheReadTokens: fc.nat(),
      cacheWriteTokens: fc.nat(),
      cacheWriteOneHourTokens: count,
      images: count,
      queries: count,
      webSearches: count,
      modelUnitHours: count,
    });
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 30n), rates, usage, (amountNanoUsd, priced, used) => {
        const before = entry('org', { amountNanoUsd, rate: priced, usage: used });
        const item = entryItem(before, ENTRY_STORAGE);
        expect(parseEntry(item)).toEqual(before);
      }),
    );
  });

  it('are put once, and putting one again returns the stored entry', async () => {
    const org = await openBook();
    const first = entry(org);
    const affected = [{ ref: REF, enforce: true }];
    expect(await ledger.reserve(first, affected, reservationChange(10n))).toEqual({ kind: 'done' });
    const again = await ledger.reserve(first, affected, reservationChange(10n));
    expect(again).toMatchObject({ kind: 'exists', entry: { entryId: first.entryId } });
    expect(await ledger.getReservation(first.entryId)).toMatchObject({ amountNanoUsd: 10n });
    expect(await balanceOf(org)).toMatchObject({ reservedNanoUsd: 10n });
  });

  it('change nothing at all when one balance has no headroom', async () => {
    const org = await openBook(9n);
    const refused = entry(org);
    const result = await ledger.reserve(
      refused,
      [{ ref: REF, enforce: true }],
      reservationChange(10n),
    );
    expect(result).toEqual({ kind: 'no-headroom' });
    expect(await ledger.getReservation(refused.entryId)).toBeUndefined();
    expect(await balanceOf(org)).toEqual(untouchedBalance(9n));
  });

  it('move from the version that was read only', async () => {
    const org = await openBook();
    const first = entry(org);
    await ledger.reserve(first, [{ ref: REF, enforce: true }], reservationChange(10n));
    const settled = { ...first, state: 'settled' as const, chargedNanoUsd: 4n, version: 2 };
    const change = { headroomNanoUsd: 6n, reservedNanoUsd: -10n, settledNanoUsd: 4n };
    expect(await ledger.change(first, settled, change)).toEqual({ kind: 'done' });
    expect(await ledger.change(first, settled, change)).toMatchObject({
      kind: 'changed',
      entry: { state: 'settled', version: 2 },
    });
    expect(await balanceOf(org)).toMatchObject({
      headroomNanoUsd: LIMIT - 4n,
      reservedNanoUsd: 0n,
      settledNanoUsd: 4n,
    });
  });

  it('are found by the minute in their id while they are open', async () => {
    const org = await openBook();
    const open = entry(org);
    await ledger.reserve(open, [{ ref: REF, enforce: true }], reservationChange(10n));
    const minute = Math.floor(open.occurredAtMs / 60_000);
    const pages = await Promise.all(
      ledger.shardsOfMinute(minute).map((shard) => ledger.listOpenReservations(minute, shard)),
    );
    const ids = pages.flatMap(({ entries }) => entries.map(({ entryId }) => entryId));
    expect(ids).toContain(open.entryId);
    expect(ids).toHaveLength(new Set(ids).size);
  });

  it('stay where they are when later reservations are spread over more partitions', async () => {
    const org = await openBook();
    const changedAtMs = 29_400_000 * 60_000;
    const idAt = (atMs: number): string => {
      const time = atMs.toString(16).padStart(12, '0');
      return `${time.slice(0, 8)}-${time.slice(8)}-7cc4-9b1e-0000000000ff`;
    };
    const put = (through: LedgerStore, entryId: string) =>
      through.reserve(
        entry(org, { entryId }),
        [{ ref: REF, enforce: true }],
        reservationChange(10n),
      );
    const spread = createLedgerStore(store.db, {
      ...ENTRY_STORAGE,
      entryShards: [{ fromMs: changedAtMs, shards: 256 }],
    });
    const formerId = idAt(changedAtMs - 1);
    const laterId = idAt(changedAtMs);
    await put(ledger, formerId);
    await put(spread, laterId);
    expect((await spread.getReservation(formerId))?.entryId).toBe(formerId);
    expect((await spread.getReservation(laterId))?.entryId).toBe(laterId);
    expect(spread.keyOfReservation(formerId).pk).toMatch(/#7$/);
    expect(spread.keyOfReservation(laterId).pk).toMatch(/#255$/);
    expect(spread.holdShards()).toHaveLength(256);
    const minute = changedAtMs / 60_000;
    const pages = await Promise.all(
      spread.shardsOfMinute(minute).map((shard) => spread.listOpenReservations(minute, shard)),
    );
    expect(pages.flatMap(({ entries }) => entries.map(({ entryId }) => entryId))).toEqual([
      laterId,
    ]);
  });

  it('as charges are counted once each, and those that stand are named by position', async () => {
    const org = await openBook();
    const charge = (eventId: string) =>
      entry(org, { entryId: eventId, kind: 'charge', state: 'settled', chargedNanoUsd: 3n });
    const affected = [{ ref: REF, enforce: false }];
    const two = [charge('e1'), charge('e2')];
    expect(await ledger.charge(two, affected, chargeChange(6n))).toEqual({ kind: 'done' });
    const more = [charge('e3'), charge('e2'), charge('e1')];
    expect(await ledger.charge(more, affected, chargeChange(9n))).toEqual({
      kind: 'exists',
      standing: new Map([
        [1, charge('e2')],
        [2, charge('e1')],
      ]),
    });
    expect(await balanceOf(org)).toMatchObject({ settledNanoUsd: 6n });
    const another = [{ ...charge('e1'), system: 'automatrix' }];
    expect(await ledger.charge(another, affected, chargeChange(3n))).toEqual({ kind: 'done' });
    const charges = await ledger.listCharges(org, 'e1');
    expect(charges.map(({ system }) => system)).toEqual(['automatrix', 'relaycore']);
  });
});

describe('budgets', () => {
  it('are replaced only from the version that was read, with the balances they reach', async () => {
    const org = await openBook(100n);
    const was = await balanceOf(org);
    const raised = { ...REF, daily: budget(150n), version: 2 };
    const reached = [{ ref: REF, was, limitNanoUsd: 150n }];
    expect(await putBook(store.db, org, raised, reached)).toBe(true);
    expect(await balanceOf(org)).toEqual(untouchedBalance(150n));
    expect(await putBook(store.db, org, raised, reached)).toBe(false);
  });

  it('are not replaced when a balance that was thought unopened is open', async () => {
    const org = await openBook(100n);
    const raised = { ...REF, daily: budget(150n), version: 2 };
    const unopened = [{ ref: REF, was: undefined, limitNanoUsd: 150n }];
    expect(await putBook(store.db, org, raised, unopened)).toBe(false);
    expect(await balanceOf(org)).toEqual(untouchedBalance(100n));
  });

  it('open a balance only at the version its limit was read from', async () => {
    const org = await openBook(100n);
    const next = { ...REF, periodKey: '2026-11-22' };
    const stale = { ...REF, daily: budget(100n), version: 7 };
    await budgets.openBalance(org, stale, [{ ref: next, balance: untouchedBalance(100n) }]);
    expect(await budgets.readBalances(org, [next])).toEqual([undefined]);
  });

  it('are listed by organization, page by page, without those of others', async () => {
    const org = await openBook();
    for (const scopeId of ['b', 'c', 'd']) {
      const book = {
        scope: 'user' as const,
        scopeId,
        daily: { ...budget(1n), scopeId },
        version: 1,
      };
      await putBook(store.db, org, book);
    }
    await openBook();
    const first = await budgets.listBooks(org, { limit: 3 });
    const second = await budgets.listBooks(org, { limit: 3, after: first.next });
    const ids = [...first.books, ...second.books].map(({ scopeId }) => scopeId);
    expect(ids).toEqual([REF.scopeId, 'b', 'c', 'd']);
  });
});
