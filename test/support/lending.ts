import { expect } from 'vitest';
import type { BudgetMode, Enforcement, ExpiryPolicy } from '../../domain/ledger/budget.ts';
import type { Period } from '../../domain/periods.ts';
import type { Scope } from '../../domain/scopes.ts';
import { checkLedger } from '../../services/budgets/check-ledger.ts';
import { createReservation } from '../../services/reservations/create-reservation.ts';
import type { Reserved } from '../../services/reservations/reservation-outcome.ts';
import { startEmbeddedStore } from './embedded-store.ts';
import { MODEL, reservingOn } from './reserving.ts';
import { callOf } from './call.ts';

/** The time at which lending tests run. */
export const LENDING_AT_MS = Date.parse('2026-11-21T10:00:00Z');
/** Amount of one of their reservations. */
export const EACH = 6_000_000n;

export const lendingRequest = (over: object = {}) => ({
  system: 'relaycore',
  userId: 'ada',
  departmentId: 'research',
  model: MODEL,
  inputTokens: 1_000,
  maxOutputTokens: 1_000,
  ...over,
});

export const lendingUsage = (outputTokens: number, over: object = {}) => ({
  usage: { inputTokens: 1_000, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0 },
  ...over,
});

type Settings = {
  mode?: BudgetMode;
  enforcement?: Enforcement;
  onExpiry?: ExpiryPolicy;
  peakRequestsPerSecond?: number;
};

/** Lending budgets and requests under them, on a separate store. */
export async function startLending() {
  const store = await startEmbeddedStore();
  const deps = reservingOn(store.db);
  let organizations = 0;
  return {
    store,
    deps,
    newOrganization: (): string => `lending${(organizations += 1)}`,

    async expectLedgerHolds(): Promise<void> {
      expect((await checkLedger(deps.ledger)).violations).toEqual([]);
    },

    setBudget(
      organizationId: string,
      [scope, scopeId, period, limitNanoUsd]: [Scope, string, Period, bigint],
      { mode = 'escrow', enforcement = 'enforce', ...over }: Settings = {},
      nowMs = LENDING_AT_MS,
    ) {
      return deps.budgets.put(
        { organizationId, actor: 'test', nowMs },
        { scope, scopeId: scope === 'organization' ? organizationId : scopeId, period },
        { limitNanoUsd, timeZone: 'UTC', enforcement, mode, ...over },
      );
    },

    standingOf: (organizationId: string, scope: Scope, scopeId: string, period: Period) =>
      deps.budgets.standing(organizationId, { scope, scopeId, period }, LENDING_AT_MS),

    async reserve(
      organizationId: string,
      over: object = {},
      key?: string,
      nowMs = LENDING_AT_MS,
    ): Promise<Reserved> {
      const request = lendingRequest(over);
      const outcome = await createReservation(deps, callOf(organizationId, nowMs), request, key);
      if (outcome.kind !== 'reserved') throw new Error('rejected');
      return outcome;
    },
  };
}
