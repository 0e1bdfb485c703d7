import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../../client/uuid-v7.ts';
import { formatUsd } from '../../../domain/money.ts';
import type { Period } from '../../../domain/periods.ts';
import type { Scope } from '../../../domain/scopes.ts';
import { isPassing } from '../../../services/is-passing.ts';
import { createReservation } from '../../../services/reservations/create-reservation.ts';
import {
  settleReservation,
  voidReservation,
} from '../../../services/reservations/settle-reservation.ts';
import { sweepReservations } from '../../../services/reservations/sweep-reservations.ts';
import {
  EACH,
  LENDING_AT_MS,
  lendingRequest,
  lendingUsage,
  startLending,
} from '../../support/lending.ts';
import { HOLD_MS, MODEL } from '../../support/reserving.ts';
import { callOf } from '../../support/call.ts';

let lending: Awaited<ReturnType<typeof startLending>>;
beforeAll(async () => {
  lending = await startLending();
});
afterAll(() => lending.store.close());

describe('a request under four budgets that lend', () => {
  it('writes 4 units once its wallet has borrowed: entry and wallet, twice', async () => {
    const org = lending.newOrganization();
    await lending.setBudget(org, ['user', 'ada', 'daily', 10_000n * EACH]);
    await lending.setBudget(org, ['department', 'research', 'monthly', 100_000n * EACH]);
    await lending.setBudget(org, ['organization', '', 'monthly', 1_000_000n * EACH]);
    await lending.setBudget(org, ['model', MODEL, 'monthly', 1_000_000n * EACH]);
    const first = await lending.reserve(org);
    await settleReservation(lending.deps, first.entry, lendingUsage(200), { nowMs: LENDING_AT_MS });
    lending.store.takeConsumed();
    const { entry } = await lending.reserve(org);
    expect(entry).toMatchObject({ amountNanoUsd: EACH, wallet: { lane: 0, exact: [] } });
    expect(entry.balances).toHaveLength(4);
    expect(lending.store.takeConsumed().writeUnits).toBe(2);
    await settleReservation(lending.deps, entry, lendingUsage(200), { nowMs: LENDING_AT_MS });
    expect(lending.store.takeConsumed().writeUnits).toBe(2);
    await lending.expectLedgerHolds();
  });

  it('writes nothing when it is rejected', async () => {
    const org = lending.newOrganization();
    await lending.setBudget(org, ['organization', '', 'monthly', EACH / 2n]);
    lending.store.takeConsumed();
    await expect(lending.reserve(org)).rejects.toThrow('rejected');
    // The first access opens the balance.
    lending.store.takeConsumed();
    await expect(lending.reserve(org)).rejects.toThrow('rejected');
    expect(lending.store.takeConsumed().writeUnits).toBe(0);
  });
});

describe('a reservation in a wallet', () => {
  it('settles, and the budget shows it immediately', async () => {
    const org = lending.newOrganization();
    await lending.setBudget(org, ['organization', '', 'monthly', 1_000n * EACH]);
    const { entry, standings } = await lending.reserve(org);
    const available = standings[0]?.balance.headroomNanoUsd ?? 0n;
    expect(available).toBe(999n * EACH);
    const standing = await lending.standingOf(org, 'organization', org, 'monthly');
    expect(standing.balance).toMatchObject({ reservedNanoUsd: EACH, headroomNanoUsd: 999n * EACH });
    await settleReservation(lending.deps, entry, lendingUsage(200), { nowMs: LENDING_AT_MS });
    const after = await lending.standingOf(org, 'organization', org, 'monthly');
    expect(after.balance).toMatchObject({ reservedNanoUsd: 0n, settledNanoUsd: 2_000_000n });
    await lending.expectLedgerHolds();
  });

  it('settles an overrun in full, at home', async () => {
    const org = lending.newOrganization();
    await lending.setBudget(org, ['organization', '', 'monthly', 1_000n * EACH]);
    const { entry } = await lending.reserve(org);
    await settleReservation(lending.deps, entry, lendingUsage(5_800), { nowMs: LENDING_AT_MS });
    const { balance } = await lending.standingOf(org, 'organization', org, 'monthly');
    expect(balance.settledNanoUsd).toBe(5n * EACH);
    await lending.expectLedgerHolds();
  });

  it('is closed once, however often it is settled, voided or expired at the same time', async () => {
    const org = lending.newOrganization();
    await lending.setBudget(org, ['organization', '', 'monthly', 1_000n * EACH]);
    const { entry } = await lending.reserve(org);
    const late = LENDING_AT_MS + HOLD_MS + 1;
    const ways = [
      () => settleReservation(lending.deps, entry, lendingUsage(200), { nowMs: late }),
      () => settleReservation(lending.deps, entry, lendingUsage(200), { nowMs: late }),
      () => voidReservation(lending.deps, entry, late),
      () => sweepReservations(lending.deps, late),
    ];
    await Promise.allSettled(ways.flatMap((way) => [way(), way()]));
    const stored = await lending.deps.ledger.getReservation(entry.entryId);
    expect(stored?.state).not.toBe('reserved');
    await lending.expectLedgerHolds();
  });

  it('answers the same for the same key, and one reservation only in a race', async () => {
    const org = lending.newOrganization();
    await lending.setBudget(org, ['organization', '', 'monthly', 1_000n * EACH]);
    for (const key of ['opaque', '019aa5c3-7a10-7cc4-9b1e-2f6d0c1b8a44']) {
      const at = key.startsWith('019') ? Number.parseInt('019aa5c37a10', 16) : LENDING_AT_MS;
      const all = await Promise.all(
        Array.from({ length: 12 }, () => lending.reserve(org, {}, key, at)),
      );
      expect(new Set(all.map(({ entry }) => entry.entryId)).size).toBe(1);
      await expect(lending.reserve(org, { inputTokens: 2 }, key, at)).rejects.toMatchObject({
        kind: 'conflict',
      });
    }
    await lending.expectLedgerHolds();
  });

  it('expires as presumed spent, or is released where every budget says so', async () => {
    for (const onExpiry of ['presume', 'release'] as const) {
      const org = lending.newOrganization();
      await lending.setBudget(org, ['organization', '', 'monthly', 1_000n * EACH], { onExpiry });
      const { entry } = await lending.reserve(org);
      const late = LENDING_AT_MS + HOLD_MS + 1;
      await sweepReservations(lending.deps, late);
      const expected = onExpiry === 'presume' ? EACH : 0n;
      const presumed = await lending.standingOf(org, 'organization', org, 'monthly');
      expect(presumed.balance).toMatchObject({ reservedNanoUsd: 0n, settledNanoUsd: expected });
      await settleReservation(lending.deps, entry, lendingUsage(1), { nowMs: late });
      const corrected = await lending.standingOf(org, 'organization', org, 'monthly');
      expect(corrected.balance.settledNanoUsd).toBe(1_005_000n);
    }
    await lending.expectLedgerHolds();
  });
});

