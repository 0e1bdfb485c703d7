import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BudgetMode, Enforcement, ExpiryPolicy } from '../../domain/ledger/budget.ts';
import { formatUsd } from '../../domain/money.ts';
import type { Period } from '../../domain/periods.ts';
import type { Scope } from '../../domain/scopes.ts';
import { checkLedger } from '../../services/check-ledger.ts';
import { createReservation } from '../../services/create-reservation.ts';
import type { Reserved } from '../../services/reservation-outcome.ts';
import { settleReservation, voidReservation } from '../../services/settle-reservation.ts';
import { sweepReservations } from '../../services/sweep-reservations.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { HOLD_MS, MODEL, reservingOn } from '../support/reserving.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
/** What one request of these tests reserves. */
const EACH = 6_000_000n;

let store: EmbeddedStore;
let deps: ReturnType<typeof reservingOn>;
let organizations = 0;

beforeAll(async () => {
  store = await startEmbeddedStore();
  deps = reservingOn(store.db);
});
afterAll(() => store.close());

const newOrganization = (): string => `lending${(organizations += 1)}`;

const request = (over: object = {}) => ({
  system: 'relaycore',
  userId: 'ada',
  departmentId: 'research',
  model: MODEL,
  inputTokens: 1_000,
  maxOutputTokens: 1_000,
  ...over,
});
const usage = (outputTokens: number, over: object = {}) => ({
  usage: { inputTokens: 1_000, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0 },
  ...over,
});

type Settings = {
  mode?: BudgetMode;
  enforcement?: Enforcement;
  onExpiry?: ExpiryPolicy;
  peakRequestsPerSecond?: number;
};

function setBudget(
  organizationId: string,
  [scope, scopeId, period, limitNanoUsd]: [Scope, string, Period, bigint],
  { mode = 'escrow', enforcement = 'enforce', ...over }: Settings = {},
  nowMs = NOW,
) {
  return deps.budgets.put(
    { organizationId, actor: 'test' },
    { scope, scopeId: scope === 'organization' ? organizationId : scopeId, period },
    { limitNanoUsd, timeZone: 'UTC', enforcement, mode, ...over },
    nowMs,
  );
}

const standingOf = (organizationId: string, scope: Scope, scopeId: string, period: Period) =>
  deps.budgets.standing(organizationId, { scope, scopeId, period }, NOW);

async function reserve(
  organizationId: string,
  over: object = {},
  key?: string,
  nowMs = NOW,
): Promise<Reserved> {
  const outcome = await createReservation(deps, organizationId, request(over), key, nowMs);
  if (outcome.kind !== 'reserved') throw new Error('rejected');
  return outcome;
}

async function expectLedgerHolds() {
  const report = await checkLedger(deps.ledger);
  expect(report.violations).toEqual([]);
  return report;
}

describe('a request under four budgets that lend', () => {
  it('writes 4 units once its wallet has borrowed: entry and wallet, twice', async () => {
    const org = newOrganization();
    await setBudget(org, ['user', 'ada', 'daily', 10_000n * EACH]);
    await setBudget(org, ['department', 'research', 'monthly', 100_000n * EACH]);
    await setBudget(org, ['organization', '', 'monthly', 1_000_000n * EACH]);
    await setBudget(org, ['model', MODEL, 'monthly', 1_000_000n * EACH]);
    const first = await reserve(org);
    await settleReservation(deps, first.entry, usage(200), NOW);
    store.takeConsumed();
    const { entry } = await reserve(org);
    expect(entry).toMatchObject({ amountNanoUsd: EACH, wallet: { lane: 0, exact: [] } });
    expect(entry.balances).toHaveLength(4);
    expect(store.takeConsumed().writeUnits).toBe(2);
    await settleReservation(deps, entry, usage(200), NOW);
    expect(store.takeConsumed().writeUnits).toBe(2);
    await expectLedgerHolds();
  });

  it('writes nothing when it is rejected', async () => {
    const org = newOrganization();
    await setBudget(org, ['organization', '', 'monthly', EACH / 2n]);
    store.takeConsumed();
    await expect(reserve(org)).rejects.toThrow('rejected');
    // The balance is opened at its first touch.
    store.takeConsumed();
    await expect(reserve(org)).rejects.toThrow('rejected');
    expect(store.takeConsumed().writeUnits).toBe(0);
  });
});

