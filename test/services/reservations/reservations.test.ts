import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServiceError } from '../../../services/errors.ts';
import { parseUsd } from '../../../domain/money.ts';
import type { Period } from '../../../domain/periods.ts';
import type { Scope } from '../../../domain/scopes.ts';
import { checkLedger } from '../../../services/budgets/check-ledger.ts';
import { createReservation } from '../../../services/reservations/create-reservation.ts';
import type { Reserved } from '../../../services/reservations/reservation-outcome.ts';
import {
  settleReservation,
  voidReservation,
} from '../../../services/reservations/settle-reservation.ts';
import { sweepReservations } from '../../../services/reservations/sweep-reservations.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { HOLD_MS, MODEL, reservingOn } from '../../support/reserving.ts';
import { callOf } from '../../support/call.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const request = (over: object = {}) => ({
  system: 'relaycore',
  userId: 'ada',
  departmentId: 'research',
  operation: 'chat',
  model: MODEL,
  inputTokens: 1_000,
  maxOutputTokens: 1_000,
  ...over,
});
const usage = (outputTokens: number) => ({
  usage: { inputTokens: 1_000, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0 },
});

let store: EmbeddedStore;
let deps: ReturnType<typeof reservingOn>;
let organizations = 0;

beforeAll(async () => {
  store = await startEmbeddedStore();
  deps = reservingOn(store.db);
});
afterAll(() => store.close());

const newOrganization = (): string => `org${(organizations += 1)}`;

async function setBudget(
  organizationId: string,
  budget: [Scope, string, Period, string],
  over: { timeZone?: string; enforcement?: 'observe' | 'warn' | 'enforce' } = {},
  nowMs = NOW,
) {
  const [scope, scopeId, period, limitUsd] = budget;
  return deps.budgets.put(
    { organizationId, actor: 'test', nowMs },
    { scope, scopeId: scope === 'organization' ? organizationId : scopeId, period },
    { limitNanoUsd: parseUsd(limitUsd) ?? 0n, timeZone: 'UTC', enforcement: 'enforce', ...over },
  );
}

async function reserve(
  organizationId: string,
  over: object = {},
  key?: string,
  nowMs = NOW,
): Promise<Reserved> {
  const outcome = await createReservation(deps, callOf(organizationId, nowMs), request(over), key);
  if (outcome.kind === 'reject') throw new Error(`rejected by ${outcome.deciding.budget.scopeId}`);
  if (outcome.kind === 'barred') throw new Error(`barred by ${outcome.control.scopeId}`);
  return outcome;
}

async function expectLedgerHolds(): Promise<void> {
  expect((await checkLedger(deps.ledger)).violations).toEqual([]);
}

describe('cost in write units', () => {
  it('is 20 for reserve and settle with four budgets that apply', async () => {
    const org = newOrganization();
    await setBudget(org, ['user', 'ada', 'daily', '10']);
    await setBudget(org, ['department', 'research', 'monthly', '100']);
    await setBudget(org, ['organization', '', 'monthly', '900']);
    await setBudget(org, ['model', MODEL, 'monthly', '900']);
    await reserve(org);
    store.takeConsumed();
    const { entry } = await reserve(org);
    expect(entry.balances).toHaveLength(4);
    const reserving = store.takeConsumed();
    expect(reserving.writeUnits).toBe(10);
    expect(reserving.readUnits).toBeLessThanOrEqual(11);
    await settleReservation(deps, entry, usage(200), { nowMs: NOW });
    expect(store.takeConsumed().writeUnits).toBe(10);
  });

  it('does not exist for a rejected request', async () => {
    const org = newOrganization();
    await setBudget(org, ['user', 'ada', 'daily', '0.000000001']);
    store.takeConsumed();
    expect(await createReservation(deps, callOf(org, NOW), request(), undefined)).toMatchObject({
      kind: 'reject',
    });
    expect(store.takeConsumed().writeUnits).toBe(0);
  });
});

