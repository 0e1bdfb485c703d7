import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseUsd } from '../../../domain/money.ts';
import { NO_TOKENS } from '../../../domain/token-usage.ts';
import { checkLedger } from '../../../services/budgets/check-ledger.ts';
import { correctCost } from '../../../services/reservations/correct-cost.ts';
import { createReservation } from '../../../services/reservations/create-reservation.ts';
import { settleReservation } from '../../../services/reservations/settle-reservation.ts';
import { sweepReservations } from '../../../services/reservations/sweep-reservations.ts';
import { stores } from '../../../composition/stores.ts';
import { callOf } from '../../support/call.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { HOLD_MS, MODEL, reservingOn } from '../../support/reserving.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const OPUS = 'anthropic.claude-opus-4-6-v1';
/** 1,000 tokens in and 100 out, at 5 and 25 USD per million. */
const BODY = { usage: { ...NO_TOKENS, inputTokens: 1_000, outputTokens: 100 }, model: OPUS };
const COST = 7_500_000n;

let store: EmbeddedStore;
let deps: ReturnType<typeof reservingOn>;
let organizationId = '';
let organizations = 0;

beforeAll(async () => {
  store = await startEmbeddedStore();
  deps = reservingOn(store.db);
});
beforeEach(() => {
  organizationId = `served${(organizations += 1)}`;
});
afterAll(() => store.close());

const call = (nowMs = NOW) => callOf(organizationId, nowMs);

async function setBudgets(mode: 'exact' | 'escrow') {
  for (const [scopeId, limitUsd] of [
    [MODEL, '10'],
    [OPUS, '0.001'],
  ] as const) {
    await deps.budgets.put(
      { organizationId, actor: 'test', nowMs: NOW },
      { scope: 'model', scopeId, period: 'daily' },
      { limitNanoUsd: parseUsd(limitUsd) ?? 0n, enforcement: 'enforce', timeZone: 'UTC', mode },
    );
  }
}

async function reserve() {
  const request = {
    system: 'relaycore',
    userId: 'ada',
    model: MODEL,
    inputTokens: 1_000,
    maxOutputTokens: 1_000,
  };
  const outcome = await createReservation(deps, call(), request, undefined);
  if (outcome.kind !== 'reserved') throw new Error(outcome.kind);
  return outcome.entry;
}

const balanceOf = async (scopeId: string) => {
  const target = { scope: 'model', scopeId, period: 'daily' } as const;
  return (await deps.budgets.standing(organizationId, target, NOW)).balance;
};

/** What the budgets of both models say, after the ledger was checked. */
async function standings() {
  expect((await checkLedger(deps.ledger)).violations).toEqual([]);
  const [haiku, opus] = [await balanceOf(MODEL), await balanceOf(OPUS)];
  return {
    haiku: [haiku.reservedNanoUsd, haiku.headroomNanoUsd + haiku.lentNanoUsd],
    opus: [opus.settledNanoUsd, opus.headroomNanoUsd],
  };
}

const LIMIT = 10_000_000_000n;
const served = (cost: bigint) => ({ haiku: [0n, LIMIT], opus: [cost, 1_000_000n - cost] });

describe.each(['exact', 'escrow'] as const)('a request under %s budgets', (mode) => {
  it('is counted by the budget of the model that served it, in full and once', async () => {
    await setBudgets(mode);
    const reserved = await reserve();
    const settled = await settleReservation(deps, reserved, BODY, { nowMs: NOW });
    expect(settled.balances).toEqual([`model/${OPUS.replace(/-v1$/, '')}/daily/2026-11-21`]);
    expect(await standings()).toEqual(served(COST));
    const again = await settleReservation(deps, reserved, BODY, { nowMs: NOW + 1 });
    expect(again).toEqual(settled);
    expect(await standings()).toEqual(served(COST));
  });

  it('is counted there after it had expired, and by every correction', async () => {
    await setBudgets(mode);
    const reserved = await reserve();
    const late = NOW + HOLD_MS + 60_000;
    await sweepReservations(deps, late);
    expect((await standings()).opus).toEqual([0n, 1_000_000n]);
    const settled = await settleReservation(deps, reserved, BODY, { nowMs: late });
    expect(await standings()).toEqual(served(COST));
    const order = { correctionId: 'c1', actualCostUsd: 3_000_000n, reason: 'refund' };
    await correctCost({ ...deps, audit: stores(store.db).audit }, settled, call(late), order);
    expect(await standings()).toEqual(served(3_000_000n));
  });

  it('is disputed there, if too much is stated', async () => {
    await setBudgets(mode);
    const reserved = await reserve();
    const body = { ...BODY, actualCostUsd: 1_000_000_000n };
    const settled = await settleReservation(deps, reserved, body, { nowMs: NOW, by: call() });
    expect(settled.disputedNanoUsd).toBe(1_000_000_000n - COST);
    expect(await standings()).toEqual(served(COST));
  });
});

it('a settlement whose process died after its wallet closed is finished with the new budgets', async () => {
  await setBudgets('escrow');
  const reserved = await reserve();
  const dying = { ...deps.ledger, finish: () => Promise.reject(new Error('died')) };
  const settling = settleReservation({ ...deps, ledger: dying }, reserved, BODY, { nowMs: NOW });
  await expect(settling).rejects.toThrow('died');
  expect(await standings()).toEqual(served(COST));
  expect((await deps.ledger.getReservation(reserved.entryId))?.state).toBe('reserved');
  const settled = await settleReservation(deps, reserved, BODY, { nowMs: NOW + 1 });
  expect(settled).toMatchObject({ state: 'settled', model: OPUS, chargedNanoUsd: COST });
  expect(settled.balances.every((name) => name.includes('opus'))).toBe(true);
  expect(await standings()).toEqual(served(COST));
});
