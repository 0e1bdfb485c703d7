import { reservationServices } from '../../../composition/reservations.ts';
import { stores } from '../../../composition/stores.ts';
import { testWorld } from '../../support/world.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SettleBody } from '../../../contracts/reservations.ts';
import type { Entry } from '../../../domain/ledger/entry.ts';
import { NANO_PER_USD } from '../../../domain/money.ts';
import { correctCost } from '../../../services/reservations/correct-cost.ts';
import { createReservation } from '../../../services/reservations/create-reservation.ts';
import { resolveDispute } from '../../../services/reservations/resolve-dispute.ts';
import { settleReservation } from '../../../services/reservations/settle-reservation.ts';
import { sweepReservations } from '../../../services/reservations/sweep-reservations.ts';
import { StoreUnavailableError } from '../../../tables/dynamodb.ts';
import { disputeIdOf } from '../../../tables/ledger/entry-items.ts';
import type { DisputeStore } from '../../../tables/ledger/disputes.ts';
import { callOf } from '../../support/call.ts';
import {
  EACH,
  LENDING_AT_MS as NOW,
  lendingRequest,
  lendingUsage,
  startLending,
} from '../../support/lending.ts';
import { HOLD_MS } from '../../support/reserving.ts';

const DAY_MS = 86_400_000;
const BILLION_USD = 1_000_000_000n * NANO_PER_USD;
/** 1000 tokens in at 1 USD and 200 out at 5 USD per million. */
const PRICED = 2_000_000n;

let lending: Awaited<ReturnType<typeof startLending>>;
let disputes: DisputeStore;
beforeAll(async () => {
  lending = await startLending();
  disputes = stores(lending.store.db).disputes;
});
afterAll(() => lending.store.close());

const deps = () => ({ ...lending.deps, disputes, audit: stores(lending.store.db).audit });
const stated = (actualCostUsd: bigint) => lendingUsage(200, { actualCostUsd });
const settle = (entry: Entry, body: SettleBody, nowMs = NOW, key = 'key') =>
  settleReservation(lending.deps, entry, body, {
    nowMs,
    by: callOf(entry.organizationId, nowMs, key),
  });
const balanceOf = async (org: string) =>
  (await lending.standingOf(org, 'organization', org, 'monthly')).balance;
const listed = async (org: string, more: object = {}) =>
  (await disputes.list(org, { limit: 100, ...more })).entries;
const conductOf = (org: string, key = 'key') => lending.deps.conduct.get(org, key);

/** If a shared budget lends, a process trusts what it knows about keys for two seconds. */
function forget(): void {
  const { standings } = reservationServices(lending.store.db, testWorld());
  Object.assign(lending.deps, { standings });
}

async function end(org: string, entry: Entry, how: 'confirm' | 'reject') {
  const call = { organizationId: org, actor: 'operator', nowMs: NOW };
  return resolveDispute(deps(), call, disputeIdOf(entry), { how, reason: 'looked at' });
}