describe('a reservation', () => {
  it('is held in every budget, settled exactly and released', async () => {
    const org = newOrganization();
    await setBudget(org, ['user', 'ada', 'daily', '10']);
    const { entry } = await reserve(org);
    const standing = await deps.budgets.standing(
      org,
      { scope: 'user', scopeId: 'ada', period: 'daily' },
      NOW,
    );
    expect(standing.balance.reservedNanoUsd).toBe(entry.amountNanoUsd);
    const settled = await settleReservation(deps, entry, usage(200), { nowMs: NOW });
    // 1000 tokens at 1 USD and 200 at 5 USD per million.
    expect(settled.chargedNanoUsd).toBe(2_000_000n);
    const after = await deps.budgets.standing(
      org,
      { scope: 'user', scopeId: 'ada', period: 'daily' },
      NOW,
    );
    expect(after.balance).toMatchObject({ reservedNanoUsd: 0n, settledNanoUsd: 2_000_000n });
    await expectLedgerHolds();
  });

  it('answers the same for the same key, and refuses another body', async () => {
    const org = newOrganization();
    for (const key of ['opaque-key', '019aa5c3-7a10-7cc4-9b1e-2f6d0c1b8a44']) {
      const at = key.startsWith('019') ? Number.parseInt('019aa5c37a10', 16) : NOW;
      const first = await reserve(org, {}, key, at);
      const again = await reserve(org, {}, key, at + 1_000);
      expect(again.entry.entryId).toBe(first.entry.entryId);
      await expect(reserve(org, { inputTokens: 2 }, key, at)).rejects.toMatchObject({
        kind: 'conflict',
      });
    }
  });

  it('refuses a time-carrying key that is stale, unless it made a reservation', async () => {
    const org = newOrganization();
    const key = '019aa5c3-7a10-7cc4-9b1e-2f6d0c1b8a45';
    const at = Number.parseInt('019aa5c37a10', 16);
    await expect(reserve(org, {}, key, at + HOLD_MS)).rejects.toBeInstanceOf(ServiceError);
    const { entry } = await reserve(org, {}, key, at);
    const later = await reserve(org, {}, key, at + HOLD_MS - 1);
    expect(later.entry.entryId).toBe(entry.entryId);
  });

  it('does not make two reservations of one key in a race', async () => {
    const org = newOrganization();
    await setBudget(org, ['user', 'ada', 'daily', '10']);
    const all = await Promise.all(Array.from({ length: 20 }, () => reserve(org, {}, 'one-key')));
    expect(new Set(all.map(({ entry }) => entry.entryId)).size).toBe(1);
    const { balance } = await deps.budgets.standing(
      org,
      { scope: 'user', scopeId: 'ada', period: 'daily' },
      NOW,
    );
    expect(balance.reservedNanoUsd).toBe(all[0]?.entry.amountNanoUsd);
  });

  it('answers its key again when it is itself what leaves no room', async () => {
    for (const key of ['opaque-key', '019aa5c3-7a10-7cc4-9b1e-2f6d0c1b8a46']) {
      const org = newOrganization();
      const at = key.startsWith('019') ? Number.parseInt('019aa5c37a10', 16) : NOW;
      await setBudget(org, ['user', 'ada', 'daily', '0.007'], {}, at);
      const first = await reserve(org, {}, key, at);
      await expect(reserve(org, {}, undefined, at)).rejects.toThrow('rejected');
      expect((await reserve(org, {}, key, at)).entry.entryId).toBe(first.entry.entryId);
    }
  });

  it('takes a cheaper model if the requested one does not fit', async () => {
    const org = newOrganization();
    const sonnet = { model: 'anthropic.claude-sonnet-4-5-20250929-v1:0', candidates: [MODEL] };
    const full = await reserve(org, sonnet);
    const tight = (full.entry.amountNanoUsd * 2n) / 3n;
    await setBudget(org, ['user', 'ada', 'daily', `0.${tight.toString().padStart(9, '0')}`]);
    const cheaper = await reserve(org, sonnet);
    expect(cheaper).toMatchObject({ decision: 'downgrade', entry: { model: MODEL } });
    expect(cheaper.leftOut).toEqual([{ model: sonnet.model, because: 'budget' }]);
  });

  it('counts every regional form of a model against its budget', async () => {
    const org = newOrganization();
    await setBudget(org, ['model', 'anthropic.claude-haiku-4-5', 'daily', '0.000000001']);
    await expect(reserve(org, { model: `eu.${MODEL}` })).rejects.toThrow('rejected');
  });

  it('is presumed spent after its expiry, and a late settlement corrects it', async () => {
    const org = newOrganization();
    await setBudget(org, ['user', 'ada', 'daily', '10']);
    const { entry } = await reserve(org);
    const late = NOW + HOLD_MS + 1;
    const target = { scope: 'user', scopeId: 'ada', period: 'daily' } as const;
    await sweepReservations(deps, late);
    const presumed = await deps.budgets.standing(org, target, NOW);
    expect(presumed.balance).toMatchObject({
      reservedNanoUsd: 0n,
      settledNanoUsd: entry.amountNanoUsd,
    });
    await settleReservation(deps, entry, usage(1), { nowMs: late });
    const corrected = await deps.budgets.standing(org, target, NOW);
    expect(corrected.balance.settledNanoUsd).toBe(1_005_000n);
    await expectLedgerHolds();
  });

  it('reports what it settled, and how much more than the hold that was', async () => {
    const org = newOrganization();
    const { entry } = await reserve(org, { maxOutputTokens: 10 });
    deps.telemetry.metrics.length = 0;
    const settled = await settleReservation(deps, entry, usage(1_000), { nowMs: NOW });
    const overrunNanoUsd = settled.chargedNanoUsd - entry.amountNanoUsd;
    expect(overrunNanoUsd).toBeGreaterThan(0n);
    await settleReservation(deps, settled, usage(1_000), { nowMs: NOW });
    const dimensions = { System: entry.system };
    expect(deps.telemetry.metrics.filter(({ name }) => name.endsWith('Usd'))).toEqual([
      { name: 'SettledUsd', value: Number(settled.chargedNanoUsd) / 1e9, dimensions },
      { name: 'OverrunUsd', value: Number(overrunNanoUsd) / 1e9, dimensions },
    ]);
  });

  it('belongs to the day that reserved it, in the time zone of the budget', async () => {
    const org = newOrganization();
    const night = Date.parse('2026-11-21T22:59:59.900Z');
    await setBudget(org, ['user', 'ada', 'daily', '10'], { timeZone: 'Europe/Berlin' }, night);
    const { entry } = await reserve(org, {}, undefined, night);
    expect(entry.balances).toEqual(['user/ada/daily/2026-11-21']);
    await settleReservation(deps, entry, usage(200), { nowMs: night + 5_000 });
    const target = { scope: 'user', scopeId: 'ada', period: 'daily' } as const;
    expect((await deps.budgets.standing(org, target, night)).balance.settledNanoUsd).toBe(
      2_000_000n,
    );
    const next = await deps.budgets.standing(org, target, night + 5_000);
    expect(next).toMatchObject({ span: { key: '2026-11-22' }, balance: { settledNanoUsd: 0n } });
  });
});

