import { stores } from '../../../composition/stores.ts';
import { expect, it } from 'vitest';
import { createReservation } from '../../../services/reservations/create-reservation.ts';
import {
  closeExpired,
  sweepReservations,
} from '../../../services/reservations/sweep-reservations.ts';
import { parseBalanceName } from '../../../domain/ledger/budget.ts';
import { type Item, StoreUnavailableError } from '../../../tables/dynamodb.ts';
import { TABLE_DEFINITIONS } from '../../../tables/definitions.ts';
import { entryItem } from '../../../tables/ledger/entry-items.ts';
import { startEmbeddedStore } from '../../support/embedded-store.ts';
import { balanceKey } from '../../../tables/ledger/budget-items.ts';
import { ledgerTable } from '../../../tables/ledger/table.ts';
import { createMemoryStore } from '../../simulation/memory-store.ts';
import { MODEL, reservingOn } from '../../support/reserving.ts';
import { callOf } from '../../support/call.ts';
import { noSuspense } from '../../support/nothing-apart.ts';
import { ENTRY_STORAGE } from '../../support/world.ts';

const AT_MS = Number.parseInt('019aa5c37a10', 16);
const KEY = '019aa5c3-7a10-7cc4-9b1e-2f6d0c1b8a44';
const MINUTE_MS = 60_000;

it('closes what it can when one reservation cannot be closed, and stays behind until it is', async () => {
  const { db } = createMemoryStore(Object.values(TABLE_DEFINITIONS));
  let unanswered: string | undefined;
  const transact: typeof db.transact = (writes) =>
    writes.some((write) => 'key' in write && write.key['sk'] === unanswered)
      ? Promise.reject(new StoreUnavailableError('the store does not answer'))
      : db.transact(writes);
  const deps = {
    ...reservingOn({ ...db, transact }, () => AT_MS),
    holdMs: MINUTE_MS,
    suspense: noSuspense,
  };
  const settings = { limitNanoUsd: 10n ** 12n, timeZone: 'UTC', enforcement: 'enforce' } as const;
  const ofAda = { scope: 'user', scopeId: 'ada', period: 'daily' } as const;
  await deps.budgets.put({ organizationId: 'acme', actor: 'key-1', nowMs: AT_MS }, ofAda, settings);
  const request = { system: 's', userId: 'ada', model: MODEL, inputTokens: 1, maxOutputTokens: 9 };
  const others = { ...request, userId: 'bob' };
  await sweepReservations(deps, AT_MS);
  const outcome = await createReservation(deps, callOf('acme', AT_MS), request, undefined);
  if (outcome.kind !== 'reserved') throw new Error('rejected');
  await createReservation(deps, callOf('acme', AT_MS + 3 * MINUTE_MS), others, undefined);
  const [name = ''] = outcome.entry.balances;
  unanswered = balanceKey('acme', parseBalanceName(name)).sk;

  const dueMs = AT_MS + 10 * MINUTE_MS;
  const behind = await sweepReservations(deps, dueMs);
  expect(behind).toEqual({ expired: 1, sweptMinute: Math.floor(AT_MS / MINUTE_MS) });
  expect(deps.telemetry.lines).toContainEqual(
    expect.objectContaining({ code: 'RESERVATION_NOT_CLOSED' }),
  );

  unanswered = undefined;
  const caughtUp = await sweepReservations(deps, dueMs);
  expect(caughtUp).toEqual({
    expired: 1,
    sweptMinute: Math.floor((dueMs - MINUTE_MS) / MINUTE_MS),
  });
});

it('goes on past a reservation that cannot be closed, which is set apart and closed later', async () => {
  const store = await startEmbeddedStore();
  const { db } = store;
  const { suspense } = stores(db);
  const deps = { ...reservingOn(db, () => AT_MS), holdMs: MINUTE_MS, suspense };
  const settings = { limitNanoUsd: 10n ** 12n, timeZone: 'UTC', enforcement: 'enforce' } as const;
  const request = { system: 's', userId: 'ada', model: MODEL, inputTokens: 1, maxOutputTokens: 9 };
  for (const organizationId of ['acme', 'other']) {
    const ofAda = { scope: 'user', scopeId: 'ada', period: 'daily' } as const;
    await deps.budgets.put({ organizationId, actor: 'key-1', nowMs: AT_MS }, ofAda, settings);
  }
  await sweepReservations(deps, AT_MS);
  const unclosable = await createReservation(deps, callOf('acme', AT_MS), request, undefined);
  if (unclosable.kind !== 'reserved') throw new Error('rejected');
  const table = ledgerTable.name;
  const key = balanceKey('acme', parseBalanceName(unclosable.entry.balances[0] ?? ''));
  const balance = await db.get({ table, key });
  await db.write({ kind: 'delete', table, key });
  const unreadable = await createReservation(deps, callOf('other', AT_MS), request, undefined);
  if (unreadable.kind !== 'reserved') throw new Error('rejected');
  const item: Item = { ...entryItem(unreadable.entry, ENTRY_STORAGE), chg: 'much' };
  await db.write({ kind: 'put', table, item });
  // Later than both by more minutes than one run covers.
  const laterMs = AT_MS + 243 * MINUTE_MS;
  const last = await createReservation(deps, callOf('other', laterMs), request, undefined);
  if (last.kind !== 'reserved') throw new Error('rejected');

  const dueMs = laterMs + 2 * MINUTE_MS;
  let expired = 0;
  for (let run = 0; run < 2; run += 1) expired += (await sweepReservations(deps, dueMs)).expired;
  expect(expired).toBe(1);
  expect(
    (await suspense.scan()).items.map((suspenseItem) => [
      suspenseItem.organizationId,
      suspenseItem.reason,
    ]),
  ).toEqual(
    expect.arrayContaining([
      ['acme', `Error: a balance of entry ${unclosable.entry.entryId} is missing`],
      [
        'other',
        `DamagedItemError: Item ${String(item['pk'])} ${unreadable.entry.entryId} of table ledger is damaged: chg must be an integer, but is text.`,
      ],
    ]),
  );
  const told = deps.telemetry.metrics.filter(({ name }) => name === 'ExpiriesInSuspense');
  expect(told).toHaveLength(2);

  await db.write({ kind: 'put', table, item: balance ?? {} });
  const closed = await closeExpired(deps, unclosable.entry, dueMs);
  expect(closed.state).toBe('expired');
  await store.close();
});

it('finds what is reserved under an older key after the hold was raised', async () => {
  const { db } = createMemoryStore(Object.values(TABLE_DEFINITIONS));
  const before = { ...reservingOn(db, () => AT_MS), holdMs: MINUTE_MS };
  const after = { ...before, holdMs: 15 * MINUTE_MS };
  const changedAtMs = AT_MS + 5 * MINUTE_MS;
  await sweepReservations(before, AT_MS);
  await sweepReservations(before, changedAtMs);

  const request = { system: 's', userId: 'ada', model: MODEL, inputTokens: 1, maxOutputTokens: 9 };
  const reserved = await createReservation(after, callOf('acme', changedAtMs), request, KEY);
  expect(reserved.kind).toBe('reserved');
  let expired = 0;
  for (let ms = changedAtMs; ms <= changedAtMs + 15 * MINUTE_MS; ms += MINUTE_MS) {
    expired += (await sweepReservations(after, ms)).expired;
  }
  expect(expired).toBe(1);
});
