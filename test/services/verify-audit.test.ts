import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type LoggedEntry, verifyAudit } from '../../services/verify-audit.ts';
import { auditLogTable, createAuditLog } from '../../tables/audit-log.ts';
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

const change = (number: number, atMs: number) => ({
  organizationId,
  actor: `key-${number}`,
  action: 'budget.put',
  target: 'user/ada/daily',
  ...(number % 2 === 0 ? { before: { limitUsd: '1', percent: 82.5 } } : {}),
  after: { limitUsd: String(number), levels: [{ amountNanoUsd: 5n, period: 'daily' }], none: null },
  atMs,
});

/** Three entries on Monday, two on Thursday. */
async function recordWeek() {
  const log = createAuditLog(store.db);
  for (const number of [1, 2, 3]) await log.record(change(number, MONDAY + number));
  for (const number of [4, 5]) await log.record(change(number, MONDAY + 3 * DAY_MS));
}

const verify = (logged: LoggedEntry[] = [], range = {}) =>
  verifyAudit(createAuditLog(store.db), { organizationId, logged, ...range });

/** The places where the chain is found broken, in order. */
const broken = async (logged: LoggedEntry[] = []) =>
  (await verify(logged)).faults.map(({ place }) => place);

const place = (day: string, sequence: number) => `2026-11-${day}#00000000${sequence}`;

async function stored(sk: string): Promise<Item> {
  const item = await store.db.get({ table, key: { pk: organizationId, sk } });
  if (!item) throw new Error(`there is no ${sk}`);
  return item;
}
const put = (item: Item) => store.db.write({ kind: 'put', table, item });
const remove = (pk: string, sk: string) =>
  store.db.write({ kind: 'delete', table, key: { pk, sk } });

/** Removes an entry with its receipt, as somebody who knows the table would. */
async function removeWithReceipt(sk: string): Promise<void> {
  const { day, sequence } = await stored(sk);
  const { items } = await store.db.scan({ table });
  const receipt = items.find(
    (item) =>
      item['pk'] === `${organizationId}#receipts` &&
      item['day'] === day &&
      item['sequence'] === sequence,
  );
  await remove(String(receipt?.['pk']), String(receipt?.['sk']));
  await remove(organizationId, sk);
}

describe('a chain that nobody changed', () => {
  test('holds over days, and links a day to the newest before it', async () => {
    await recordWeek();
    expect(await verify()).toEqual({ organizations: 1, days: 2, entries: 5, faults: [] });
    const thursday = await stored(place('26', 1));
    expect(thursday['previousSha256']).toBe((await stored(place('23', 3)))['sha256']);
    expect(await verify([], { from: '2026-11-26' })).toMatchObject({ days: 1, entries: 2 });
  });

  test('holds when many write at once, each entry once', async () => {
    const writers = Array.from({ length: 24 }, (_, number) =>
      createAuditLog(store.db).record(change(number % 12, MONDAY)),
    );
    await Promise.all(writers);
    expect(await verify()).toMatchObject({ entries: 12, faults: [] });
  });

  test('never goes back in time, so that what is late is filed late', async () => {
    await recordWeek();
    await createAuditLog(store.db).record(change(6, MONDAY));
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

  test('an entry altered with its hash computed anew', async () => {
    await recordWeek();
    const second = await stored(place('23', 2));
    const other = createAuditLog(store.db);
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
    await remove(organizationId, place('26', 2));
    expect(await broken()).toEqual([place('26', 2), place('26', 2)]);
  });

  test('the newest entry cut off with receipt and head: by the log of the functions', async () => {
    const telemetry = silentTelemetry();
    const log = createAuditLog(store.db, telemetry);
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

  test('an entry put in by another hand', async () => {
    await recordWeek();
    const last = await stored(place('26', 2));
    await put({ ...last, sk: place('26', 3), sequence: 3n });
    expect(await broken()).toEqual([place('26', 3)]);
  });
});