describe.each(['exact', 'escrow'] as const)('a cost far above the price, %s', (mode) => {
  const start = async (limit = 1_000n * EACH): Promise<string> => {
    const org = lending.newOrganization();
    await lending.setBudget(org, ['organization', '', 'monthly', limit], { mode });
    return org;
  };

  it('is booked in full, and counts no more than was held until it is confirmed', async () => {
    const org = await start();
    const { entry } = await lending.reserve(org);
    const settled = await settle(entry, stated(BILLION_USD));
    expect(settled).toMatchObject({
      chargedNanoUsd: BILLION_USD,
      disputedNanoUsd: BILLION_USD - EACH,
      deviations: ['above-price'],
    });
    expect(await balanceOf(org)).toMatchObject({ settledNanoUsd: EACH, reservedNanoUsd: 0n });
    const [open] = await listed(org);
    expect(open).toMatchObject({ entryId: entry.entryId, disputedAtMs: NOW });
    await lending.expectLedgerHolds();

    expect(await end(org, settled, 'confirm')).toMatchObject({ chargedNanoUsd: BILLION_USD });
    expect((await balanceOf(org)).settledNanoUsd).toBe(BILLION_USD);
    expect(await listed(org)).toEqual([]);
    expect((await conductOf(org)).disputedNanoUsd).toBe(0n);
    await lending.expectLedgerHolds();
  });

  it('is taken out of what is charged when it is rejected, once', async () => {
    const org = await start();
    const { entry } = await lending.reserve(org);
    const settled = await settle(entry, stated(BILLION_USD));
    expect(await end(org, settled, 'reject')).toMatchObject({ chargedNanoUsd: EACH });
    expect(await end(org, settled, 'reject')).toMatchObject({ chargedNanoUsd: EACH });
    await expect(end(org, settled, 'confirm')).rejects.toMatchObject({ kind: 'conflict' });
    const stored = await lending.deps.ledger.getReservation(entry.entryId);
    expect(stored).toMatchObject({ chargedNanoUsd: EACH, deviations: ['above-price'] });
    expect(stored?.disputedNanoUsd).toBeUndefined();
    expect((await balanceOf(org)).settledNanoUsd).toBe(EACH);
    expect((await conductOf(org)).disputedNanoUsd).toBe(0n);
    await lending.expectLedgerHolds();
  });

  it('ends with the correction of an operator as well', async () => {
    const org = await start();
    const { entry } = await lending.reserve(org);
    const settled = await settle(entry, stated(BILLION_USD));
    const body = { correctionId: 'c', actualCostUsd: 5n * PRICED, reason: 'looked at the bill' };
    await correctCost(deps(), settled, { actor: 'operator', nowMs: NOW }, body);
    expect((await balanceOf(org)).settledNanoUsd).toBe(5n * PRICED);
    expect(await listed(org)).toEqual([]);
    expect((await conductOf(org)).disputedNanoUsd).toBe(0n);
    await lending.expectLedgerHolds();
  });

  it('counts at once where an operator states it, and stops nothing', async () => {
    const org = await start();
    const { entry } = await lending.reserve(org);
    const operator = { ...callOf(org, NOW), role: 'operator' } as const;
    const settled = await settleReservation(lending.deps, entry, stated(2n * NANO_PER_USD), {
      nowMs: NOW,
      by: operator,
    });
    expect(settled.deviations).toEqual(['above-price']);
    expect(settled.disputedNanoUsd).toBeUndefined();
    expect(await balanceOf(org)).toMatchObject({ settledNanoUsd: 2n * NANO_PER_USD });
    expect((await conductOf(org)).disputedNanoUsd).toBe(0n);
  });

  it('stops its own key and no other, until it is ended', async () => {
    const org = await start();
    const first = await lending.reserve(org);
    const second = await lending.reserve(org);
    const settled = await settle(first.entry, stated(2n * NANO_PER_USD));
    forget();
    await expect(lending.reserve(org)).rejects.toMatchObject({ kind: 'costs-disputed' });
    await expect(settle(second.entry, stated(PRICED))).rejects.toMatchObject({
      kind: 'costs-disputed',
      fields: [{ field: 'actualCostUsd' }],
    });
    await settle(second.entry, lendingUsage(200));
    const others = callOf(org, NOW, 'another');
    const other = await createReservation(lending.deps, others, lendingRequest(), undefined);
    expect(other.kind).toBe('reserved');
    await end(org, settled, 'reject');
    forget();
    expect((await lending.reserve(org)).decision).toBe('proceed');
    await lending.expectLedgerHolds();
  });

  it('still answers a repeated reservation of its own key', async () => {
    const org = await start();
    const key = `again-${mode}`;
    const kept = await lending.reserve(org, {}, key);
    const { entry } = await lending.reserve(org);
    await settle(entry, stated(BILLION_USD));
    forget();
    await expect(lending.reserve(org)).rejects.toMatchObject({ kind: 'costs-disputed' });
    expect((await lending.reserve(org, {}, key)).entry.entryId).toBe(kept.entry.entryId);
  });

  it('of a key that did not reserve is on that key', async () => {
    const org = await start();
    const { entry } = await lending.reserve(org);
    const settled = await settle(entry, stated(BILLION_USD), NOW, 'stranger');
    expect(settled.settledKeyId).toBe('stranger');
    expect((await conductOf(org)).disputedNanoUsd).toBe(0n);
    expect((await conductOf(org, 'stranger')).disputedNanoUsd).toBe(BILLION_USD - EACH);
    expect(await listed(org, { keyId: 'stranger' })).toHaveLength(1);
    expect(await listed(org, { keyId: 'key' })).toEqual([]);
    await end(org, settled, 'reject');
    expect((await conductOf(org, 'stranger')).disputedNanoUsd).toBe(0n);
  });

  it('is not in dispute within three times the price, or a cent', async () => {
    const org = await start(10_000n * EACH);
    for (const actual of [3n * PRICED, PRICED + 10_000_000n]) {
      const { entry } = await lending.reserve(org);
      const settled = await settle(entry, stated(actual));
      expect(settled.deviations).toBeUndefined();
      expect(settled.chargedNanoUsd).toBe(actual);
    }
    expect(await listed(org)).toEqual([]);
  });
});

