import type { BalanceRef } from '../../domain/ledger/budget.ts';
import type { BalanceChange } from '../../domain/ledger/entry.ts';
import type { UpdateWrite } from '../dynamodb.ts';
import { balanceKey } from './budget-items.ts';
import { ledgerTable } from './table.ts';

/** A balance that a new entry changes. `enforce` makes its headroom a condition. */
export type AffectedBalance = { ref: BalanceRef; enforce: boolean };

/** Moves money in a balance. */
export function balanceUpdate(
  organizationId: string,
  { ref, enforce }: AffectedBalance,
  change: BalanceChange,
): UpdateWrite {
  return {
    kind: 'update',
    table: ledgerTable.name,
    key: balanceKey(organizationId, ref),
    update: 'SET h = h + :h, r = r + :r, s = s + :s',
    condition: enforce ? 'h >= :needed' : 'attribute_exists(pk)',
    values: {
      ':h': change.headroomNanoUsd,
      ':r': change.reservedNanoUsd,
      ':s': change.settledNanoUsd,
      ...(enforce ? { ':needed': -change.headroomNanoUsd } : {}),
    },
  };
}
