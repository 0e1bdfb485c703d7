import { stores } from '../../../composition/stores.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatUsd, parseUsd } from '../../../domain/money.ts';
import { resolveRate } from '../../../domain/pricing/resolve-rate.ts';
import { chargeUsage } from '../../../services/reservations/charge-usage.ts';
import { checkLedger } from '../../../services/budgets/check-ledger.ts';
import { correctCost, findCharge } from '../../../services/reservations/correct-cost.ts';
import { createReservation } from '../../../services/reservations/create-reservation.ts';
import {
  findReservation,
  settleReservation,
  voidReservation,
} from '../../../services/reservations/settle-reservation.ts';
import { sweepReservations } from '../../../services/reservations/sweep-reservations.ts';
import type { AuditLog } from '../../../tables/audit-log/audit-log.ts';
import { StoreUnavailableError } from '../../../tables/dynamodb.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { HOLD_MS, MODEL, reservingOn } from '../../support/reserving.ts';
import { callOf } from '../../support/call.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const LATER = Date.parse('2026-11-24T09:00:00Z');
const ADA = { scope: 'user', scopeId: 'ada', period: 'daily' } as const;
const USAGE = { inputTokens: 1_000, outputTokens: 200, cacheReadTokens: 0, cacheWriteTokens: 0 };
/** 1000 tokens at 1 USD and 200 at 5 USD per million. */
const COST = 2_000_000n;

let store: EmbeddedStore;
let deps: ReturnType<typeof reservingOn> & { audit: AuditLog };
let organizationId = '';
let organizations = 0;

beforeAll(async () => {
  store = await startEmbeddedStore();
  deps = { ...reservingOn(store.db), audit: stores(store.db).audit };
});
beforeEach(async () => {
  organizationId = `org${(organizations += 1)}`;
  await setBudget('10');
});
afterAll(() => store.close());

const setBudget = (limitUsd: string) =>
  deps.budgets.put({ organizationId, actor: 'test', nowMs: NOW }, ADA, {
    limitNanoUsd: parseUsd(limitUsd) ?? 0n,
    timeZone: 'UTC',
    enforcement: 'enforce',
  });

const reserve = () => {
  const request = { system: 'relaycore', userId: 'ada', model: MODEL, inputTokens: 1_000 };
  return createReservation(
    deps,
    callOf(organizationId, NOW),
    { ...request, maxOutputTokens: 1_000 },
    undefined,
  );
};

async function reserved() {
  const outcome = await reserve();
  if (outcome.kind !== 'reserved') throw new Error('rejected');
  return outcome.entry;
}

const settled = async () =>
  settleReservation(deps, await reserved(), { usage: USAGE }, { nowMs: NOW });

async function charged(eventId: string) {
  const event = { eventId, at: NOW, system: 'relaycore', userId: 'ada', model: MODEL };
  await chargeUsage(
    deps,
    callOf(organizationId),
    [{ index: 0, event: { ...event, usage: USAGE } }],
    () => {
      const resolved = resolveRate({ model: MODEL, atMs: NOW });
      return resolved.ok ? resolved.rate : { field: 'model', message: 'not known' };
    },
  );
  return findCharge(deps.ledger, { organizationId }, eventId);
}

const order = (actualCostUsd: bigint, correctionId = 'c1') => ({
  correctionId,
  actualCostUsd,
  reason: 'refunded by the provider',
});

const balance = async () => (await deps.budgets.standing(organizationId, ADA, NOW)).balance;

async function expectLedgerHolds(): Promise<void> {
  expect((await checkLedger(deps.ledger)).violations).toEqual([]);
}

