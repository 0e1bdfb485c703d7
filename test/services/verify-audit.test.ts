import { stores } from '../../composition/stores.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type LoggedEntry, verifyAudit } from '../../services/verify-audit.ts';
import { chainOf } from '../../domain/audit/audit-entry.ts';
import { auditLogTable, chainKey, sha256 } from '../../tables/audit-log/items.ts';
import type { Item } from '../../tables/dynamodb.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { silentTelemetry } from '../support/telemetry.ts';

const DAY_MS = 86_400_000;
const MONDAY = Date.parse('2026-11-23T10:00:00Z');
const table = auditLogTable.name;

let store: EmbeddedStore;
let organizationId = '';
let tests = 0;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
beforeEach(() => {
  organizationId = `acme-${(tests += 1)}`;
});
afterAll(() => store.close());

const TARGET = 'user/grace/daily';
const CHAIN = chainOf(TARGET, sha256);
/** Targets of all other chains. */
const OTHERS = Array.from({ length: 200 }, (_, number) => `user/${number}/daily`).filter(
  (target, position, all) =>
    chainOf(target, sha256) !== CHAIN &&
    all.findIndex((candidate) => chainOf(candidate, sha256) === chainOf(target, sha256)) ===
      position,
);
const partition = (chain = CHAIN) => chainKey(organizationId, chain);

const change = (number: number, atMs: number, target = TARGET) => ({
  organizationId,
  actor: `key-${number}`,
  action: 'budget.put',
  target,
  ...(number % 2 === 0 ? { before: { limitUsd: '1', percent: 82.5 } } : {}),
  after: { limitUsd: String(number), levels: [{ amountNanoUsd: 5n, period: 'daily' }], none: null },
  atMs,
});

/** An entry from the time when an organization had a single chain. */
const OLD_PLACE = {
  day: '2026-11-20',
  sequence: 1,
  sha256: 'e54fdc46945a3de9d646c641e410b3d82a0cf1bdc3238dd8bd3aa9f045f48385',
};
const OLD_ENTRY = {
  pk: 'acme-old',
  sk: '2026-11-20#000000001',
  organizationId: 'acme-old',
  actor: 'key-1',
  action: 'budget.put',
  target: 'user/ada/daily',
  after: { limitUsd: '5' },
  atMs: 1_795_168_800_000,
  ...OLD_PLACE,
  previousSha256: '90dac3f65f42019f09e89e170f5d5a84f22e30d48c10fcf7d850831e85f59a30',
};

/** Three entries on Monday, two on Thursday. */
async function recordWeek() {
  const log = stores(store.db).audit;
  for (const number of [1, 2, 3]) await log.record(change(number, MONDAY + number));
  for (const number of [4, 5]) await log.record(change(number, MONDAY + 3 * DAY_MS));
}

const verify = (logged: LoggedEntry[] = [], range = {}) =>
  verifyAudit(stores(store.db).audit, { organizationId, logged, ...range });

/** The places where the chain is broken, in order. */
const broken = async (logged: LoggedEntry[] = []) =>
  (await verify(logged)).faults.map((fault) => fault.place);

const place = (day: string, sequence: number) => `2026-11-${day}#00000000${sequence}`;

async function stored(sk: string): Promise<Item> {
  const item = await store.db.get({ table, key: { pk: partition(), sk } });
  if (!item) throw new Error(`there is no ${sk}`);
  return item;
}
const put = (item: Item) => store.db.write({ kind: 'put', table, item });
const remove = (pk: string, sk: string) =>
  store.db.write({ kind: 'delete', table, key: { pk, sk } });

/** Removes an entry with its receipt, as an insider would. */
async function removeWithReceipt(sk: string): Promise<void> {
  const { day, sequence } = await stored(sk);
  const { items } = await store.db.scan({ table });
  const receipt = items.find(
    (item) =>
      item['pk'] === `${partition()}#receipts` &&
      item['day'] === day &&
      item['sequence'] === sequence,
  );
  await remove(String(receipt?.['pk']), String(receipt?.['sk']));
  await remove(partition(), sk);
}

