import { afterEach, beforeEach, expect, it } from 'vitest';
import { stores } from '../../../composition/stores.ts';
import { voidReservation } from '../../../services/reservations/settle-reservation.ts';
import { createReservation } from '../../../services/reservations/create-reservation.ts';
import { sweepReservations } from '../../../services/reservations/sweep-reservations.ts';
import { createMemberDefaultsStore } from '../../../tables/member-defaults.ts';
import type { DynamoDb } from '../../../tables/dynamodb.ts';
import { callOf } from '../../support/call.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { MODEL, reservingOn } from '../../support/reserving.ts';
import { stored } from '../../support/stored.ts';

const AT_MS = Date.parse('2026-11-21T12:00:00Z');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ORGANIZATION = 'acme';

let store: EmbeddedStore;
// The sweeper of one test must not have passed the minutes of another.
beforeEach(async () => {
  store = await startEmbeddedStore();
});
afterEach(() => store.close());

/** Services whose reservations hold for a minute by default. */
async function services(mode: 'exact' | 'escrow', db: DynamoDb = store.db) {
  const { suspense } = stores(db);
  const deps = { ...reservingOn(db, () => AT_MS), holdMs: MINUTE_MS, suspense };
  const budget = { scope: 'organization', scopeId: ORGANIZATION, period: 'daily' } as const;
  const settings = { limitNanoUsd: 10n ** 13n, timeZone: 'UTC', enforcement: 'enforce' } as const;
  const call = { organizationId: ORGANIZATION, actor: 'key-1', nowMs: AT_MS };
  await deps.budgets.put(call, budget, { ...settings, mode });
  return deps;
}

async function reserve(
  deps: Awaited<ReturnType<typeof services>>,
  holdSeconds?: number,
  sessionId?: string,
) {
  const asked = { system: 's', userId: 'ada', model: MODEL, inputTokens: 1, maxOutputTokens: 9 };
  const request = { ...asked, sessionId };
  const given = { ...request, ...(holdSeconds === undefined ? {} : { holdSeconds }) };
  const outcome = await createReservation(deps, callOf(ORGANIZATION, AT_MS), given, undefined);
  if (outcome.kind !== 'reserved') throw new Error('rejected');
  return outcome.entry;
}

it.each(['exact', 'escrow'] as const)(
  'is neither lost nor read all day, in a budget that is %s',
  async (mode) => {
    const deps = await services(mode);
    // The second one is held by a lease alone.
    const entries = [await reserve(deps, 7_200), await reserve(deps, 7_200)];
    const usual = await reserve(deps);
    const stateOf = async (id: string) => (await deps.ledger.getReservation(id))?.state;

    const early = await sweepReservations(deps, AT_MS + HOUR_MS);
    expect(early.sweptMinute).toBe(Math.floor((AT_MS + HOUR_MS - MINUTE_MS) / MINUTE_MS));
    expect(await stateOf(usual.entryId)).toBe('expired');
    for (const { entryId } of entries) expect(await stateOf(entryId)).toBe('reserved');

    const dueMs = AT_MS + 2 * HOUR_MS + 1_000;
    expect((await sweepReservations(deps, dueMs)).expired).toBe(2);
    for (const { entryId } of entries) expect(await stateOf(entryId)).toBe('expired');
    expect((await sweepReservations(deps, dueMs)).expired).toBe(0);
  },
);

it('is as long as the rule of the session, the user or the key says, in this order', async () => {
  const owner = { scope: 'organization', scopeId: ORGANIZATION } as const;
  const secondsUnder = async (member: 'session' | 'user' | 'key', holdSeconds: number) => {
    const rule = () => ({ defaults: { holdSeconds }, updatedAtMs: AT_MS });
    const rules = createMemberDefaultsStore(store.db);
    await stored(store.db, rules.replacement(ORGANIZATION, { owner, member }, rule));
    const { expiresAtMs = 0 } = await reserve(await services('exact'), undefined, 'run-1');
    return (expiresAtMs - AT_MS) / 1_000;
  };
  expect(await secondsUnder('key', 300)).toBe(300);
  expect(await secondsUnder('user', 200)).toBe(200);
  expect(await secondsUnder('session', 100)).toBe(100);
  expect(await secondsUnder('key', 400)).toBe(100);
});

it('may be shorter than the usual one', async () => {
  const deps = { ...(await services('exact')), holdMs: HOUR_MS };
  const { entryId } = await reserve(deps, 30);
  await sweepReservations(deps, AT_MS + 29_000);
  expect((await deps.ledger.getReservation(entryId))?.state).toBe('reserved');
  await sweepReservations(deps, AT_MS + 31_000);
  expect((await deps.ledger.getReservation(entryId))?.state).toBe('expired');
});

it('is closed by the next run if a run dies after it closed it', async () => {
  const deps = await services('exact');
  const { entryId } = await reserve(deps, 7_200);
  const voided = await reserve(deps, 7_200);
  await voidReservation(deps, voided, AT_MS);
  const dueMs = AT_MS + 3 * HOUR_MS;
  const dies = { ...deps.ledger, removeHold: () => Promise.reject(new Error('died')) };
  await expect(sweepReservations({ ...deps, ledger: dies }, dueMs)).rejects.toThrow('died');
  await sweepReservations(deps, dueMs);
  expect((await deps.ledger.getReservation(entryId))?.state).toBe('expired');
  expect((await deps.ledger.getReservation(voided.entryId))?.state).toBe('voided');
  for (const shard of deps.ledger.holdShards()) {
    expect((await deps.ledger.listDueHolds(shard, dueMs)).holds).toEqual([]);
  }
});
