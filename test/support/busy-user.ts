import { createReservation } from '../../services/reservations/create-reservation.ts';
import { settleReservation } from '../../services/reservations/settle-reservation.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { Period } from '../../domain/periods.ts';
import type { Scope } from '../../domain/scopes.ts';
import { TABLE_DEFINITIONS } from '../../tables/definitions.ts';
import { keyAt } from '../exhaustive/scenarios.ts';
import { createMemoryStore } from '../simulation/memory-store.ts';
import { callOf } from './call.ts';
import { EACH, LENDING_AT_MS, lendingRequest, lendingUsage } from './lending.ts';
import { MODEL, reservingOn } from './reserving.ts';
import { unitsOfCommit } from './write-units.ts';

const ORG = 'acme';
const BUDGETS: [Scope, string, Period][] = [
  ['user', 'ada', 'daily'],
  ['department', 'research', 'monthly'],
  ['organization', ORG, 'monthly'],
  ['model', MODEL, 'monthly'],
];

/** One process and one user under four budgets that lend, with this many open reservations. */
export async function busyUser(open: number) {
  let units = 0;
  const { db } = createMemoryStore(Object.values(TABLE_DEFINITIONS), {
    onCommit: (changes) => (units += unitsOfCommit(changes)),
  });
  const deps = reservingOn(db, () => LENDING_AT_MS);
  for (const [scope, scopeId, period] of BUDGETS) {
    const settings = { limitNanoUsd: 1_000_000n * EACH, timeZone: 'UTC', mode: 'escrow' as const };
    const call = { organizationId: ORG, actor: 'test', nowMs: LENDING_AT_MS };
    await deps.budgets.put(
      call,
      { scope, scopeId, period },
      { ...settings, enforcement: 'enforce' },
    );
  }
  const call = callOf(ORG, LENDING_AT_MS);
  const holds: Entry[] = [];
  const reserve = async (): Promise<void> => {
    const key = keyAt(LENDING_AT_MS, (number += 1));
    const outcome = await createReservation(deps, call, lendingRequest(), key);
    if (outcome.kind !== 'reserved') throw new Error('rejected');
    holds.push(outcome.entry);
  };
  const settleOldest = async (): Promise<void> => {
    const entry = holds.shift();
    if (entry) await settleReservation(deps, entry, lendingUsage(500), { nowMs: LENDING_AT_MS });
  };
  let number = 0;
  for (let count = 0; count < open; count += 1) await reserve();
  return {
    /** Write units of a reserve and the settlement of the oldest one, on average. */
    async unitsPerPair(pairs: number): Promise<number> {
      units = 0;
      for (let pair = 0; pair < pairs; pair += 1) {
        await reserve();
        await settleOldest();
      }
      return units / pairs;
    },
    wallets: (): number => new Set(holds.map(({ wallet }) => wallet?.lane)).size,
  };
}