describe('a chain that nobody changed', () => {
  test('holds over days, and links a day to the newest before it', async () => {
    await recordWeek();
    expect(await verify()).toEqual({
      organizations: 1,
      chains: 1,
      days: 2,
      entries: 5,
      faults: [],
    });
    const thursday = await stored(place('26', 1));
    expect(thursday['previousSha256']).toBe((await stored(place('23', 3)))['sha256']);
    expect(await verify([], { from: '2026-11-26' })).toMatchObject({ days: 1, entries: 2 });
  });

  test('holds when many write at once, in one chain and in all', async () => {
    const writers = Array.from({ length: 24 }, (_, number) =>
      stores(store.db).audit.record(change(number, MONDAY, [TARGET, ...OTHERS][number % 12])),
    );
    await Promise.all(writers);
    expect(await verify()).toMatchObject({ chains: 8, entries: 24, faults: [] });
  });

  test('goes on from the one chain that an organization had before there were several', async () => {
    organizationId = 'acme-old';
    await put(OLD_ENTRY);
    await put({ ...OLD_PLACE, pk: `${organizationId}#receipts`, sk: 'one' });
    await put({ ...OLD_PLACE, pk: organizationId, sk: 'head' });
    await recordWeek();
    expect(await verify()).toMatchObject({ chains: 2, entries: 6, faults: [] });
    await put({ ...OLD_ENTRY, actor: 'nobody' });
    expect((await verify()).faults).toMatchObject([{ chain: 0, place: place('20', 1) }]);
  });

  test('never goes back in time, so that what is late is filed late', async () => {
    await recordWeek();
    await stores(store.db).audit.record(change(6, MONDAY));
    expect(await stored(place('26', 3))).toMatchObject({ actor: 'key-6', atMs: BigInt(MONDAY) });
    expect(await broken()).toEqual([]);
  });

  test('is not disturbed by entries from before there was a chain', async () => {
    await put({
      pk: `${organizationId}#2026-11-20`,
      sk: '2026-11-20T10:00:00.000Z#ab',
      actor: 'k',
    });
    await recordWeek();
    expect(await verify()).toMatchObject({ entries: 5, faults: [] });
  });
});

describe('tampering is found, and where', () => {
  test.each([
    ['actor', 'somebody'],
    ['after', { limitUsd: '1000000' }],
    ['before', { limitUsd: '1' }],
    ['atMs', 0n],
    ['atMs', 'never'],
    ['organizationId', 'other'],
    ['after', new Set(['a'])],
  ])('%s altered', async (field, value) => {
    await recordWeek();
    await put({ ...(await stored(place('23', 2))), [field]: value });
    expect(await broken()).toEqual([place('23', 2)]);
  });

  test('an entry altered with its hash recomputed', async () => {
    await recordWeek();
    const second = await stored(place('23', 2));
    const other = stores(store.db).audit;
    const first = await stored(place('23', 1));
    await put({ ...second, sha256: first['sha256'] });
    await other.record(change(7, MONDAY + 4 * DAY_MS));
    expect(await broken()).toContain(place('23', 2));
  });

  test('an entry removed in the middle, with its receipt', async () => {
    await recordWeek();
    await removeWithReceipt(place('23', 2));
    expect(await broken()).toEqual([place('23', 3)]);
  });

  test('two entries swapped', async () => {
    await recordWeek();
    const [second, third] = [await stored(place('23', 2)), await stored(place('23', 3))];
    await put({ ...third, sk: second['sk'] });
    await put({ ...second, sk: third['sk'] });
    expect(await broken()).toEqual(expect.arrayContaining([place('23', 2), place('23', 3)]));
  });

  test('the end of a day that another followed, with its receipt', async () => {
    await recordWeek();
    await removeWithReceipt(place('23', 3));
    expect(await broken()).toEqual([place('26', 1)]);
  });

  test('a whole day gone, with its receipts', async () => {
    await recordWeek();
    for (const sequence of [1, 2, 3]) await removeWithReceipt(place('23', sequence));
    expect(await broken()).toEqual([place('26', 1)]);
  });

  test('the newest entry cut off: by its receipt and the head', async () => {
    await recordWeek();
    await remove(partition(), place('26', 2));
    expect(await broken()).toEqual([place('26', 2), place('26', 2)]);
  });

  test('the newest entry cut off with receipt and head: by the log of the functions', async () => {
    const telemetry = silentTelemetry();
    const log = stores(store.db, { telemetry }).audit;
    await log.record(change(1, MONDAY));
    const head = await stored('head');
    await log.record(change(2, MONDAY + 1));
    const logged = telemetry.lines.map(({ facts }) => facts as LoggedEntry);
    expect(await broken(logged)).toEqual([]);
    await removeWithReceipt(place('23', 2));
    await put(head);
    expect(await broken()).toEqual([]);
    expect(await broken(logged)).toEqual([place('23', 2)]);
  });

  test('a whole chain gone, with its receipts and head: by a later entry of another chain', async () => {
    await recordWeek();
    await stores(store.db).audit.record(change(8, MONDAY + 5 * DAY_MS, OTHERS[0]));
    for (const sequence of [1, 2, 3]) await removeWithReceipt(place('23', sequence));
    for (const sequence of [1, 2]) await removeWithReceipt(place('26', sequence));
    await remove(partition(), 'head');
    expect((await verify()).faults).toMatchObject([{ chain: CHAIN, place: place('26', 2) }]);
  });

  test('the end of a chain cut off, with receipt and head: by a later entry of another', async () => {
    await recordWeek();
    const head = await stored('head');
    await stores(store.db).audit.record(change(8, MONDAY + 5 * DAY_MS));
    await stores(store.db).audit.record(change(9, MONDAY + 5 * DAY_MS, OTHERS[3]));
    await removeWithReceipt(place('28', 1));
    await put(head);
    expect((await verify()).faults).toMatchObject([{ chain: CHAIN, place: place('28', 1) }]);
  });

  test('an entry put in by another hand', async () => {
    await recordWeek();
    const last = await stored(place('26', 2));
    await put({ ...last, sk: place('26', 3), sequence: 3n });
    expect(await broken()).toEqual([place('26', 3)]);
  });
});
