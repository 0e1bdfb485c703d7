import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stores } from '../../../composition/stores.ts';
import type { Entry } from '../../../domain/ledger/entry.ts';
import { NO_TOKENS } from '../../../domain/token-usage.ts';
import { checkLedger } from '../../../services/budgets/check-ledger.ts';
import { createReservation } from '../../../services/reservations/create-reservation.ts';
import { extendReservation } from '../../../services/reservations/extend-reservation.ts';
import {
  findReservation,
  settleReservation,
  voidReservation,
} from '../../../services/reservations/settle-reservation.ts';
import {
  closeExpired,
  sweepReservations,
} from '../../../services/reservations/sweep-reservations.ts';
import { callOf } from '../../support/call.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { MODEL, reservingOn } from '../../support/reserving.ts';

const AT_MS = Date.parse('2026-11-21T12:00:00Z');
const MINUTE_MS = 60_000;
const ORGANIZATION = 'acme';
const MODES = ['exact', 'escrow'] as const;

let store: EmbeddedStore;
// The sweeper of one test must not have passed the minutes of another.
beforeEach(async () => {
  store = await startEmbeddedStore();
});
afterEach(async () => {
  const { ledger } = stores(store.db);
  expect((await checkLedger(ledger)).violations).toEqual([]);
  await store.close();
});

type Services = Awaited<ReturnType<typeof services>>;

/** Services whose reservations hold for a minute by default. */
async function services(mode: (typeof MODES)[number]) {
  const { suspense } = stores(store.db);
  const deps = { ...reservingOn(store.db, () => AT_MS), holdMs: MINUTE_MS, suspense };
  const budget = { scope: 'organization', scopeId: ORGANIZATION, period: 'daily' } as const;
  const settings = { limitNanoUsd: 10n ** 13n, timeZone: 'UTC', enforcement: 'enforce' } as const;
  const call = { organizationId: ORGANIZATION, actor: 'key-1', nowMs: AT_MS };
  await deps.budgets.put(call, budget, { ...settings, mode });
  return deps;
}

async function reserve(deps: Services): Promise<Entry> {
  const request = { system: 's', userId: 'ada', model: MODEL, inputTokens: 1, maxOutputTokens: 9 };
  const outcome = await createReservation(deps, callOf(ORGANIZATION, AT_MS), request, undefined);
  if (outcome.kind !== 'reserved') throw new Error('rejected');
  return outcome.entry;
}

const stored = ({ ledger }: Services, { entryId }: Entry): Promise<Entry> =>
  findReservation(ledger, ORGANIZATION, entryId);

const listed = async ({ ledger }: Services): Promise<number> => {
  const far = AT_MS + 48 * 60 * MINUTE_MS;
  const shards = Array.from({ length: 8 }, (_, shard) => ledger.listDueHolds(shard, far));
  return (await Promise.all(shards)).reduce((sum, { holds }) => sum + holds.length, 0);
};

const BODY = { usage: { ...NO_TOKENS, outputTokens: 3 } };

