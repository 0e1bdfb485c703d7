import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createReservation } from '../../../services/reservations/create-reservation.ts';
import { TABLE_DEFINITIONS } from '../../../tables/definitions.ts';
import type { DynamoDb } from '../../../tables/dynamodb.ts';
import { createMemoryStore } from '../../simulation/memory-store.ts';
import { callOf } from '../../support/call.ts';
import { MODEL, reservingOn } from '../../support/reserving.ts';

const AT_MS = Date.parse('2026-11-21T10:00:00Z');

/** A store whose calls wait until all of them are let through at once. */
function gatedStore() {
  const { db } = createMemoryStore(Object.values(TABLE_DEFINITIONS));
  let waiting: { table: string; pass: () => void }[] = [];
  const gate = (table = ''): Promise<void> =>
    new Promise((pass) => void waiting.push({ table, pass }));
  const gated: DynamoDb = {
    ...db,
    get: (request) => gate(request.table).then(() => db.get(request)),
    batchGet: (keys, options) => gate(keys[0]?.table).then(() => db.batchGet(keys, options)),
    query: (query) => gate(query.table).then(() => db.query(query)),
    transact: (writes) => gate('transaction').then(() => db.transact(writes)),
  };
  return {
    db: gated,
    clock: { nowMs: AT_MS },
    /** Lets calls through until some work is done. @returns the tables of each round of calls */
    roundsOf: async (work: Promise<unknown>): Promise<string[][]> => {
      const rounds: string[][] = [];
      const state = { isDone: false };
      void work.finally(() => (state.isDone = true));
      for (await setImmediate(); !state.isDone; await setImmediate()) {
        const round = waiting;
        waiting = [];
        rounds.push(round.map(({ table }) => table).toSorted());
        for (const { pass } of round) pass();
      }
      await work;
      return rounds;
    },
  };
}

it('a process that knows nothing yet reads its settings at one time, then the facts', async () => {
  const { db, roundsOf } = gatedStore();
  const deps = reservingOn(db, () => AT_MS);
  const request = { system: 's', userId: 'ada', model: MODEL, inputTokens: 1, maxOutputTokens: 9 };
  const ask = () => createReservation(deps, callOf('acme', AT_MS), request, undefined);
  const [settings, facts, ...others] = await roundsOf(ask());
  expect(settings?.length).toBeGreaterThan(5);
  expect(settings).not.toContain('ledger');
  expect(facts).toContain('ledger');
  expect(others.flat()).not.toContain('ledger');
  expect(others.at(-1)).toEqual(['transaction']);
});

it('a process that was idle reads the facts beside its settings', async () => {
  const { db, clock, roundsOf } = gatedStore();
  const deps = reservingOn(db, () => clock.nowMs);
  const request = { system: 's', userId: 'ada', model: MODEL, inputTokens: 1, maxOutputTokens: 9 };
  const ask = () => createReservation(deps, callOf('acme', clock.nowMs), request, undefined);
  const put = (limitNanoUsd: bigint) =>
    deps.budgets.put(
      callOf('acme', clock.nowMs),
      { scope: 'user', scopeId: 'ada', period: 'daily' },
      { limitNanoUsd, timeZone: 'UTC', enforcement: 'enforce' },
    );
  await roundsOf(put(10n ** 9n));
  await roundsOf(ask());
  clock.nowMs += 60_000;
  const [together, ...others] = await roundsOf(ask());
  expect(together?.length).toBeGreaterThan(5);
  expect(together?.filter((table) => table === 'ledger')).toHaveLength(1);
  expect(others).toEqual([['transaction']]);
  // What was read ahead counts as read: it may refuse.
  clock.nowMs += 60_000;
  await roundsOf(put(1n));
  const refused = ask();
  const rounds = await roundsOf(refused);
  expect(await refused).toMatchObject({ kind: 'reject' });
  expect(rounds.flat().filter((table) => table === 'ledger')).toHaveLength(1);
});