describe('a reservation in a wallet', () => {
  it('settles, and the budget shows it at once', async () => {
    const org = newOrganization();
    await setBudget(org, ['organization', '', 'monthly', 1_000n * EACH]);
    const { entry, standings } = await reserve(org);
    const available = standings[0]?.balance.headroomNanoUsd ?? 0n;
    expect(available).toBe(999n * EACH);
    const held = await standingOf(org, 'organization', org, 'monthly');
    expect(held.balance).toMatchObject({ reservedNanoUsd: EACH, headroomNanoUsd: 999n * EACH });
    await settleReservation(deps, entry, usage(200), NOW);
    const after = await standingOf(org, 'organization', org, 'monthly');
    expect(after.balance).toMatchObject({ reservedNanoUsd: 0n, settledNanoUsd: 2_000_000n });
    await expectLedgerHolds();
  });

  it('settles an overrun in full, at home', async () => {
    const org = newOrganization();
    await setBudget(org, ['organization', '', 'monthly', 1_000n * EACH]);
    const { entry } = await reserve(org);
    await settleReservation(deps, entry, usage(0, { actualCostUsd: 5n * EACH }), NOW);
    const { balance } = await standingOf(org, 'organization', org, 'monthly');
    expect(balance.settledNanoUsd).toBe(5n * EACH);
    await expectLedgerHolds();
  });

  it('is closed once, however often it is settled, voided or expired at the same time', async () => {
    const org = newOrganization();
    await setBudget(org, ['organization', '', 'monthly', 1_000n * EACH]);
    const { entry } = await reserve(org);
    const late = NOW + HOLD_MS + 1;
    const ways = [
      () => settleReservation(deps, entry, usage(200), late),
      () => settleReservation(deps, entry, usage(200), late),
      () => voidReservation(deps, entry, late),
      () => sweepReservations(deps, late),
    ];
    await Promise.allSettled(ways.flatMap((way) => [way(), way()]));
    const stored = await deps.ledger.getReservation(entry.entryId);
    expect(stored?.state).not.toBe('reserved');
    await expectLedgerHolds();
  });

  it('answers the same for the same key, and one reservation only in a race', async () => {
    const org = newOrganization();
    await setBudget(org, ['organization', '', 'monthly', 1_000n * EACH]);
    for (const key of ['opaque', '019aa5c3-7a10-7cc4-9b1e-2f6d0c1b8a44']) {
      const at = key.startsWith('019') ? Number.parseInt('019aa5c37a10', 16) : NOW;
      const all = await Promise.all(Array.from({ length: 12 }, () => reserve(org, {}, key, at)));
      expect(new Set(all.map(({ entry }) => entry.entryId)).size).toBe(1);
      await expect(reserve(org, { inputTokens: 2 }, key, at)).rejects.toMatchObject({
        type: 'conflict',
      });
    }
    const report = await expectLedgerHolds();
    expect(report.violations).toEqual([]);
  });

  it('expires as presumed spent, or is released where every budget says so', async () => {
    for (const onExpiry of ['presume', 'release'] as const) {
      const org = newOrganization();
      await setBudget(org, ['organization', '', 'monthly', 1_000n * EACH], { onExpiry });
      const { entry } = await reserve(org);
      const late = NOW + HOLD_MS + 1;
      await sweepReservations(deps, late);
      const expected = onExpiry === 'presume' ? EACH : 0n;
      const presumed = await standingOf(org, 'organization', org, 'monthly');
      expect(presumed.balance).toMatchObject({ reservedNanoUsd: 0n, settledNanoUsd: expected });
      await settleReservation(deps, entry, usage(1), late);
      const corrected = await standingOf(org, 'organization', org, 'monthly');
      expect(corrected.balance.settledNanoUsd).toBe(1_005_000n);
    }
    await expectLedgerHolds();
  });
});

describe('near exhaustion', () => {
  it('draws in what other wallets have idle, so that nothing is refused while money is left', async () => {
    const org = newOrganization();
    await setBudget(org, ['organization', '', 'monthly', 40n * EACH]);
    const users = ['ada', 'bob', 'cleo', 'dan'];
    let granted = 0;
    for (;;) {
      try {
        await reserve(org, { userId: users[granted % users.length] });
      } catch {
        break;
      }
      granted += 1;
    }
    expect(granted).toBe(40);
    const { balance } = await standingOf(org, 'organization', org, 'monthly');
    expect(balance).toMatchObject({ headroomNanoUsd: 0n, reservedNanoUsd: 40n * EACH });
    await expectLedgerHolds();
  });

  it('gives 64 racing clients exactly what fits', async () => {
    const org = newOrganization();
    const limit = 100n * EACH + EACH / 2n;
    await setBudget(org, ['organization', '', 'monthly', limit]);
    await setBudget(org, ['department', 'research', 'daily', 120n * EACH]);
    let granted = 0;
    const clients = Array.from({ length: 64 }, async (_, client) => {
      for (let call = 0; call < 4; call += 1) {
        const over = { userId: `u${client}` };
        const outcome = await createReservation(deps, org, request(over), undefined, NOW).catch(
          () => undefined,
        );
        if (outcome?.kind === 'reserved') granted += 1;
      }
    });
    await Promise.all(clients);
    for (let extra = 0; extra < 200; extra += 1) {
      const outcome = await createReservation(deps, org, request(), undefined, NOW);
      if (outcome.kind === 'reject') break;
      granted += 1;
    }
    expect(granted).toBe(100);
    const { balance } = await standingOf(org, 'organization', org, 'monthly');
    expect(formatUsd(balance.headroomNanoUsd)).toBe(formatUsd(EACH / 2n));
    await expectLedgerHolds();
  });
});

