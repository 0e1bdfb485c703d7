import type { NanoUsd } from '../money.ts';
import {
  chargeChange,
  type Correction,
  countedNanoUsd,
  type Entry,
  type EntryChange,
} from './entry.ts';

/** An entry remembers its corrections, so that each applies once; they must not grow for ever. */
export const MAX_CORRECTIONS = 20;

/** What a settled entry really cost, by the word of an operator. */
export type CorrectionOrder = {
  /** Makes the correction count once. */
  correctionId: string;
  /** Not negative: a refund is a lower amount, in full it is 0. */
  chargedNanoUsd: NanoUsd;
  actor: string;
  reason: string;
};

export type CorrectionRefusal =
  'reserved' | 'voided' | 'expired' | 'corrected-differently' | 'corrected-too-often';

export type CorrectionChange =
  Exclude<EntryChange, { kind: 'refused' }> | { kind: 'refused'; reason: CorrectionRefusal };

/**
 * Corrects what a settled reservation or a charge costs, up or down; it stays settled. An operator
 * has then said what it costs, so nothing of it is disputed any more. What has
 * expired is corrected by settling it late, which tells the usage too, and so is refused here.
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