describe('near exhaustion', () => {
  it('draws in what other wallets have idle, so that nothing is refused while money is left', async () => {
    const org = lending.newOrganization();
    await lending.setBudget(org, ['organization', '', 'monthly', 40n * EACH]);
    const users = ['ada', 'bob', 'cleo', 'dan'];
    let granted = 0;
    for (;;) {
      try {
        await lending.reserve(org, { userId: users[granted % users.length] });
      } catch {
        break;
      }
      granted += 1;
    }
    expect(granted).toBe(40);
    const { balance } = await lending.standingOf(org, 'organization', org, 'monthly');
    expect(balance).toMatchObject({ headroomNanoUsd: 0n, reservedNanoUsd: 40n * EACH });
    await lending.expectLedgerHolds();
  });

  it('gives 64 racing clients exactly what fits', async () => {
    const org = lending.newOrganization();
    const limit = 100n * EACH + EACH / 2n;
    await lending.setBudget(org, ['organization', '', 'monthly', limit]);
    await lending.setBudget(org, ['department', 'research', 'daily', 120n * EACH]);
    let granted = 0;
    const clients = Array.from({ length: 64 }, async (_, client) => {
      for (let call = 0; call < 4; call += 1) {
        if ((await answered(org, { userId: `u${client}` })).kind === 'reserved') granted += 1;
      }
    });
    await Promise.all(clients);
    for (let extra = 0; extra < 200; extra += 1) {
      const outcome = await answered(org, {});
      if (outcome.kind === 'reject') break;
      granted += 1;
    }
    expect(granted).toBe(100);
    const { balance } = await lending.standingOf(org, 'organization', org, 'monthly');
    expect(balance.reservedNanoUsd).toBe(100n * EACH);
    expect(formatUsd(balance.headroomNanoUsd)).toBe(formatUsd(EACH / 2n));
    await lending.expectLedgerHolds();
  });

  /**
   * Retries with one key until there is an answer, because under load the answer to a hold may be
   * lost.
   */
  async function answered(org: string, over: { userId?: string }) {
    const key = uuidV7(LENDING_AT_MS);
    for (let attempt = 1; ; attempt += 1) {
      try {
        const call = callOf(org, LENDING_AT_MS);
        return await createReservation(lending.deps, call, lendingRequest(over), key);
      } catch (error) {
        if (attempt === 20 || !isPassing(error)) throw error;
      }
    }
  }
});

describe('before a period begins', () => {
  it('wallets in use borrow from it, so that its first requests write no more than others', async () => {
    const org = lending.newOrganization();
    const night = Date.parse('2026-11-30T23:59:58Z');
    const limits: [Scope, string, Period, bigint][] = [
      ['organization', '', 'monthly', 1_000_000n * EACH],
      ['department', 'research', 'daily', 100_000n * EACH],
    ];
    for (const limit of limits) await lending.setBudget(org, limit, {}, night);
    await lending.reserve(org, {}, undefined, night);
    lending.store.takeConsumed();
    await lending.reserve(org, {}, undefined, night + 500);
    expect(lending.store.takeConsumed().writeUnits).toBe(2);
    const { entry } = await lending.reserve(org, {}, undefined, night + 2_000);
    expect(lending.store.takeConsumed().writeUnits).toBe(2);
    expect(entry.balances).toEqual([
      'department/research/daily/2026-12-01',
      `organization/${org}/monthly/2026-12`,
    ]);
    await lending.expectLedgerHolds();
  });
});