describe('before a period begins', () => {
  it('wallets in use borrow from it, so that its first requests write no more than others', async () => {
    const org = newOrganization();
    const night = Date.parse('2026-11-30T23:59:58Z');
    const limits: [Scope, string, Period, bigint][] = [
      ['organization', '', 'monthly', 1_000_000n * EACH],
      ['department', 'research', 'daily', 100_000n * EACH],
    ];
    for (const limit of limits) await setBudget(org, limit, {}, night);
    await reserve(org, {}, undefined, night);
    store.takeConsumed();
    await reserve(org, {}, undefined, night + 500);
    expect(store.takeConsumed().writeUnits).toBe(2);
    const { entry } = await reserve(org, {}, undefined, night + 2_000);
    expect(store.takeConsumed().writeUnits).toBe(2);
    expect(entry.balances).toEqual([
      'department/research/daily/2026-12-01',
      `organization/${org}/monthly/2026-12`,
    ]);
    await expectLedgerHolds();
  });
});

describe('a limit', () => {
  it('that is lowered calls idle money back before the change is answered', async () => {
    const org = newOrganization();
    await setBudget(org, ['organization', '', 'monthly', 1_000n * EACH]);
    for (const userId of ['ada', 'bob', 'cleo']) await reserve(org, { userId });
    await setBudget(org, ['organization', '', 'monthly', 3n * EACH]);
    await expect(reserve(org)).rejects.toThrow('rejected');
    await setBudget(org, ['organization', '', 'monthly', 4n * EACH]);
    await reserve(org, { userId: 'bob' });
    await expect(reserve(org)).rejects.toThrow('rejected');
    await expectLedgerHolds();
  });

  it('may change mode and lanes while money is held', async () => {
    const org = newOrganization();
    await setBudget(org, ['organization', '', 'monthly', 60n * EACH]);
    const { entry } = await reserve(org);
    const lanes = { peakRequestsPerSecond: 2_000 };
    const laned = await setBudget(org, ['organization', '', 'monthly', 60n * EACH], lanes);
    expect(laned.lanes.length).toBeGreaterThan(1);
    await settleReservation(deps, entry, usage(0, { actualCostUsd: EACH }), NOW);
    let granted = 1;
    for (const userId of ['ada', 'bob', 'cleo', 'dan', 'eve']) {
      for (let call = 0; call < 11; call += 1, granted += 1) await reserve(org, { userId });
    }
    await setBudget(org, ['organization', '', 'monthly', 60n * EACH], { mode: 'exact' });
    for (; granted < 60; granted += 1) await reserve(org, { userId: 'finn' });
    await expect(reserve(org)).rejects.toThrow('rejected');
    const { balance } = await standingOf(org, 'organization', org, 'monthly');
    expect(balance).toMatchObject({ settledNanoUsd: EACH, reservedNanoUsd: 59n * EACH });
    await expectLedgerHolds();
  });
});

describe('a budget in lanes', () => {
  it('is used to the last request, whichever lanes the money lies in', async () => {
    const org = newOrganization();
    const settings = { peakRequestsPerSecond: 2_000 };
    await setBudget(org, ['organization', '', 'monthly', 50n * EACH], settings);
    let granted = 0;
    for (; granted < 80; granted += 1) {
      const over = { userId: `u${granted % 7}` };
      const outcome = await createReservation(deps, org, request(over), undefined, NOW);
      if (outcome.kind === 'reject') break;
    }
    expect(granted).toBe(50);
    await expectLedgerHolds();
  });
});

describe('an entry whose wallet never held it', () => {
  it('is voided by the sweeper, and its late hold is fenced off', async () => {
    const org = newOrganization();
    const key = '019aa5c3-7a10-7cc4-9b1e-2f6d0c1b8a55';
    const at = Number.parseInt('019aa5c37a10', 16);
    await setBudget(org, ['organization', '', 'monthly', 1_000n * EACH], {}, at);
    await reserve(org, {}, undefined, at);
    let late = (): Promise<unknown> => Promise.reject(new Error('no hold was lost'));
    const lossy = reservingOn({
      ...store.db,
      write(write) {
        if (write.kind !== 'update') return store.db.write(write);
        late = () => store.db.write(write);
        return Promise.reject(new Error('lost'));
      },
    });
    await expect(createReservation(lossy, org, request(), key, at)).rejects.toThrow('lost');
    await sweepReservations(deps, at + HOLD_MS + 1);
    await late();
    await expect(reserve(org, {}, key, at + 1_000)).rejects.toMatchObject({ type: 'conflict' });
    const { balance } = await deps.budgets.standing(
      org,
      { scope: 'organization', scopeId: org, period: 'monthly' },
      at,
    );
    // The one that warmed the wallet has expired as well.
    expect(balance).toMatchObject({ reservedNanoUsd: 0n, settledNanoUsd: EACH });
    await expectLedgerHolds();
  });
});
