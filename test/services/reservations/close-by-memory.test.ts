import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Entry } from '../../../domain/ledger/entry.ts';
import { NO_TOKENS } from '../../../domain/token-usage.ts';
import { checkLedger } from '../../../services/budgets/check-ledger.ts';
import { closeByMemory } from '../../../services/reservations/close-by-memory.ts';
import { createReservation } from '../../../services/reservations/create-reservation.ts';
import { extendReservation } from '../../../services/reservations/extend-reservation.ts';
import {
  settleReservation,
  voidReservation,
} from '../../../services/reservations/settle-reservation.ts';
import type { DynamoDb } from '../../../tables/dynamodb.ts';
import { callOf } from '../../support/call.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { HOLD_MS, MODEL, reservingOn } from '../../support/reserving.ts';

const AT_MS = Date.parse('2026-11-21T12:00:00Z');
const BODY = { usage: { ...NO_TOKENS, outputTokens: 3 } };
const OTHER_BODY = { usage: { ...NO_TOKENS, outputTokens: 4 } };

let store: EmbeddedStore;
let organizations = 0;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(async () => {
  expect((await checkLedger(reservingOn(store.db).ledger)).violations).toEqual([]);
  await store.close();
});

type Process = ReturnType<typeof startProcess>;

/** A process of its own, with its memory and a count of its reads of single items. */
function startProcess() {
  let reads = 0;
  const db: DynamoDb = { ...store.db, get: (request) => ((reads += 1), store.db.get(request)) };
  const deps = reservingOn(db, () => AT_MS);
  return {
    deps,
    readsOf: async (work: () => Promise<unknown>): Promise<number> => {
      reads = 0;
      await work();
      return reads;
    },
    settle: ({ organizationId, entryId }: Entry, body = BODY, nowMs = AT_MS): Promise<Entry> =>
      closeByMemory(
        deps,
        { organizationId, reservationId: entryId, nowMs },
        ({ entry, isRemembered }) => settleReservation(deps, entry, body, { nowMs, isRemembered }),
      ),
  };
}

async function reserved({ deps }: Process, mode: 'exact' | 'escrow'): Promise<Entry> {
  const organizationId = `acme-${(organizations += 1)}`;
  const scope = { scope: 'organization', scopeId: organizationId, period: 'daily' } as const;
  const settings = { limitNanoUsd: 10n ** 13n, timeZone: 'UTC', enforcement: 'enforce' } as const;
  const call = callOf(organizationId, AT_MS);
  await deps.budgets.put(call, scope, { ...settings, mode });
  const request = { system: 's', userId: 'ada', model: MODEL, inputTokens: 1, maxOutputTokens: 9 };
  const outcome = await createReservation(deps, call, request, undefined);
  return outcome.kind === 'reserved' ? outcome.entry : expect.unreachable(outcome.kind);
}

describe.each(['exact', 'escrow'] as const)('a reservation in memory, %s', (mode) => {
  it('is settled without a read, as it is settled with one', async () => {
    const process = startProcess();
    const [entry, twin] = [await reserved(process, mode), await reserved(process, mode)];
    expect(await process.readsOf(() => process.settle(entry))).toBe(0);
    const other = startProcess();
    expect(await other.readsOf(() => other.settle(twin))).toBe(1);
    const [ofMemory, ofRead] = await Promise.all(
      [entry, twin].map(({ entryId }) => process.deps.ledger.getReservation(entryId)),
    );
    const { organizationId, balances, entryId, requestDigest } = twin;
    expect({ ...ofMemory, organizationId, balances, entryId, requestDigest }).toEqual(ofRead);
  });

  it('is read once it was settled elsewhere: a repeat is told nothing twice', async () => {
    const process = startProcess();
    const entry = await reserved(process, mode);
    const settled = await startProcess().settle(entry);
    expect(await process.settle(entry)).toEqual(settled);
    expect(process.deps.telemetry.metrics.map(({ name }) => name)).not.toContain('SettledUsd');
    await expect(process.settle(entry, OTHER_BODY)).rejects.toThrow('with other figures');
  });

  it.each(['settled otherwise', 'voided', 'expired'])(
    'is refused or corrected as read: %s',
    async (end) => {
      const process = startProcess();
      const entry = await reserved(process, mode);
      const other = startProcess();
      if (end === 'settled otherwise') {
        await other.settle(entry, OTHER_BODY);
        await expect(process.settle(entry)).rejects.toThrow('with other figures');
      } else if (end === 'voided') {
        await voidReservation(other.deps, entry, AT_MS);
        await expect(process.settle(entry)).rejects.toThrow('was voided');
      } else {
        const late = AT_MS + HOLD_MS;
        const work = () => process.settle(entry, BODY, late);
        expect(await process.readsOf(work)).toBeGreaterThan(0);
      }
    },
  );

  it('is settled from memory when it was extended elsewhere', async () => {
    const process = startProcess();
    const entry = await reserved(process, mode);
    const { expiresAtMs } = await extendReservation(startProcess().deps, entry, 3_600, AT_MS);
    await process.settle(entry);
    expect(await process.deps.ledger.getReservation(entry.entryId)).toMatchObject({
      state: 'settled',
      expiresAtMs,
    });
  });

  it('is not found by another organization, and then read by its own', async () => {
    const process = startProcess();
    const entry = await reserved(process, mode);
    const stranger = process.settle({ ...entry, organizationId: 'other' });
    await expect(stranger).rejects.toThrow('No reservation has this ID.');
    expect(await process.settle(entry)).toMatchObject({ state: 'settled' });
  });
});
