import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { nameReading } from '../../../composition/display-names.ts';
import { stores } from '../../../composition/stores.ts';
import { uuidV7 } from '../../../client/uuid-v7.ts';
import { createReservation } from '../../../services/reservations/create-reservation.ts';
import type { Reserved } from '../../../services/reservations/reservation-outcome.ts';
import {
  settleReservation,
  voidReservation,
} from '../../../services/reservations/settle-reservation.ts';
import { sweepReservations } from '../../../services/reservations/sweep-reservations.ts';
import { reservationViewOf } from '../../../contracts/reservation-views.ts';
import { createHandler } from '../../../lambdas/reserve/handler.ts';
import {
  type Restriction,
  TIER_2_REQUESTS_PER_MINUTE,
} from '../../../domain/controls/restriction.ts';
import { applyControl } from '../../../services/controls/manage-controls.ts';
import { callOf } from '../../support/call.ts';
import { call } from '../../support/http-event.ts';
import {
  LENDING_AT_MS,
  lendingRequest,
  lendingUsage,
  startLending,
} from '../../support/lending.ts';
import { HOLD_MS, reservingOn } from '../../support/reserving.ts';
import { silentAlerts } from '../../support/silent-alerts.ts';

const MINUTE_MS = 60_000;
const NOW = LENDING_AT_MS;
const MODES = [{ mode: 'exact' }, { mode: 'escrow' }] as const;
/** The last moment of one day, and the first of the next. */
const NIGHT = Date.parse('2026-11-21T23:59:59.990Z');
const MORNING = Date.parse('2026-11-22T00:00:00.010Z');

let lending: Awaited<ReturnType<typeof startLending>>;
let org = '';

beforeAll(async () => {
  lending = await startLending();
});
beforeEach(() => {
  org = lending.newOrganization();
});
afterAll(() => lending.store.close());

async function reserve(
  key: string | undefined,
  nowMs = NOW,
  { actor = 'key', ...over }: { actor?: string; inputTokens?: number } = {},
): Promise<Reserved> {
  const request = lendingRequest(over);
  const outcome = await createReservation(lending.deps, callOf(org, nowMs, actor), request, key);
  if (outcome.kind !== 'reserved') throw new Error(outcome.kind);
  return outcome;
}

const budget = (mode: 'exact' | 'escrow', nowMs = NOW) =>
  lending.setBudget(org, ['user', 'ada', 'daily', 10n ** 10n], { mode }, nowMs);

const keysAt = (ms: number): string[] => [uuidV7(ms), `opaque-${ms}`];

it('returns the earlier answer to callers over HTTP', async () => {
  const handler = createHandler({ ...lending.deps, now: () => NOW });
  const body = { ...lendingRequest(), userId: 'bob' };
  const send = (actor = 'key-1') =>
    call(handler, 'POST /v1/reservations', {
      body,
      actor,
      organizationId: org,
      headers: { 'idempotency-key': 'order-1001' },
    });
  const first = await send();
  expect(first.headers['x-purser-replayed']).toBeUndefined();
  const again = await send();
  expect(again).toMatchObject({ status: 201, headers: { 'x-purser-replayed': 'true' } });
  expect(again.json['reservationId']).toBe(first.json['reservationId']);
  expect((await send('key-2')).json['reservationId']).not.toBe(first.json['reservationId']);

  const reservationId = String(first.json['reservationId']);
  const entry = await lending.deps.ledger.getReservation(reservationId);
  if (!entry) throw new Error('there is no entry');
  await settleReservation(lending.deps, entry, lendingUsage(9), { nowMs: NOW });
  expect(await send()).toMatchObject({
    status: 409,
    contentType: 'application/problem+json',
    headers: { 'x-purser-replayed': 'true', 'x-should-retry': 'false' },
    json: { type: 'https://purser.dev/problems/conflict', reservationId, state: 'settled' },
  });
});

