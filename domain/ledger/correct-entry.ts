import type { NanoUsd } from '../money.ts';
import type { Correction } from './correction.ts';
import { chargeChange, countedNanoUsd, type Entry, type EntryChange } from './entry.ts';

/**
 * An entry stores its corrections so that each applies once. This keeps the list from growing
 * forever.
 */
export const MAX_CORRECTIONS = 20;

/** An operator's statement of what a settled entry really cost. */
export type CorrectionOrder = {
  /** Makes sure that the correction applies only once. */
  correctionId: string;
  /** Never negative. A partial refund lowers it, a full refund sets it to 0. */
  chargedNanoUsd: NanoUsd;
  actor: string;
  reason: string;
};

export type CorrectionRefusal =
  'reserved' | 'voided' | 'expired' | 'corrected-differently' | 'corrected-too-often';

export type CorrectionChange =
  Exclude<EntryChange, { kind: 'refused' }> | { kind: 'refused'; reason: CorrectionRefusal };

/**
 * Corrects the cost of a settled reservation or a charge, up or down; it stays settled. The
 * operator has stated the cost, so no part of it remains disputed. This refuses expired
 * reservations: settle those late instead, which also reports their usage.
 */
export function correctEntry(
  entry: Entry,
  order: CorrectionOrder,
  nowMs: number,
): CorrectionChange {
  if (order.chargedNanoUsd < 0n) throw new RangeError('a cost is not negative');
  if (entry.state !== 'settled') return { kind: 'refused', reason: entry.state };
  const corrections = entry.corrections ?? [];
  const earlier = corrections.find(({ correctionId }) => correctionId === order.correctionId);
  if (earlier) {
    return earlier.chargedNanoUsd === order.chargedNanoUsd
      ? { kind: 'repeat', entry }
      : { kind: 'refused', reason: 'corrected-differently' };
  }
  if (corrections.length >= MAX_CORRECTIONS) {
    return { kind: 'refused', reason: 'corrected-too-often' };
  }
  const { correctionId, chargedNanoUsd, actor, reason } = order;
  const previousNanoUsd = entry.chargedNanoUsd;
  const correction: Correction = {
    correctionId,
    previousNanoUsd,
    chargedNanoUsd,
    actor,
    reason,
    atMs: nowMs,
  };
  return {
    kind: 'change',
    entry: {
      ...entry,
      chargedNanoUsd,
      disputedNanoUsd: undefined,
      disputedAtMs: undefined,
      corrections: [...corrections, correction],
      version: entry.version + 1,
    },
    change: chargeChange(chargedNanoUsd - countedNanoUsd(entry)),
  };
}
