import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkLedger } from '../../../services/budgets/check-ledger.ts';
import { createReservation } from '../../../services/reservations/create-reservation.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { MODEL, reservingOn } from '../../support/reserving.ts';
import { callOf } from '../../support/call.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
/** Amount of one reservation in these tests. */
const EACH = 6_000_000n;

let store: EmbeddedStore;
let deps: ReturnType<typeof reservingOn>;

beforeAll(async () => {
  store = await startEmbeddedStore();
  deps = reservingOn(store.db);
});
afterAll(() => store.close());

const limit = (organizationId: string, requests: bigint) =>
  deps.budgets.put(
    { organizationId, actor: 'test', nowMs: NOW },
    { scope: 'organization', scopeId: organizationId, period: 'monthly' },
    {
      limitNanoUsd: requests * EACH,
      timeZone: 'UTC',
      enforcement: 'enforce',
      mode: 'escrow',
      peakRequestsPerSecond: 1_500,
    },
  );

/** Users borrow from different lanes. */
async function grant(organizationId: string, atMost: number, users: number): Promise<number> {
  for (let granted = 0; granted < atMost; granted += 1) {
    const request = {
      system: 'relaycore',
      userId: `u${granted % users}`,
      model: MODEL,
      inputTokens: 1_000,
      maxOutputTokens: 1_000,
    };
    const outcome = await createReservation(deps, callOf(organizationId, NOW), request, undefined);
    if (outcome.kind === 'reject') return granted;
  }
  return atMost;
}

describe('a limit of a budget in lanes', () => {
  it('that is lowered below what is held grants nothing, in whichever lane there was room', async () => {
    await limit('lowered', 200n);
    expect(await grant('lowered', 30, 1)).toBe(30);
    const { lanes, balance } = await limit('lowered', 10n);
    expect(balance.headroomNanoUsd).toBe(-20n * EACH);
    expect(lanes.filter((lane) => lane.balance.headroomNanoUsd > 0n)).toEqual([]);
    expect(await grant('lowered', 5, 7)).toBe(0);
    expect((await checkLedger(deps.ledger)).violations).toEqual([]);
  });

  it('that is lowered, raised and lowered again grants exactly what fits', async () => {
    await limit('changed', 100n);
    expect(await grant('changed', 20, 1)).toBe(20);
    for (const requests of [40n, 200n, 21n, 24n]) await limit('changed', requests);
    expect(await grant('changed', 10, 7)).toBe(4);
    expect((await checkLedger(deps.ledger)).violations).toEqual([]);
  });
});
