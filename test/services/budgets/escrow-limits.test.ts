import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReservation } from '../../../services/reservations/create-reservation.ts';
import { settleReservation } from '../../../services/reservations/settle-reservation.ts';
import { sweepReservations } from '../../../services/reservations/sweep-reservations.ts';
import {
  EACH,
  LENDING_AT_MS,
  lendingRequest,
  lendingUsage,
  startLending,
} from '../../support/lending.ts';
import { HOLD_MS, reservingOn } from '../../support/reserving.ts';
import { callOf } from '../../support/call.ts';

let lending: Awaited<ReturnType<typeof startLending>>;
beforeAll(async () => {
  lending = await startLending();
});
afterAll(() => lending.store.close());

describe('a limit', () => {
  it('that is lowered calls idle money back before the change is answered', async () => {
    const org = lending.newOrganization();
    await lending.setBudget(org, ['organization', '', 'monthly', 1_000n * EACH]);
    for (const userId of ['ada', 'bob', 'cleo']) await lending.reserve(org, { userId });
    await lending.setBudget(org, ['organization', '', 'monthly', 3n * EACH]);
    await expect(lending.reserve(org)).rejects.toThrow('rejected');
    await lending.setBudget(org, ['organization', '', 'monthly', 4n * EACH]);
    await lending.reserve(org, { userId: 'bob' });
    await expect(lending.reserve(org)).rejects.toThrow('rejected');
    await lending.expectLedgerHolds();
  });

  it('may change mode and lanes while money is held', async () => {
    const org = lending.newOrganization();
    await lending.setBudget(org, ['organization', '', 'monthly', 60n * EACH]);
    const { entry } = await lending.reserve(org);
    const lanes = { peakRequestsPerSecond: 2_000 };
    const laned = await lending.setBudget(org, ['organization', '', 'monthly', 60n * EACH], lanes);
    expect(laned.lanes.length).toBeGreaterThan(1);
    await settleReservation(lending.deps, entry, lendingUsage(0, { actualCostUsd: EACH }), {
      nowMs: LENDING_AT_MS,
    });
    let granted = 1;
    for (const userId of ['ada', 'bob', 'cleo', 'dan', 'eve']) {
      for (let call = 0; call < 11; call += 1, granted += 1) await lending.reserve(org, { userId });
    }
    await lending.setBudget(org, ['organization', '', 'monthly', 60n * EACH], { mode: 'exact' });
    for (; granted < 60; granted += 1) await lending.reserve(org, { userId: 'finn' });
    await expect(lending.reserve(org)).rejects.toThrow('rejected');
    const { balance } = await lending.standingOf(org, 'organization', org, 'monthly');
    expect(balance).toMatchObject({ settledNanoUsd: EACH, reservedNanoUsd: 59n * EACH });
    await lending.expectLedgerHolds();
  });
});

describe('a budget in lanes', () => {
  it('is used to the last request, whichever lanes the money lies in', async () => {
    const org = lending.newOrganization();
    const settings = { peakRequestsPerSecond: 2_000 };
    await lending.setBudget(org, ['organization', '', 'monthly', 50n * EACH], settings);
    let granted = 0;
    for (; granted < 80; granted += 1) {
      const over = { userId: `u${granted % 7}` };
      const outcome = await createReservation(
        lending.deps,
        callOf(org, LENDING_AT_MS),
        lendingRequest(over),
        undefined,
      );
      if (outcome.kind === 'reject') break;
    }
    expect(granted).toBe(50);
    await lending.expectLedgerHolds();
  });
});

describe('an entry whose wallet never held it', () => {
  it('is voided by the sweeper, and its late hold is fenced off', async () => {
    const org = lending.newOrganization();
    const key = '019aa5c3-7a10-7cc4-9b1e-2f6d0c1b8a55';
    const at = Number.parseInt('019aa5c37a10', 16);
    await lending.setBudget(org, ['organization', '', 'monthly', 1_000n * EACH], {}, at);
    await lending.reserve(org, {}, undefined, at);
    let late = (): Promise<unknown> => Promise.reject(new Error('no hold was lost'));
    const lossy = reservingOn({
      ...lending.store.db,
      write(write) {
        if (write.kind !== 'update') return lending.store.db.write(write);
        late = () => lending.store.db.write(write);
        return Promise.reject(new Error('lost'));
      },
    });
    await expect(createReservation(lossy, callOf(org, at), lendingRequest(), key)).rejects.toThrow(
      'lost',
    );
    await sweepReservations(lending.deps, at + HOLD_MS + 1);
    await late();
    await expect(lending.reserve(org, {}, key, at + 1_000)).rejects.toMatchObject({
      kind: 'reservation-closed',
    });
    const { balance } = await lending.deps.budgets.standing(
      org,
      { scope: 'organization', scopeId: org, period: 'monthly' },
      at,
    );
    // The reservation that warmed the wallet has expired too.
    expect(balance).toMatchObject({ reservedNanoUsd: 0n, settledNanoUsd: EACH });
    await lending.expectLedgerHolds();
  });
});
