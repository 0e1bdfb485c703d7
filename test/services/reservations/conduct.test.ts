import { stores } from '../../../composition/stores.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../../domain/access/caller.ts';
import type { Budget } from '../../../domain/ledger/budget.ts';
import { MAX_OVERRUNS } from '../../../domain/ledger/conduct.ts';
import { NANO_PER_USD } from '../../../domain/money.ts';
import { checkLedger } from '../../../services/budgets/check-ledger.ts';
import { chargeUsage } from '../../../services/reservations/charge-usage.ts';
import { createReservation } from '../../../services/reservations/create-reservation.ts';
import type { Reserved } from '../../../services/reservations/reservation-outcome.ts';
import { clearConduct } from '../../../services/reservations/resolve-dispute.ts';
import { settleReservation } from '../../../services/reservations/settle-reservation.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { MODEL, reservingOn } from '../../support/reserving.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const HOUR_MS = 3_600_000;
const RATE = {
  inputNanoUsdPerMillion: 1_000_000_000n,
  outputNanoUsdPerMillion: 5_000_000_000n,
  cacheReadNanoUsdPerMillion: 100_000_000n,
  cacheWriteNanoUsdPerMillion: 1_250_000_000n,
};
const tokens = (inputTokens: number, outputTokens: number) => ({
  inputTokens,
  outputTokens,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
});

let store: EmbeddedStore;
let deps: ReturnType<typeof reservingOn>;
let organizations = 0;
beforeAll(async () => {
  store = await startEmbeddedStore();
  deps = reservingOn(store.db);
});
afterAll(() => store.close());

const newOrganization = (): string => `conduct${(organizations += 1)}`;
const callBy = (organizationId: string, actor = 'key', more: Partial<Call> = {}): Call => ({
  organizationId,
  actor,
  nowMs: NOW,
  ...more,
});
const expectLedgerHolds = async () =>
  expect((await checkLedger(deps.ledger)).violations).toEqual([]);

const setBudget = (org: string, limitUsd: bigint, more: Partial<Budget> = {}) =>
  deps.budgets.put(
    { organizationId: org, actor: 'test', nowMs: NOW },
    { scope: 'organization', scopeId: org, period: 'monthly' },
    { limitNanoUsd: limitUsd * NANO_PER_USD, timeZone: 'UTC', enforcement: 'enforce', ...more },
  );
const balanceOf = async (org: string) =>
  (
    await deps.budgets.standing(
      org,
      { scope: 'organization', scopeId: org, period: 'monthly' },
      NOW,
    )
  ).balance;

const declared = (over: object = {}) => ({
  system: 'relaycore',
  userId: 'ada',
  model: MODEL,
  inputTokens: 0,
  maxOutputTokens: 1,
  ...over,
});

async function reserve(call: Call, over: object = {}): Promise<Reserved | undefined> {
  const outcome = await createReservation(deps, call, declared(over), undefined);
  return outcome.kind === 'reserved' ? outcome : undefined;
}

/** Reserves and settles; `undefined` if no budget allows it. */
async function spend(call: Call, outputTokens: number, over: object = {}) {
  const reserved = await reserve(call, over);
  if (!reserved) return undefined;
  const usage = tokens(0, outputTokens);
  return settleReservation(deps, reserved.entry, { usage }, { nowMs: NOW, by: call });
}