describe('a correction', () => {
  it('moves the balance of the day that reserved, and is answered again later', async () => {
    const entry = await settled();
    const first = await correctCost(deps, entry, { actor: 'key-1', nowMs: LATER }, order(500_000n));
    expect(first).toEqual({
      correctionId: 'c1',
      previousNanoUsd: COST,
      chargedNanoUsd: 500_000n,
      actor: 'key-1',
      reason: 'refunded by the provider',
      atMs: LATER,
    });
    expect(await balance()).toMatchObject({ settledNanoUsd: 500_000n, reservedNanoUsd: 0n });
    await correctCost(deps, entry, { actor: 'key-1', nowMs: LATER }, order(20_000_000_000n, 'c2'));
    expect(await balance()).toMatchObject({
      settledNanoUsd: 20_000_000_000n,
      headroomNanoUsd: -10_000_000_000n,
    });
    expect(
      await correctCost(deps, entry, { actor: 'key-2', nowMs: LATER + 1 }, order(500_000n)),
    ).toEqual(first);
    expect(await balance()).toMatchObject({ settledNanoUsd: 20_000_000_000n });
    await expectLedgerHolds();
  });

  it('gives refunded money back to be spent, and takes added money away', async () => {
    const entry = await settled();
    await setBudget(formatUsd(entry.amountNanoUsd + COST - 1n));
    expect((await reserve()).kind).toBe('reject');
    await correctCost(deps, entry, { actor: 'key-1', nowMs: NOW }, order(0n));
    const outcome = await reserve();
    if (outcome.kind !== 'reserved') throw new Error('the refund did not reach the budget');
    await voidReservation(deps, outcome.entry, NOW);
    await correctCost(deps, entry, { actor: 'key-1', nowMs: NOW }, order(COST, 'c2'));
    expect((await reserve()).kind).toBe('reject');
    await expectLedgerHolds();
  });

  it('corrects usage that was never reserved just so', async () => {
    const entry = await charged('event-1');
    expect(entry.chargedNanoUsd).toBe(COST);
    await correctCost(deps, entry, { actor: 'key-1', nowMs: LATER }, order(0n));
    expect((await charged('event-1')).chargedNanoUsd).toBe(0n);
    expect((await balance()).settledNanoUsd).toBe(0n);
    await expect(
      findCharge(deps.ledger, { organizationId: 'other' }, 'event-1'),
    ).rejects.toMatchObject({
      kind: 'not-found',
    });
    await expectLedgerHolds();
  });

  it('applies once when 20 of one id race, from one reading', async () => {
    const entry = await settled();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        correctCost(deps, entry, { actor: 'key-1', nowMs: LATER }, order(500_000n)),
      ),
    );
    expect(new Set(answers.map(({ previousNanoUsd }) => previousNanoUsd))).toEqual(new Set([COST]));
    const stored = await deps.ledger.getReservation(entry.entryId);
    expect(stored).toMatchObject({ version: entry.version + 1, chargedNanoUsd: 500_000n });
    expect(stored?.corrections).toHaveLength(1);
    expect(await balance()).toMatchObject({ settledNanoUsd: 500_000n });
    await expectLedgerHolds();
  });

  it('loses none of several ids that race, in any order', async () => {
    const entry = await settled();
    const ids = Array.from({ length: 6 }, (_, n) => `c${n}`);
    await Promise.all(
      ids.map((id, n) =>
        correctCost(deps, entry, { actor: 'key-1', nowMs: LATER }, order(BigInt(n), id)),
      ),
    );
    const stored = await deps.ledger.getReservation(entry.entryId);
    expect(stored?.corrections?.map(({ correctionId }) => correctionId).toSorted()).toEqual(ids);
    expect((await balance()).settledNanoUsd).toBe(stored?.corrections?.at(-1)?.chargedNanoUsd);
    await expectLedgerHolds();
  });

  it('is refused for another amount under its id, and leaves everything as it was', async () => {
    const entry = await settled();
    await correctCost(deps, entry, { actor: 'key-1', nowMs: LATER }, order(500_000n));
    await expect(
      correctCost(deps, entry, { actor: 'key-1', nowMs: LATER }, order(500_001n)),
    ).rejects.toMatchObject({
      kind: 'conflict',
      fields: [{ field: 'correctionId' }],
    });
    expect((await balance()).settledNanoUsd).toBe(500_000n);
  });

  it('is refused for an entry that is open, voided or expired', async () => {
    const correct = async ({ entryId }: { entryId: string }) => {
      const charge = await findReservation(deps.ledger, organizationId, entryId);
      return correctCost(deps, charge, { actor: 'key-1', nowMs: LATER }, order(1n));
    };
    const refused = (detail: string) => ({
      kind: 'conflict',
      message: expect.stringContaining(detail),
      fields: [{ field: 'id' }],
    });
    const [open, voided] = [await reserved(), await reserved()];
    await expect(correct(open)).rejects.toMatchObject(refused('still open'));
    await voidReservation(deps, voided, NOW);
    await expect(correct(voided)).rejects.toMatchObject(refused('was voided'));
    await sweepReservations(deps, NOW + HOLD_MS + 1);
    await expect(correct(open)).rejects.toMatchObject(refused('has expired'));
    await expectLedgerHolds();
  });
});

describe('the audit log', () => {
  const listed = () => stores(store.db).audit.listDay(organizationId, '2026-11-24');

  it('records who made the correction, the amounts and the reason, once', async () => {
    const entry = await settled();
    for (const actor of ['key-1', 'key-1', 'key-2']) {
      await correctCost(deps, entry, { actor, nowMs: LATER }, order(500_000n));
    }
    expect(await listed()).toMatchObject([
      {
        actor: 'key-1',
        action: 'cost.correct',
        target: `reservation/${entry.entryId}`,
        before: { settledUsd: '0.002000000' },
        after: {
          settledUsd: '0.000500000',
          correctionId: 'c1',
          reason: 'refunded by the provider',
        },
        atMs: LATER,
      },
    ]);
  });

  it('has nothing to say of a correction that failed, which is not in force', async () => {
    const entry = await settled();
    const cut = { ...store.db, transact: () => Promise.reject(new StoreUnavailableError('cut')) };
    const crashed = { ...deps, audit: stores(cut).audit };
    const correct = (on: typeof crashed, atMs: number) =>
      correctCost(on, entry, { actor: 'key-1', nowMs: atMs }, order(0n));
    await expect(correct(crashed, LATER)).rejects.toThrow('cut');
    expect(await listed()).toEqual([]);
    expect((await balance()).settledNanoUsd).toBe(COST);
    await correct(deps, LATER + 60_000);
    expect(await listed()).toMatchObject([{ atMs: LATER + 60_000, after: { correctionId: 'c1' } }]);
    expect((await balance()).settledNanoUsd).toBe(0n);
  });
});
