import { afterAll, beforeAll, expect, it } from 'vitest';
import { uuidV7 } from '../../../lab/replay/uuid-v7.ts';
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
  const key = uuidV7();
  await expect(
    createReservation(reservingOn(lossy), callOf('acme', Date.now()), request, key),
  ).rejects.toThrow('given up');

  await spend(key);
  // Later holds prune closed records.
  for (let more = 0; more < 6; more += 1) await spend();
  await arrive();
  expect((await checkLedger(deps.ledger)).violations).toEqual([]);
});