describe('requests that declare less than they settle', () => {
  it('hold what such requests settle from the second one on, so that a budget ends where it ends', async () => {
    const org = newOrganization();
    await setBudget(org, 1n);
    // 150 000 tokens at 5 USD per million: 0.75 USD, declared as one token.
    const first = await spend(callBy(org), 150_000);
    expect(first).toMatchObject({ amountNanoUsd: 5_000n, chargedNanoUsd: 750_000_000n });
    for (let times = 0; times < 30; times += 1) {
      expect(await spend(callBy(org), 150_000)).toBeUndefined();
    }
    expect((await balanceOf(org)).settledNanoUsd).toBe(750_000_000n);
    // Other keys and this key's other routes are unaffected.
    expect((await reserve(callBy(org, 'other')))?.entry.amountNanoUsd).toBe(5_000n);
    expect((await reserve(callBy(org), { operation: 'chat' }))?.entry.amountNanoUsd).toBe(5_000n);
    await expectLedgerHolds();
  });

  it('are refused after many overruns, until an operator clears the key', async () => {
    const org = newOrganization();
    const call = callBy(org);
    for (let times = 0; times < MAX_OVERRUNS; times += 1) {
      expect((await spend(call, 4_000))?.state).toBe('settled');
    }
    await expect(spend(call, 4_000)).rejects.toMatchObject({
      kind: 'underdeclared',
      facts: { keyId: 'key' },
    });
    expect((await spend(callBy(org, 'other'), 4_000))?.state).toBe('settled');
    const conduct = await deps.conduct.get(org, 'key');
    expect([...conduct.routes.values()]).toMatchObject([{ overruns: MAX_OVERRUNS }]);
    const { audit } = stores(store.db);
    const order = { keyId: 'key', reason: 'they declare now' };
    await clearConduct({ audit }, { ...call, actor: 'operator' }, order);
    expect((await reserve(call))?.entry.amountNanoUsd).toBe(5_000n);
    expect((await audit.list(org, {}, { limit: 5 })).entries).toMatchObject([
      { action: 'conduct.clear', target: 'key/key', actor: 'operator' },
    ]);
  });

  it('are refused at once after much money, and everywhere after much more', async () => {
    const org = newOrganization();
    const call = callBy(org);
    expect((await spend(call, 2_200_000))?.chargedNanoUsd).toBe(11_000_000_000n);
    await expect(spend(call, 1)).rejects.toMatchObject({ kind: 'underdeclared' });
    for (const operation of ['a', 'b']) await spend(call, 2_200_000, { operation });
    await expect(spend(call, 1, { operation: 'never-met' })).rejects.toMatchObject({
      kind: 'underdeclared',
    });
  });

  it('are forgiven by honest ones, which pass meanwhile', async () => {
    const org = newOrganization();
    const call = callBy(org);
    await spend(call, 4_000);
    const honest = { maxOutputTokens: 2_000 };
    const plain = (await reserve(callBy(org, 'other'), honest))?.entry.amountNanoUsd ?? 0n;
    const raised = await reserve(call, honest);
    expect(raised?.entry).toMatchObject({
      declaredNanoUsd: plain,
      amountNanoUsd: plain + 20_000_000n,
    });
    let times = 0;
    while ((await spend(call, 1_000, honest))?.declaredNanoUsd !== undefined) times += 1;
    expect(times).toBeLessThan(10);
    expect((await reserve(call, honest))?.entry.amountNanoUsd).toBe(plain);
  });

  it('settled by another key spoil the conduct of neither', async () => {
    const org = newOrganization();
    const reserved = await reserve(callBy(org));
    if (!reserved) throw new Error('rejected');
    const by = callBy(org, 'stranger');
    await settleReservation(
      deps,
      reserved.entry,
      { usage: tokens(0, 150_000) },
      { nowMs: NOW, by },
    );
    for (const key of ['key', 'stranger']) {
      expect((await deps.conduct.get(org, key)).routes.size).toBe(0);
    }
  });
});

describe('cost in write units', () => {
  it('is that of an entry for an honest settlement, an overrun costs the record of its key', async () => {
    const call = callBy(newOrganization());
    const honest = await reserve(call, { maxOutputTokens: 2_000 });
    const overrun = await reserve(call);
    if (!honest || !overrun) throw new Error('rejected');
    store.takeConsumed();
    await settleReservation(
      deps,
      honest.entry,
      { usage: tokens(0, 1_000) },
      { nowMs: NOW, by: call },
    );
    expect(store.takeConsumed()).toEqual({ readUnits: 0, writeUnits: 2 });
    await settleReservation(
      deps,
      overrun.entry,
      { usage: tokens(0, 4_000) },
      { nowMs: NOW, by: call },
    );
    // Entry, record and claim in one transaction, after reading the claim.
    expect(store.takeConsumed()).toEqual({ readUnits: 1, writeUnits: 6 });
  });
});