it('keeps a dispute that a crash left in the wallet only', async () => {
  const org = lending.newOrganization();
  await lending.setBudget(org, ['organization', '', 'monthly', 1_000n * EACH]);
  const { entry } = await lending.reserve(org);
  const { ledger } = lending.deps;
  const finish = () => Promise.reject(new StoreUnavailableError('gone'));
  const dying = { ...lending.deps, ledger: { ...ledger, finish } };
  const call = callOf(org, NOW);
  const body = stated(BILLION_USD);
  await expect(settleReservation(dying, entry, body, { nowMs: NOW, by: call })).rejects.toThrow(
    'gone',
  );
  expect((await ledger.getReservation(entry.entryId))?.state).toBe('reserved');
  expect((await conductOf(org)).disputedNanoUsd).toBe(BILLION_USD - EACH);
  await lending.expectLedgerHolds();
  await sweepReservations(lending.deps, NOW + HOLD_MS + 60_000);
  const [open] = await listed(org);
  expect(open).toMatchObject({ entryId: entry.entryId, disputedNanoUsd: BILLION_USD - EACH });
  await lending.expectLedgerHolds();
});

describe('other deviations', () => {
  it('below the price is marked, listed by kind, counted and told, and is not in dispute', async () => {
    const org = lending.newOrganization();
    const { entry } = await lending.reserve(org);
    const body = { usage: { ...lendingUsage(0).usage, inputTokens: 100_000 }, actualCostUsd: 0n };
    const settled = await settle(entry, body);
    expect(settled).toMatchObject({ chargedNanoUsd: 0n, deviations: ['below-price'] });
    expect(settled.disputedNanoUsd).toBeUndefined();
    expect(await listed(org, { kind: 'below-price' })).toHaveLength(1);
    expect(await listed(org, { kind: 'late' })).toEqual([]);
    const { metrics, lines } = lending.deps.telemetry;
    expect(metrics).toContainEqual({
      name: 'CostDeviations',
      value: 1,
      dimensions: { Kind: 'below-price' },
    });
    expect(lines.map(({ code }) => code)).toContain('COST_DEVIATES');
    const told = lending.deps.alerts.told.filter(({ organizationId }) => organizationId === org);
    expect(told).toMatchObject([{ kind: 'cost_deviates', attributes: { keyId: 'key' } }]);
    await expect(end(org, settled, 'reject')).rejects.toMatchObject({ kind: 'conflict' });
    await end(org, settled, 'confirm');
    expect(await listed(org)).toEqual([]);
  });

  it('a cheaper model than the reserved one is marked', async () => {
    const org = lending.newOrganization();
    const dear = await lending.reserve(org, { model: 'anthropic.claude-sonnet-4-6' });
    const model = 'anthropic.claude-haiku-4-5-20251001-v1:0';
    const body = { ...lendingUsage(200), model };
    expect((await settle(dear.entry, body)).deviations).toEqual(['other-model']);
    const cheap = await lending.reserve(org);
    const dearer = { ...lendingUsage(200), model: 'anthropic.claude-sonnet-4-6' };
    expect((await settle(cheap.entry, dearer)).deviations).toBeUndefined();
  });

  it('a late settlement lowers what was presumed only when it is confirmed', async () => {
    for (const how of ['confirm', 'reject'] as const) {
      const org = lending.newOrganization();
      await lending.setBudget(org, ['organization', '', 'monthly', 1_000n * EACH]);
      const { entry } = await lending.reserve(org);
      await sweepReservations(lending.deps, NOW + HOLD_MS + 60_000);
      const expired = await lending.deps.ledger.getReservation(entry.entryId);
      if (!expired) throw new Error('lost');
      const late = NOW + HOLD_MS + 35 * DAY_MS;
      const none = { usage: { ...lendingUsage(0).usage, inputTokens: 0 } };
      const settled = await settle(expired, none, late);
      expect(settled).toMatchObject({
        chargedNanoUsd: 0n,
        disputedNanoUsd: -EACH,
        deviations: ['late'],
      });
      expect((await balanceOf(org)).settledNanoUsd).toBe(EACH);
      expect((await conductOf(org)).disputedNanoUsd).toBe(EACH);
      await lending.expectLedgerHolds();
      await end(org, settled, how);
      expect((await balanceOf(org)).settledNanoUsd).toBe(how === 'confirm' ? 0n : EACH);
      const stored = await lending.deps.ledger.getReservation(entry.entryId);
      expect(stored?.chargedNanoUsd).toBe(how === 'confirm' ? 0n : EACH);
      await lending.expectLedgerHolds();
    }
  });

  it('a settlement within a day of the expiry is not late', async () => {
    const org = lending.newOrganization();
    const { entry } = await lending.reserve(org);
    await sweepReservations(lending.deps, NOW + HOLD_MS + 60_000);
    const expired = await lending.deps.ledger.getReservation(entry.entryId);
    if (!expired) throw new Error('lost');
    const settled = await settle(expired, lendingUsage(0), NOW + HOLD_MS + DAY_MS);
    expect(settled.deviations).toBeUndefined();
  });
});
