import type { Draw } from '../../domain/ledger/draw.ts';
import type { EntryShards } from '../../domain/ledger/entry-shards.ts';
import type { BalanceChange, Entry } from '../../domain/ledger/entry.ts';
import type { DynamoDb, UpdateWrite } from '../dynamodb.ts';
import { type AffectedBalance, balanceUpdate } from './balance-writes.ts';
import { reservationKey } from './entry-items.ts';
import type { EntryStorage } from './entry-storage.ts';
import { newEntryPuts, type PutRefusal, putRefusalOf } from './new-entry.ts';
import { ledgerTable } from './table.ts';

export type DrawResult =
  | { kind: 'done' }
  | PutRefusal
  /** The workflow has too little left, or is not open any more. */
  | { kind: 'undrawn' }
  | { kind: 'no-headroom' }
  | { kind: 'conflict' };

/** Reservations that are paid by a workflow. */
export const draws = (db: DynamoDb, storage: EntryStorage) => ({
  /**
   * Puts a new reservation and draws its amount from its workflow, all or nothing.
   * @param affected the balances that change: those that the workflow does not hold, and those that
   *   count requests or note their use
   */
  async draw(
    entry: Entry & { draw: Draw },
    affected: (AffectedBalance & { change: BalanceChange })[],
    opaqueKey?: string,
  ): Promise<DrawResult> {
    const { organizationId, amountNanoUsd, occurredAtMs, draw } = entry;
    const use = { atMs: occurredAtMs, retentionDays: storage.retentionDays };
    const puts = newEntryPuts(entry, opaqueKey, storage);
    const result = await db.transact([
      ...puts,
      workflowMove(storage.entryShards, draw.workflowId, amountNanoUsd, occurredAtMs),
      ...affected.map(({ change, ...balance }) =>
        balanceUpdate(organizationId, balance, change, use),
      ),
    ]);
    if (result.ok) return { kind: 'done' };
    const refused = putRefusalOf(result.reasons, opaqueKey);
    if (refused) return refused;
    const [move, ...balances] = result.reasons.slice(puts.length);
    if (move?.kind === 'condition') return { kind: 'undrawn' };
    const isShort = balances.some((reason) => reason.kind === 'condition');
    return { kind: isShort ? 'no-headroom' : 'conflict' };
  },
});

/**
 * Takes an amount from what an open workflow holds, or gives it back (negative). Concurrent calls do
 * not invalidate each other's writes; a change of state sees them by the version.
 * @param nowMs nothing is taken from a workflow that has ended by then
 */
export const workflowMove = (
  spread: EntryShards,
  workflowId: string,
  takenNanoUsd: bigint,
  nowMs = 0,
): UpdateWrite => ({
  kind: 'update',
  table: ledgerTable.name,
  key: reservationKey(spread, workflowId),
  update: 'SET amt = amt - :taken, ver = ver + :one',
  condition: 'st = :reserved AND attribute_exists(opn) AND amt >= :taken AND exp > :now',
  values: { ':taken': takenNanoUsd, ':one': 1, ':reserved': 'reserved', ':now': nowMs },
});