describe('what a key claims without a reservation', () => {
  const claims = (org: string, more: Partial<Call> = {}): Call =>
    callBy(org, 'key', { role: 'caller', claimLimitUsdPerHour: 1, ...more });
  let events = 0;
  const eventsOf = (count: number, outputTokens: number, prefix = 'e') =>
    Array.from({ length: count }, (_, index) => ({
      index,
      event: {
        eventId: `${prefix}${(events += 1)}`,
        at: NOW,
        system: 'relaycore',
        userId: 'ada',
        model: MODEL,
        usage: tokens(0, outputTokens),
      },
    }));
  const charge = (call: Call, batch: ReturnType<typeof eventsOf>) =>
    chargeUsage(deps, call, batch, () => RATE);

  it('counts up to its limit in an hour, and is booked and in dispute beyond it', async () => {
    const org = newOrganization();
    await setBudget(org, 100n);
    // Each costs 0.3 USD.
    const outcome = await charge(claims(org), eventsOf(5, 60_000));
    expect(outcome).toMatchObject({ accepted: 5, rejected: [] });
    expect((await balanceOf(org)).settledNanoUsd).toBe(NANO_PER_USD);
    const { disputes } = stores(store.db);
    const { entries } = await disputes.list(org, { limit: 10, kind: 'claim-limit' });
    expect(entries.map(({ disputedNanoUsd }) => disputedNanoUsd)).toHaveLength(2);
    expect(new Set(entries.map(({ disputedNanoUsd }) => disputedNanoUsd))).toEqual(
      new Set([200_000_000n, 300_000_000n]),
    );
    expect(entries.every(({ chargedNanoUsd }) => chargedNanoUsd === 300_000_000n)).toBe(true);
    const later = claims(org, { nowMs: NOW + HOUR_MS });
    await charge(later, eventsOf(1, 60_000));
    expect((await balanceOf(org)).settledNanoUsd).toBe(1_300_000_000n);
    await expectLedgerHolds();
  });

  it('counts repeated usage once', async () => {
    const org = newOrganization();
    await setBudget(org, 100n);
    const batch = eventsOf(3, 60_000);
    await charge(claims(org), batch.slice(0, 2));
    expect(await charge(claims(org), batch)).toMatchObject({ accepted: 1, duplicates: 2 });
    expect((await balanceOf(org)).settledNanoUsd).toBe(900_000_000n);
  });

  it('never counts more than its limit under concurrency', async () => {
    const org = newOrganization();
    await setBudget(org, 100n);
    const patient = { ...deps, pause: () => new Promise<void>((done) => setTimeout(done, 50)) };
    const batches = Array.from({ length: 6 }, () => eventsOf(1, 60_000));
    await Promise.allSettled(
      batches.map((batch) => chargeUsage(patient, claims(org), batch, () => RATE)),
    );
    for (const batch of batches) await charge(claims(org), batch);
    expect((await balanceOf(org)).settledNanoUsd).toBe(NANO_PER_USD);
    await expectLedgerHolds();
  });

  it('is not limited for an operator, and limited to 1000 USD for a caller', async () => {
    const org = newOrganization();
    await setBudget(org, 100_000n, { mode: 'exact' });
    const batch = () => eventsOf(3, 80_000_000);
    await charge(callBy(org, 'operator', { role: 'operator' }), batch());
    expect((await balanceOf(org)).settledNanoUsd).toBe(1_200n * NANO_PER_USD);
    await charge(callBy(org, 'caller', { role: 'caller' }), batch());
    expect((await balanceOf(org)).settledNanoUsd).toBe(2_200n * NANO_PER_USD);
  });

  it('includes what settlements spend above their holds', async () => {
    const org = newOrganization();
    await setBudget(org, 100n);
    const call = claims(org);
    const [firstOutcome, two] = [await reserve(call), await reserve(call)];
    if (!firstOutcome || !two) throw new Error('rejected');
    const body = { usage: tokens(0, 150_000) };
    const first = await settleReservation(deps, firstOutcome.entry, body, { nowMs: NOW, by: call });
    const second = await settleReservation(deps, two.entry, body, { nowMs: NOW, by: call });
    expect(first.deviations).toBeUndefined();
    expect(second).toMatchObject({
      chargedNanoUsd: 750_000_000n,
      deviations: ['claim-limit'],
      disputedNanoUsd: 2n * (750_000_000n - 5_000n) - NANO_PER_USD,
    });
    expect((await balanceOf(org)).settledNanoUsd).toBe(NANO_PER_USD + 2n * 5_000n);
    await expectLedgerHolds();
  });
});
