import { isDeepStrictEqual } from 'node:util';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { Wallet, WalletRecord } from '../../domain/ledger/wallet.ts';

/** A record that a commit added, changed or removed. */
export type RecordChange = {
  entryId: string;
  before: WalletRecord | undefined;
  after: WalletRecord | undefined;
};

/** A commit's changes to one wallet's leases. */
export type LeaseDifference = { name: string; idleBy: bigint; spentBy: bigint };

export function recordChanges(before: Wallet, after: Wallet): RecordChange[] {
  const ids = new Set([...before.records.keys(), ...after.records.keys()]);
  return [...ids]
    .map((entryId) => ({
      entryId,
      before: before.records.get(entryId),
      after: after.records.get(entryId),
    }))
    .filter((change) => !isDeepStrictEqual(change.before, change.after));
}

export function leaseDifferences(before: Wallet, after: Wallet): LeaseDifference[] {
  const none = { idleNanoUsd: 0n, spentNanoUsd: 0n };
  const names = new Set([...before.leases.keys(), ...after.leases.keys()]);
  return [...names].map((name) => {
    const [was, is] = [before.leases.get(name) ?? none, after.leases.get(name) ?? none];
    return {
      name,
      idleBy: is.idleNanoUsd - was.idleNanoUsd,
      spentBy: is.spentNanoUsd - was.spentNanoUsd,
    };
  });
}

/**
 * The law that a change of a record breaks, if any: it opens once and above the fence, closes once,
 * and is removed only after its entry is closed.
 * @param entry as stored after the commit
 * @param wasHeld whether any wallet has held it before
 * @param fenceMs the wallet's fence before the commit
 */
export function brokenRecord(
  { before, after }: RecordChange,
  entry: Entry | undefined,
  { wasHeld, fenceMs, wallet }: { wasHeld: boolean; fenceMs: number; wallet: Wallet },
): string | undefined {
  if (!entry) return 'a wallet holds only what has an entry';
  if (!before) {
    if (after?.closing) return 'a record is born open';
    if (wasHeld || entry.state !== 'reserved') return 'a reservation is held once';
    if (entry.occurredAtMs <= fenceMs) return 'nothing is held below the fence';
    const { ref } = wallet;
    const isOwn = entry.userId === ref.userId && entry.wallet?.lane === ref.lane;
    if (!isOwn) return 'a reservation is held by the wallet that its entry names';
    return after?.amountNanoUsd === entry.amountNanoUsd ? undefined : 'a wallet holds the amount';
  }
  if (!after) {
    const isDone = before.closing !== undefined && entry.state !== 'reserved';
    return isDone ? undefined : 'a record is kept until its entry is closed';
  }
  if (before.closing) return 'a reservation is closed once';
  const { closing, expiresAtMs, ...open } = after;
  const { closing: _, expiresAtMs: wasMs = 0, ...was } = before;
  if (!isDeepStrictEqual(open, was)) return 'what is held changes by closing';
  if (closing) return undefined;
  const isExtended = (expiresAtMs ?? 0) > wasMs && expiresAtMs === entry.expiresAtMs;
  return isExtended ? undefined : 'a record is extended with its entry';
}