describe.each(MODES)('the key of a reservation under $mode budgets', ({ mode }) => {
  it('is answered again while the reservation is open, and says so', async () => {
    await budget(mode);
    for (const key of keysAt(NOW)) {
      const first = await reserve(key);
      const again = await reserve(key, NOW + 1_000);
      expect(first.isReplayed).toBeUndefined();
      expect(again).toMatchObject({ isReplayed: true, entry: { entryId: first.entry.entryId } });
    }
    await lending.expectLedgerHolds();
  });

  it('is answered with what is left for the user', async () => {
    await budget(mode);
    const leftOf = async (key: string, nowMs: number) => {
      const answer = reservationViewOf(await reserve(key, nowMs), nowMs);
      const { remainingUsd, budgets, warnings } = answer;
      return { remainingUsd, warnings, budgets: budgets.map(({ availableUsd }) => availableUsd) };
    };
    const [key = ''] = keysAt(NOW);
    const first = await leftOf(key, NOW);
    expect(await leftOf(key, NOW + 1_000)).toEqual(first);
  });

  it.each(['settled', 'voided', 'expired'] as const)(
    'is a conflict once it is %s',
    async (state) => {
      await budget(mode);
      for (const key of keysAt(NOW)) {
        const { entry } = await reserve(key);
        if (state === 'settled')
          await settleReservation(lending.deps, entry, lendingUsage(9), { nowMs: NOW });
        if (state === 'voided') await voidReservation(lending.deps, entry, NOW);
        const later = state === 'expired' ? NOW + HOLD_MS : NOW + 1;
        const refusal = {
          facts: { kind: 'reservation-closed', reservationId: entry.entryId, state },
          fields: [
            { field: 'Idempotency-Key', message: `belongs to a reservation that is ${state}` },
          ],
        };
        // Before and after the sweeper has seen it.
        await expect(reserve(key, later)).rejects.toMatchObject(refusal);
        if (state === 'expired') await sweepReservations(lending.deps, later + MINUTE_MS);
        await expect(reserve(key, later)).rejects.toMatchObject(refusal);
      }
      await lending.expectLedgerHolds();
    },
  );

  it('is another key when another credential sends it', async () => {
    await budget(mode);
    for (const key of keysAt(NOW)) {
      const mine = await reserve(key);
      const theirs = await reserve(key, NOW, { actor: 'key-2', inputTokens: 2 });
      expect(theirs.isReplayed).toBeUndefined();
      expect(theirs.entry.entryId).not.toBe(mine.entry.entryId);
    }
  });

  it('does not choose the period: the clock of the server does', async () => {
    await budget(mode, NIGHT - HOLD_MS);
    const early = await reserve(uuidV7(MORNING + 50_000), NIGHT);
    expect(early.entry.balances[0]).toMatch(/^user\/ada\/daily\/2026-11-21/);
    expect(early.entry).toMatchObject({ occurredAtMs: NIGHT, expiresAtMs: NIGHT + HOLD_MS });
    const late = await reserve(uuidV7(MORNING - 7 * MINUTE_MS), MORNING);
    expect(late.entry.balances[0]).toMatch(/^user\/ada\/daily\/2026-11-22/);
    await lending.expectLedgerHolds();
  });

  it('holds once when its retry comes after midnight', async () => {
    await budget(mode, NIGHT);
    for (const key of keysAt(NIGHT)) {
      const first = await reserve(key, NIGHT);
      const again = await reserve(key, MORNING);
      expect(again.entry).toEqual(first.entry);
      expect(again.standings.map(({ span }) => span.key)).toEqual(['2026-11-21']);
    }
    const ada = { scope: 'user', scopeId: 'ada', period: 'daily' } as const;
    const { balance } = await lending.deps.budgets.standing(org, ada, MORNING);
    expect(balance.reservedNanoUsd).toBe(0n);
    await lending.expectLedgerHolds();
  });

  it('keeps its reservation findable for the sweeper until it is due', async () => {
    const at = NOW + (mode === 'exact' ? 2 : 3) * 3_600_000;
    await budget(mode, at);
    const { deps } = lending;
    await sweepReservations(deps, at);
    const { entry } = await reserve(uuidV7(at - 7 * MINUTE_MS), at);
    // The key's minute is due but the reservation is not, so the sweeper is not behind.
    const due = at - 7 * MINUTE_MS + HOLD_MS;
    deps.telemetry.metrics.length = 0;
    for (let ms = due; ms < at + HOLD_MS; ms += MINUTE_MS) {
      expect(await sweepReservations(deps, ms)).toMatchObject({ expired: 0 });
    }
    const lags = deps.telemetry.metrics.filter(({ name }) => name === 'SweepLagSeconds');
    expect(new Set(lags.map(({ value }) => value))).toEqual(new Set([0]));
    expect(await sweepReservations(deps, at + HOLD_MS)).toMatchObject({ expired: 1 });
    expect(await deps.ledger.getReservation(entry.entryId)).toMatchObject({ state: 'expired' });
  });
});

describe('the key of an open reservation is answered though a new request is refused', () => {
  const ada = { scope: 'user', scopeId: 'ada' } as const;

  /** Restricts the user and answers requests like a process that has not read the controls yet. */
  async function restrict(restriction: Restriction) {
    const { db } = lending.store;
    const { telemetry } = lending.deps;
    const { controls, audit } = stores(db);
    const naming = nameReading(db, { now: () => NOW });
    const deps = { ...naming, controls, audit, alerts: silentAlerts(), telemetry };
    const operator = callOf(org, NOW, 'test');
    await applyControl(deps, operator, { ...ada, restriction, reason: 'test' });
    const reserving = reservingOn(db);
    const answer = (key: string | undefined) =>
      createReservation(reserving, callOf(org, NOW, 'key'), lendingRequest(), key);
    return { controls, answer };
  }

  it.each(MODES)('by a control, under $mode budgets', async ({ mode }) => {
    await budget(mode);
    const keys = keysAt(NOW);
    const reserved = await Promise.all(keys.map((key) => reserve(key)));
    const { answer } = await restrict({ action: 'disable' });
    expect(await answer(undefined)).toMatchObject({ kind: 'barred', because: 'control' });
    expect(await answer(uuidV7(NOW))).toMatchObject({ kind: 'barred', because: 'control' });
    for (const [position, key] of keys.entries()) {
      const entryId = reserved[position]?.entry.entryId;
      expect(await answer(key)).toMatchObject({ isReplayed: true, entry: { entryId } });
    }
  });

  it('by a rate that is used up', async () => {
    await budget('exact');
    const [key = ''] = keysAt(NOW);
    const { entryId } = (await reserve(key)).entry;
    const { controls, answer } = await restrict({ action: 'throttle', tier: 2 });
    for (let count = 1; count < TIER_2_REQUESTS_PER_MINUTE; count += 1) {
      await controls.countRequest(org, ada, TIER_2_REQUESTS_PER_MINUTE, NOW);
    }
    expect((await answer(undefined)).kind).toBe('reserved');
    expect(await answer(undefined)).toMatchObject({ kind: 'barred', because: 'rate' });
    expect(await answer(key)).toMatchObject({ isReplayed: true, entry: { entryId } });
  });
});
