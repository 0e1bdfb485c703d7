import { correctEntry } from './correct-entry.ts';
import { countedNanoUsd, type Entry, type EntryChange } from './entry.ts';

export type Resolution = 'confirm' | 'reject';

export type ResolutionChange =
  | Exclude<EntryChange, { kind: 'refused' }>
  | { kind: 'refused'; reason: 'not-disputed' | 'resolved-differently' | 'nothing-to-reject' };

/** Identifiers cannot contain spaces, so no caller can use these ids. */
const RESOLUTIONS: Record<Resolution, string> = {
  confirm: 'dispute confirmed',
  reject: 'dispute rejected',
};

/**
 * Ends an entry's dispute, once. Confirming makes balances count the full charge. Rejecting lowers
 * the charge to what balances already count. Both are stored as corrections.
 */
export function resolveDispute(
  entry: Entry,
  { how, actor, reason }: { how: Resolution; actor: string; reason: string },
  nowMs: number,
): ResolutionChange {
  const other = how === 'confirm' ? 'reject' : 'confirm';
  if (resolutionOf(entry, how)) return { kind: 'repeat', entry };
  if (resolutionOf(entry, other)) return { kind: 'refused', reason: 'resolved-differently' };
  if (entry.disputedAtMs === undefined) return { kind: 'refused', reason: 'not-disputed' };
  if (how === 'reject' && entry.disputedNanoUsd === undefined) {
    return { kind: 'refused', reason: 'nothing-to-reject' };
  }
  const chargedNanoUsd = how === 'confirm' ? entry.chargedNanoUsd : countedNanoUsd(entry);
  const order = { correctionId: RESOLUTIONS[how], chargedNanoUsd, actor, reason };
  const change = correctEntry(entry, order, nowMs);
  if (change.kind === 'refused') throw new Error(`a disputed entry is ${change.reason}`);
  return change;
}

/** The correction that ended an entry's dispute this way, if there is one. */
export const resolutionOf = ({ corrections }: Entry, how: Resolution) =>
  corrections?.find(({ correctionId }) => correctionId === RESOLUTIONS[how]);
