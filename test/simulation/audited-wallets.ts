import { emptyWallet, type Wallet } from '../../domain/ledger/wallet.ts';
import { walletId } from '../../tables/ledger/wallet-items.ts';
import type { Audit } from './audit.ts';
import { brokenRecord, leaseDifferences, recordChanges } from './wallet-edges.ts';

/**
 * Follows a wallet that a commit changed.
 * @returns the IDs of the entries whose records it changed
 */
export function seeWallet(audit: Audit, after: Wallet): string[] {
  const { wallets, breaks, entries } = audit;
  const id = walletId(after.ref);
  const before = wallets.get(id) ?? emptyWallet(after.ref);
  wallets.set(id, after);
  if (after.fenceMs < before.fenceMs) breaks('a fence only rises', id);
  seeLeases(audit, before, after);
  const changes = recordChanges(before, after);
  for (const change of changes) {
    const { entryId } = change;
    const broken = brokenRecord(change, entries.stored.get(entryId), {
      wasHeld: entries.wasHeld(entryId),
      fenceMs: before.fenceMs,
      wallet: after,
    });
    if (broken) breaks(broken, `${entryId} in ${id}`);
    entries.setRecord(entryId, change.after);
  }
  return changes.map(({ entryId }) => entryId);
}

function seeLeases({ accounts, breaks }: Audit, before: Wallet, after: Wallet): void {
  for (const { name, idleBy, spentBy } of leaseDifferences(before, after)) {
    const account = accounts.touch(name);
    if (!account) breaks('a balance is open before a wallet borrows from it', name);
    else {
      account.idleNanoUsd += idleBy;
      account.unpostedNanoUsd += spentBy;
    }
  }
  for (const [name, { idleNanoUsd, spentNanoUsd }] of after.leases) {
    if (idleNanoUsd < 0n || spentNanoUsd < 0n) {
      breaks('no lease owes anything', `${walletId(after.ref)} ${name}`);
    }
  }
}