describe.each(MODES)('an extension, in a budget that is %s', (mode) => {
  it('holds the money until its end, and is listed by that end only', async () => {
    const deps = await services(mode);
    const first = await reserve(deps);
    const entry = mode === 'escrow' ? await reserve(deps) : first;
    const extended = await extendReservation(deps, entry, 600, AT_MS + 30_000);
    expect(extended.expiresAtMs).toBe(AT_MS + 630_000);
    expect(extended.version).toBe(entry.version);
    expect(await stored(deps, entry)).toEqual(extended);
    const longer = await extendReservation(deps, extended, 900, AT_MS + 40_000);
    expect(await listed(deps)).toBe(2);

    await sweepReservations(deps, AT_MS + 700_000);
    expect(await stored(deps, entry)).toEqual(longer);
    expect(await listed(deps)).toBe(1);

    await sweepReservations(deps, AT_MS + 941_000);
    expect(await stored(deps, entry)).toMatchObject({ state: 'expired', version: 2 });
    expect(await listed(deps)).toBe(0);
  });

  it('ends within seven days from the reservation, however often a hold is extended', async () => {
    const deps = await services(mode);
    const entry = await reserve(deps);
    const dayMs = 24 * 60 * MINUTE_MS;
    const lastMs = entry.occurredAtMs + 7 * dayMs;
    let extended = entry;
    for (let day = 0; day < 7; day += 1) {
      extended = await extendReservation(deps, extended, 86_400, AT_MS + day * (dayMs - 1_000));
    }
    const nowMs = AT_MS + 6 * dayMs + 10_000;
    await expect(extendReservation(deps, extended, 86_400, nowMs)).rejects.toMatchObject({
      fields: [
        { field: 'holdSeconds', message: expect.stringMatching(/^must be at most 86390: /) },
      ],
    });
    expect(await stored(deps, entry)).toEqual(extended);
    const last = await extendReservation(deps, extended, 86_390, nowMs);
    expect(last.expiresAtMs).toBe(lastMs);
    await sweepReservations(deps, lastMs);
    expect(await stored(deps, entry)).toMatchObject({ state: 'expired' });
  });

  it('never shortens a hold', async () => {
    const deps = await services(mode);
    const entry = await extendReservation(deps, await reserve(deps), 600, AT_MS);
    store.takeConsumed();
    expect(await extendReservation(deps, entry, 30, AT_MS + 1_000)).toEqual(entry);
    expect(store.takeConsumed().writeUnits).toBe(0);
    // An extension that was read before a longer one.
    const early = await reserve(deps);
    const longer = await extendReservation(deps, early, 600, AT_MS);
    expect(await extendReservation(deps, early, 90, AT_MS)).toEqual(longer);
    expect(await stored(deps, early)).toEqual(longer);
  });

  it('stops an expiry that was read before', async () => {
    const deps = await services(mode);
    const read = await reserve(deps);
    const extended = await extendReservation(deps, read, 600, AT_MS + 30_000);
    expect(await closeExpired(deps, read, AT_MS + 90_000)).toEqual(extended);
    expect(await stored(deps, read)).toEqual(extended);
    // One read after the first extension, but before the second.
    const longer = await extendReservation(deps, extended, 600, AT_MS + 300_000);
    expect(await closeExpired(deps, extended, AT_MS + 700_000)).toEqual(longer);
    expect((await closeExpired(deps, read, AT_MS + 901_000)).state).toBe('expired');
  });

  it('does not hinder a settlement or a void that was read before', async () => {
    const deps = await services(mode);
    const [settled, voided] = [await reserve(deps), await reserve(deps)];
    for (const entry of [settled, voided]) await extendReservation(deps, entry, 600, AT_MS);
    await settleReservation(deps, settled, BODY, { nowMs: AT_MS + 1_000 });
    await voidReservation(deps, voided, AT_MS + 1_000);
    const end = { expiresAtMs: AT_MS + 600_000, version: 2 };
    expect(await stored(deps, settled)).toMatchObject({ ...end, state: 'settled' });
    expect(await stored(deps, voided)).toMatchObject({ ...end, state: 'voided' });
  });

  it.each(['settled', 'voided', 'expired'])('is refused once it is %s', async (state) => {
    const deps = await services(mode);
    const read = await reserve(deps);
    const lateMs = AT_MS + 61_000;
    if (state === 'settled') await settleReservation(deps, read, BODY, { nowMs: AT_MS });
    if (state === 'voided') await voidReservation(deps, read, AT_MS);
    if (state === 'expired') await closeExpired(deps, read, lateMs);
    for (const nowMs of [AT_MS + 1_000, lateMs]) {
      const late = extendReservation(deps, await stored(deps, read), 600, nowMs);
      await expect(late).rejects.toThrow(`This reservation is ${state}`);
      // One that was read while it was open, by a clock that is behind.
      const early = extendReservation(deps, read, 600, AT_MS + 1_000);
      await expect(early).rejects.toThrow(`This reservation is ${state}`);
    }
    expect(await listed(deps)).toBe(0);
  });

  it('is refused after the end, also before the sweeper has come', async () => {
    const deps = await services(mode);
    const entry = await reserve(deps);
    const late = extendReservation(deps, entry, 600, AT_MS + MINUTE_MS);
    await expect(late).rejects.toThrow('This reservation is expired');
    expect(await stored(deps, entry)).toEqual(entry);
  });
});

it.each(['settled', 'expired'])(
  'is refused by a wallet that knows it %s before its entry does',
  async (state) => {
    const deps = await services('escrow');
    const entry = await reserve(deps);
    const dies = { ...deps.ledger, finish: () => Promise.reject(new Error('died')) };
    const dying = { ...deps, ledger: dies };
    const closing =
      state === 'settled'
        ? settleReservation(dying, entry, BODY, { nowMs: AT_MS })
        : closeExpired(dying, entry, AT_MS + 61_000);
    await expect(closing).rejects.toThrow('died');
    expect((await stored(deps, entry)).state).toBe('reserved');

    await expect(extendReservation(deps, entry, 600, AT_MS + 2_000)).rejects.toThrow(
      `This reservation is ${state}`,
    );
    expect(await stored(deps, entry)).toMatchObject({ state, expiresAtMs: entry.expiresAtMs });
  },
);

it('is finished as expired if it was extended before and its entry is closed late', async () => {
  const deps = await services('escrow');
  const read = await reserve(deps);
  const extended = await extendReservation(deps, read, 120, AT_MS + 30_000);
  const dies = { ...deps.ledger, finish: () => Promise.reject(new Error('died')) };
  const lateMs = AT_MS + 151_000;
  await expect(closeExpired({ ...deps, ledger: dies }, extended, lateMs)).rejects.toThrow('died');
  // What was read before the extension does not stop another process from finishing it.
  expect((await closeExpired(deps, read, lateMs)).state).toBe('expired');
  expect(await stored(deps, read)).toMatchObject({
    state: 'expired',
    expiresAtMs: AT_MS + 150_000,
  });
});
