import { balanceChanges } from '../../domain/ledger/balance-changes.ts';
import { parseBalanceName } from '../../domain/ledger/budget.ts';
import type { Claimed } from '../../domain/ledger/claim.ts';
import { conductChangeOf } from '../../domain/ledger/conduct.ts';
import type { EntryShards } from '../../domain/ledger/entry-shards.ts';
import type { BalanceChange, Entry } from '../../domain/ledger/entry.ts';
import type { DynamoDb, TransactionWrite } from '../dynamodb.ts';
import { type BalanceUse, balanceUpdate } from './balance-writes.ts';
import { claimWrites, conductWrites } from './conduct.ts';
import { workflowMove } from './draws.ts';
import { parseEntry } from './entry-items.ts';
import type { EntryStorage } from './entry-storage.ts';
import { entryDecision } from './entry-writes.ts';

export type ChangeResult =
  | { kind: 'done' }
  /** The entry changed after it was read. */
  | { kind: 'changed'; entry: Entry | undefined }
  /** The workflow is not open any more. */
  | { kind: 'undrawn' }
  | { kind: 'conflict' };

/** What goes with a change: a claim of its key, and what goes back to the entry's workflow. */
type Extras = { claimed?: Claimed | undefined; returnedNanoUsd?: bigint };

/** Changes of entries together with the balances that hold their money. */
export const entryChanges = (db: DynamoDb, { retentionDays, entryShards }: EntryStorage) => ({
  /**
   * Updates an entry to its next version, together with `changeWrites`. Returns `conflict` if its
   * claim no longer fits.
   * @param returnedNanoUsd what goes back to its workflow, or to the balances if that is not open
   */
  async change(
    before: Entry,
    after: Entry,
    change: BalanceChange,
    { claimed, returnedNanoUsd = 0n }: Extras = {},
  ): Promise<ChangeResult> {
    const claims = claimWrites(claimed);
    const use = useBy(before, after, retentionDays);
    const returns =
      before.draw && returnedNanoUsd > 0n
        ? [workflowMove(entryShards, before.draw.workflowId, -returnedNanoUsd)]
        : [];
    const result = await db.transact([
      ...claims,
      ...returns,
      ...changeWrites(entryShards, { before, after, returnedNanoUsd }, change, use),
    ]);
    if (result.ok) return { kind: 'done' };
    if (claims.length > 0 && result.reasons[0]?.kind === 'condition') return { kind: 'conflict' };
    if (returns.length > 0 && result.reasons[claims.length]?.kind === 'condition') {
      return { kind: 'undrawn' };
    }
    const [reason, ...others] = result.reasons.slice(claims.length + returns.length);
    if (others.some((other) => other.kind === 'condition')) {
      throw new Error(`a balance of entry ${after.entryId} is missing`);
    }
    if (reason?.kind !== 'condition') return { kind: 'conflict' };
    return { kind: 'changed', entry: reason.old && parseEntry(reason.old) };
  },
});

/**
 * The writes that update an entry to its next version: the entry first, then its balances and the
 * conduct of its key.
 * @param use absent for a change that no request made
 */
export const changeWrites = (
  spread: EntryShards,
  {
    before,
    after,
    returnedNanoUsd,
  }: { before: Entry; after: Entry; returnedNanoUsd?: bigint | undefined },
  change: BalanceChange,
  use?: BalanceUse,
): TransactionWrite[] => [
  entryDecision(spread, before, after),
  ...balanceChanges(before, after, change, returnedNanoUsd).map(
    ({ name, change: moved, counts }) => {
      const balance = { ref: parseBalanceName(name), enforce: false, counts };
      return balanceUpdate(after.organizationId, balance, moved, use);
    },
  ),
  ...conductWrites(conductChangeOf(before, after)),
];

/** Settling and voiding count as use. Expiries and corrections do not. */
const useBy = (before: Entry, after: Entry, retentionDays: number): BalanceUse | undefined =>
  before.state === 'reserved' && after.state !== 'expired' && after.closedAtMs !== undefined
    ? { atMs: after.closedAtMs, retentionDays }
    : undefined;
