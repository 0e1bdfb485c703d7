import type { Balance, BalanceRef } from '../../domain/ledger/budget.ts';
import type { BalanceChange } from '../../domain/ledger/entry.ts';
import type { Bindings, UpdateWrite } from '../dynamodb.ts';
import type { CountMove } from '../../domain/ledger/counts.ts';
import { balanceKey, keptUntilS } from './budget-items.ts';
import { countLimitCheck, countUpdate } from './count-writes.ts';
import { ledgerTable } from './table.ts';

/** A balance that a new entry changes; `enforce` requires enough headroom. */
export type AffectedBalance = {
  ref: BalanceRef;
  enforce: boolean;
  /** Notes when this hold ends (`Balance.holdEndsAtMs`). */
  holdEndsAtMs?: number | undefined;
  /** What happens to its counters. */
  counts?: CountMove | undefined;
  /** Set if it was decided from memory: the balance must still have the limits that it had then. */
  remembered?: Balance | undefined;
};

/** When a request held or settled money, and how long entries are kept. */
export type BalanceUse = { atMs: number; retentionDays: number };

/** Moves money in a balance. @param use absent for a change that no request made */
export function balanceUpdate(
  organizationId: string,
  { ref, enforce, holdEndsAtMs, counts, remembered }: AffectedBalance,
  change: BalanceChange,
  use?: BalanceUse,
): UpdateWrite {
  const counting = countUpdate(counts);
  const used = usedSets(ref, use);
  const limits = limitCheck(remembered);
  const noted = holdEndsAtMs === undefined ? '' : ', e = :e';
  return {
    kind: 'update',
    table: ledgerTable.name,
    key: balanceKey(organizationId, ref),
    update: `SET h = h + :h, r = r + :r, s = s + :s${noted}${used.sets}${counting.sets}`,
    condition:
      (enforce ? 'h >= :needed' : 'attribute_exists(pk)') + limits.condition + counting.conditions,
    ...(used.names ? { names: used.names } : {}),
    values: {
      ':h': change.headroomNanoUsd,
      ':r': change.reservedNanoUsd,
      ':s': change.settledNanoUsd,
      ...(enforce ? { ':needed': -change.headroomNanoUsd } : {}),
      ...limits.values,
      ...used.values,
      ...(holdEndsAtMs === undefined ? {} : { ':e': holdEndsAtMs }),
      ...counting.values,
    },
  };
}

/** Checks that a balance has the limits that are remembered of it. */
function limitCheck(remembered: Balance | undefined): Bindings & { condition: string } {
  if (!remembered) return { condition: '' };
  const counts = countLimitCheck(remembered.counters);
  return {
    condition: ` AND l = :limit${counts.condition}`,
    values: { ':limit': remembered.limitNanoUsd, ...counts.values },
  };
}

/** What the use of a session adds to the write of its balance: no other balance keeps its last use. */
export function usedSets(
  { scope }: BalanceRef,
  use: BalanceUse | undefined,
): Bindings & { sets: string } {
  if (scope !== 'session' || !use) return { sets: '' };
  return {
    sets: ', u = :used, #ttl = :kept',
    names: { '#ttl': 'ttl' },
    values: { ':used': use.atMs, ':kept': keptUntilS(use.atMs, use.retentionDays) },
  };
}
