import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { contendedStore } from '../../../lab/bench/ledger/contended-store.ts';
import { openLedgerBed } from '../../../lab/bench/ledger/ledger-bed.ts';
import { createMeter, NOTHING_USED } from '../../../lab/bench/ledger/meter.ts';
import type { DynamoDb, TransactionWrite } from '../../../tables/dynamodb.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { runScript } from '../../support/run-script.ts';

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

const put = (name: string, condition?: string): TransactionWrite & { kind: 'put' } => ({
  kind: 'put',
  table: 'ledger',
  item: { pk: name, sk: 'item', filling: 'x'.repeat(1_500) },
  ...(condition === undefined ? {} : { condition }),
});

describe('the units that the benchmark counts', () => {
  it.each([
    ['exact', 20, 2],
    ['escrow', 4, 0],
  ] as const)('are those of %s under four budgets, once a user has begun', async (...expected) => {
    const [mode, writeUnits, transactions] = expected;
    const bed = await openLedgerBed(store.endpoint);
    const organization = await bed.organization(mode, 1);
    const pair = () =>
      bed.meter.during(async () => {
        const entry = await bed.reserve(organization, 0);
        if (!entry) throw new Error('refused');
        await bed.settle(organization, entry);
      });
    await pair();
    expect((await pair()).used).toMatchObject({ writeUnits, transactions, refusedUnits: 0 });
    expect(await bed.brokenLaws()).toEqual([]);
  });

  it('include what is refused: the item that stands, and two per item of a transaction', async () => {
    const meter = createMeter();
    const db = meter.metered(store.db);
    await db.write(put('there'));
    const once = 'attribute_not_exists(pk)';
    const single = await meter.during(() => db.write(put('there', once)));
    expect(single.used).toEqual({ ...NOTHING_USED, calls: 1, refusedUnits: 2 });
    const both = await meter.during(() => db.transact([put('there', once), put('new')]));
    expect(both.used).toMatchObject({ calls: 1, transactions: 1, refusedUnits: 4, conflicts: 0 });
  });

  it('belong to the work that used them, even with concurrent work', async () => {
    const meter = createMeter();
    const db = meter.metered(store.db);
    const reads = (times: number) =>
      meter.during(async () => {
        const key = { pk: 'a', sk: 'b' };
        for (let read = 0; read < times; read += 1) await db.get({ table: 'ledger', key });
      });
    const all = await Promise.all([reads(3), reads(5)]);
    expect(all.map(({ used }) => used.calls)).toEqual([3, 5]);
  });
});

describe('injected contention', () => {
  /** A store on which a transaction stays open until released. */
  function slowTransactions() {
    let begun = (): void => undefined;
    let letGo = (): void => undefined;
    const isUnderWay = new Promise<void>((resolve) => (begun = resolve));
    const isLetGo = new Promise<void>((resolve) => (letGo = resolve));
    const db: DynamoDb = {
      ...store.db,
      async transact(writes) {
        begun();
        await isLetGo;
        return store.db.transact(writes);
      },
    };
    return { db, isUnderWay, letGo: () => letGo() };
  }

  it('cancels a transaction, naming the item that another one has, and repeats a plain write', async () => {
    const slow = slowTransactions();
    const meter = createMeter();
    const durationsMs: number[] = [];
    const db = contendedStore(slow.db, meter, (ms) => durationsMs.push(ms));
    const first = db.transact([put('hot'), put('mine')]);
    await slow.isUnderWay;
    expect(await db.transact([put('other'), put('hot')])).toEqual({
      ok: false,
      reasons: [{ kind: 'none' }, { kind: 'conflict' }],
    });
    const write = meter.during(() => db.write(put('hot')));
    slow.letGo();
    expect(await first).toEqual({ ok: true });
    expect((await write).answer).toMatchObject({ ok: true });
    expect((await write).used.conflicts).toBeGreaterThan(0);
    expect(await db.transact([put('other'), put('hot')])).toEqual({ ok: true });
    expect(durationsMs).toHaveLength(2);
  });
});

const figures = z.object({
  brokenLaws: z.array(z.string()),
  targets: z.array(z.object({ what: z.string(), figure: z.number(), isMet: z.boolean() })),
});

describe('npm run bench -- ledger', () => {
  it('measures within 80 columns, keeps the laws, and says which targets it met', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'purser-test-'));
    const file = join(folder, 'figures.json');
    const { code, stdout, stderr } = await runScript('bench', [
      'ledger',
      '--quick',
      '--json',
      file,
    ]);
    expect(stderr).not.toContain('Error');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toContain('Injected, since the embedded store never refuses for contention');
    expect(stdout).toContain('The laws held after each part');
    const { brokenLaws, targets } = figures.parse(JSON.parse(await readFile(file, 'utf8')));
    expect(brokenLaws).toEqual([]);
    const figureOf = (what: string) => targets.find((target) => target.what === what);
    expect(figureOf('write units per request, exact')).toMatchObject({ figure: 20, isMet: true });
    expect(figureOf('write units of a denied request, escrow')).toMatchObject({ figure: 0 });
    expect(figureOf('requests granted after one was rejected')).toMatchObject({ figure: 0 });
    expect(code).toBe(0);
    await rm(folder, { recursive: true });
  }, 300_000);
});
