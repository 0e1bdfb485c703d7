import { afterAll, beforeAll, expect, it } from 'vitest';
import { uuidV7 } from '../../../client/uuid-v7.ts';
import { checkLedger } from '../../../services/budgets/check-ledger.ts';
import { createReservation } from '../../../services/reservations/create-reservation.ts';
import { settleReservation } from '../../../services/reservations/settle-reservation.ts';
import { type DynamoDb, StoreUnavailableError } from '../../../tables/dynamodb.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { MODEL, reservingOn } from '../../support/reserving.ts';
import { callOf } from '../../support/call.ts';

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

const request = {
  system: 'relaycore',
  userId: 'ada',
  model: MODEL,
  inputTokens: 1_000,
  maxOutputTokens: 500,
};
const body = {
  usage: { inputTokens: 1_000, outputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0 },
};

it('ignores a hold that arrives after its reservation was held again, settled and pruned', async () => {
  const deps = reservingOn(store.db);
  await deps.budgets.put(
    { organizationId: 'acme', actor: 'test', nowMs: Date.now() },
    { scope: 'organization', scopeId: 'acme', period: 'daily' },
    { limitNanoUsd: 10n ** 12n, timeZone: 'UTC', enforcement: 'enforce', mode: 'escrow' },
  );
  async function spend(key?: string): Promise<void> {
    const made = await createReservation(deps, callOf('acme', Date.now()), request, key);
    if (made.kind !== 'reserved') throw new Error('rejected');
    await settleReservation(deps, made.entry, body, { nowMs: Date.now() });
  }
  // The wallet exists and has idle money.
  await spend();

  let arrive = (): Promise<unknown> => Promise.reject(new Error('no hold was lost'));
  const lossy: DynamoDb = {
    ...store.db,
    write(write) {
      if (write.kind !== 'update' || !String(write.key['pk']).startsWith('wallet#')) {
        return store.db.write(write);
      }
      arrive = () => store.db.write(write);
      return Promise.reject(new StoreUnavailableError('given up'));
    },
  };
  const key = uuidV7(Date.now());
  await expect(
    createReservation(reservingOn(lossy), callOf('acme', Date.now()), request, key),
  ).rejects.toThrow('given up');

  await spend(key);
  // Later holds prune closed records.
  for (let more = 0; more < 6; more += 1) await spend();
  await arrive();
  expect((await checkLedger(deps.ledger)).violations).toEqual([]);
});

it('holds an amount once, though another request changes the wallet between entry and hold', async () => {
  const deps = reservingOn(store.db);
  const organizationId = 'raced';
  const target = { scope: 'organization', scopeId: organizationId, period: 'daily' } as const;
  await deps.budgets.put({ organizationId, actor: 'test', nowMs: Date.now() }, target, {
    limitNanoUsd: 10n ** 12n,
    timeZone: 'UTC',
    enforcement: 'enforce',
    mode: 'escrow',
  });
  const reserve = async (on: typeof deps, key?: string) => {
    const made = await createReservation(on, callOf(organizationId, Date.now()), request, key);
    if (made.kind !== 'reserved') throw new Error('rejected');
    return made.entry;
  };
  // The wallet is there, with idle money, so that an entry is stored before its wallet changes.
  const first = await reserve(deps);
  let races = 0;
  const racing: DynamoDb = {
    ...store.db,
    async write(write) {
      if (write.kind === 'update' && String(write.key['pk']).startsWith('wallet#')) {
        races += 1;
        if (races === 1) await reserve(deps);
      }
      return store.db.write(write);
    },
  };
  const raced = await reserve(reservingOn(racing), uuidV7(Date.now()));
  expect(races).toBeGreaterThan(0);
  const reserved = async (): Promise<bigint | undefined> => {
    const [standing] = await deps.budgets.listOfScope(organizationId, target, Date.now());
    return standing?.balance.reservedNanoUsd;
  };
  expect(await reserved()).toBe(3n * first.amountNanoUsd);
  await settleReservation(deps, raced, body, { nowMs: Date.now() });
  expect(await reserved()).toBe(2n * first.amountNanoUsd);
  expect((await checkLedger(deps.ledger)).violations).toEqual([]);
});

it('keeps the record of a reservation until its entry is closed, though this process closed the record', async () => {
  const organizationId = 'unfinished';
  let isLossy = false;
  const lossy: DynamoDb = {
    ...store.db,
    write: (write) =>
      isLossy && write.kind === 'update' && write.condition === '#ver = :before'
        ? Promise.reject(new StoreUnavailableError('given up'))
        : store.db.write(write),
  };
  const deps = reservingOn(lossy);
  await deps.budgets.put(
    { organizationId, actor: 'test', nowMs: Date.now() },
    { scope: 'organization', scopeId: organizationId, period: 'daily' },
    { limitNanoUsd: 10n ** 12n, timeZone: 'UTC', enforcement: 'enforce', mode: 'escrow' },
  );
  async function spend(): Promise<string> {
    const made = await createReservation(
      deps,
      callOf(organizationId, Date.now()),
      request,
      undefined,
    );
    if (made.kind !== 'reserved') throw new Error('rejected');
    if (isLossy) unfinished = made.entry.entryId;
    await settleReservation(deps, made.entry, body, { nowMs: Date.now() });
    return made.entry.entryId;
  }
  let unfinished: string | undefined;
  await spend();
  isLossy = true;
  await expect(spend()).rejects.toThrow('given up');
  isLossy = false;
  const others: string[] = [];
  for (let more = 0; more < 6; more += 1) others.push(await spend());
  const { records } = await deps.wallets.get(organizationId, { userId: 'ada', lane: 0 });
  expect([...records.keys()]).toContain(unfinished);
  expect([...records.keys()]).not.toContain(others[0]);
  expect((await checkLedger(deps.ledger)).violations).toEqual([]);
});
