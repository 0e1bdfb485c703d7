import { stores } from '../../../composition/stores.ts';
import { describe, expect, it } from 'vitest';
import type { Budget } from '../../../domain/ledger/budget.ts';
import {
  createStandingsReader,
  type ReadOptions,
} from '../../../services/budgets/budget-standings.ts';
import type { DynamoDb } from '../../../tables/dynamodb.ts';
import { conductRead } from '../../../tables/ledger/conduct.ts';
import { ledgerTable } from '../../../tables/ledger/table.ts';
import { createReadPlan } from '../../../tables/read-plan.ts';
import { createMemoryStore } from '../../simulation/memory-store.ts';
import { silentTelemetry } from '../../support/telemetry.ts';
import { putBook } from '../../support/stored.ts';

const AT_MS = Date.parse('2026-11-21T10:00:00Z');
const ADA = { scope: 'user', scopeId: 'ada' } as const;

it('asks to retry when conflicts keep a balance from being opened', async () => {
  const { db } = createMemoryStore([ledgerTable]);
  const daily = {
    ...ADA,
    period: 'daily',
    limitNanoUsd: 5n,
    timeZone: 'UTC',
    enforcement: 'enforce',
    createdAtMs: AT_MS,
    updatedAtMs: AT_MS,
  } as const;
  await putBook(db, 'acme', { ...ADA, daily, version: 1 });
  let conflicts = 0;
  const contended: DynamoDb = {
    ...db,
    transact: async (writes) =>
      (conflicts -= 1) >= 0
        ? { ok: false, reasons: writes.map(() => ({ kind: 'conflict' })) }
        : db.transact(writes),
  };
  const reader = createStandingsReader({ ...stores(contended), telemetry: silentTelemetry() });
  conflicts = Infinity;
  await expect(reader.read('acme', [ADA], AT_MS)).rejects.toMatchObject({
    facts: { kind: 'unavailable' },
  });
  conflicts = 3;
  const [standing] = (await reader.read('acme', [ADA], AT_MS)).of([ADA]);
  expect(standing?.balance.headroomNanoUsd).toBe(5n);
});

const ACME = { scope: 'organization', scopeId: 'acme' } as const;
const HOLDER = { userId: 'ada', entryId: 'e' };

async function readerOn(budgets: Partial<Budget>[]) {
  const { db } = createMemoryStore([ledgerTable]);
  for (const { scope = 'user', scopeId = 'ada', ...settings } of budgets) {
    const daily: Budget = {
      scope,
      scopeId,
      period: 'daily',
      limitNanoUsd: 9n,
      timeZone: 'UTC',
      enforcement: 'enforce',
      createdAtMs: AT_MS,
      updatedAtMs: AT_MS,
      ...settings,
    };
    const lanes = { daily: settings.lanes ?? 1 };
    await putBook(db, 'acme', { scope, scopeId, daily, lanes, version: 1 });
  }
  const batches: string[][] = [];
  const counted: DynamoDb = {
    ...db,
    batchGet(keys, options) {
      batches.push(keys.map(({ key }) => String(key['pk']).replace(/#acme/, '')));
      return db.batchGet(keys, options);
    },
  };
  let nowMs = AT_MS;
  const reader = createStandingsReader({
    ...stores(counted),
    telemetry: silentTelemetry(),
    now: () => nowMs,
  });
  return {
    /** One decision for Ada, including her key's conduct. @returns the batches it took */
    decide: async (options: ReadOptions = {}): Promise<string[][]> => {
      const plan = createReadPlan();
      const conduct = plan.add(conductRead('acme', 'key'));
      const first = batches.length;
      const read = await reader.read('acme', [ACME, ADA], AT_MS, {
        plan,
        holder: HOLDER,
        ...options,
      });
      expect(conduct.value.disputedNanoUsd).toBe(0n);
      expect(read.of([ACME, ADA])).toHaveLength(budgets.length);
      return batches.slice(first);
    },
    pass: (ms: number) => void (nowMs += ms),
    reader,
  };
}

const REMEMBERING = { mayRemember: true };

describe('a process that has read the scopes before', () => {
  it('reads budgets, balances and what travels with them in one batch', async () => {
    const { decide } = await readerOn([ACME, ADA]);
    expect(await decide()).toHaveLength(3);
    const all = ['budget#organization#acme', 'budget#user#ada'];
    expect(await decide()).toEqual([[...all, ...all, 'conduct#key']]);
  });

  it('reads nothing for two seconds if every budget lends', async () => {
    const { decide, pass } = await readerOn([{ ...ACME, mode: 'escrow' }, ADA]);
    await decide(REMEMBERING);
    expect(await decide(REMEMBERING)).toEqual([]);
    pass(1_999);
    expect(await decide(REMEMBERING)).toEqual([]);
    pass(1);
    const own = ['budget#user#ada', 'budget#user#ada', 'wallet#ada#0'];
    const shared = ['budget#organization#acme', 'budget#organization#acme', 'conduct#key'];
    expect((await decide(REMEMBERING))[0]?.toSorted()).toEqual([...own, ...shared].toSorted());
  });

  it("reads a user's own budget if it does not lend", async () => {
    const { decide } = await readerOn([
      { ...ACME, mode: 'escrow' },
      { ...ADA, mode: 'exact' },
    ]);
    await decide(REMEMBERING);
    expect(await decide(REMEMBERING)).toEqual([['budget#user#ada', 'budget#user#ada']]);
  });

  it('reads a wallet that others use too', async () => {
    const { decide, reader, pass } = await readerOn([{ ...ACME, mode: 'escrow' }, ADA]);
    await decide(REMEMBERING);
    reader.usersWallets.noteOutdated('acme', { userId: 'ada', lane: 0 });
    const own = ['budget#user#ada', 'budget#user#ada', 'wallet#ada#0'];
    expect(await decide(REMEMBERING)).toEqual([own]);
    pass(10_000);
    await decide(REMEMBERING);
    expect(await decide(REMEMBERING)).toEqual([]);
  });

  it('reads everything when it is asked to', async () => {
    const { decide } = await readerOn([{ ...ACME, mode: 'escrow' }, ADA]);
    await decide();
    expect((await decide({ isFresh: true }))[0]).toHaveLength(6);
  });
});

it('reads the wallet that the user budgets of now ask for', async () => {
  const { decide, pass } = await readerOn([
    { ...ACME, mode: 'escrow' },
    { ...ADA, lanes: 4 },
  ]);
  const walletsIn = (all: string[][]) => all.flat().filter((pk) => pk.startsWith('wallet'));
  const [wallet, ...others] = walletsIn(await decide(REMEMBERING));
  expect(others).toEqual([]);
  pass(2_000);
  expect(walletsIn(await decide(REMEMBERING))).toEqual([wallet]);
});