describe('limits', () => {
  it('apply immediately and keep the conservation law, up and down, under load', async () => {
    const org = newOrganization();
    await setBudget(org, ['user', 'ada', 'daily', '0.05']);
    const load = Array.from({ length: 30 }, async (_, index) => {
      try {
        const { entry } = await reserve(org);
        await (index % 3 === 0
          ? voidReservation(deps, entry, NOW)
          : settleReservation(deps, entry, usage(index), { nowMs: NOW }));
      } catch (error) {
        expect(String(error)).toContain('rejected');
      }
    });
    const changes = ['0.01', '0.2', '0.03', '0.5'].map((limit) =>
      setBudget(org, ['user', 'ada', 'daily', limit]),
    );
    await Promise.all([...load, ...changes]);
    await expectLedgerHolds();
  });

  it('refuse nothing where the budget only observes', async () => {
    const org = newOrganization();
    await setBudget(org, ['user', 'ada', 'daily', '0.000000001'], { enforcement: 'warn' });
    const first = await reserve(org, {}, 'one-key');
    expect(first.warnings).toEqual(['user/ada/daily']);
    expect((await reserve(org, {}, 'one-key')).warnings).toEqual(first.warnings);
    await expectLedgerHolds();
  });
});

describe('64 clients racing for one budget', () => {
  it('never overspend a nano-dollar and leave no room unused', async () => {
    const org = newOrganization();
    const probe = await reserve(newOrganization());
    const each = probe.entry.amountNanoUsd;
    const limit = each * 100n + each / 2n;
    const text = `${limit / 1_000_000_000n}.${(limit % 1_000_000_000n).toString().padStart(9, '0')}`;
    await setBudget(org, ['organization', '', 'monthly', text]);
    const target = { scope: 'organization', scopeId: org, period: 'monthly' } as const;
    let granted = 0;
    let rejected = 0;
    const clients = Array.from({ length: 64 }, async (_, client) => {
      for (let call = 0; call < 4; call += 1) {
        const outcome = await createReservation(
          deps,
          callOf(org, NOW),
          request({ userId: `u${client}` }),
          undefined,
        );
        if (outcome.kind === 'reserved') granted += 1;
        else rejected += 1;
        const { balance } = await deps.budgets.standing(org, target, NOW);
        expect(balance.headroomNanoUsd).toBeGreaterThanOrEqual(0n);
        expect(balance.reservedNanoUsd + balance.settledNanoUsd).toBeLessThanOrEqual(limit);
      }
    });
    await Promise.all(clients);
    expect({ granted, rejected }).toEqual({ granted: 100, rejected: 156 });
    await expectLedgerHolds();
  });
});
