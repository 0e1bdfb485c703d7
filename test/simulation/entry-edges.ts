import { isDeepStrictEqual } from 'node:util';
import { parseBalanceName } from '../../domain/ledger/budget.ts';
import type { Entry, EntryState } from '../../domain/ledger/entry.ts';
import { isWorkflow, type Workflow } from '../../domain/ledger/workflow.ts';
import { modelStem } from '../../domain/pricing/model-id.ts';

const NEXT: Record<EntryState, EntryState[]> = {
  reserved: ['settled', 'voided', 'expired'],
  expired: ['settled'],
  settled: ['settled'],
  voided: [],
};

/**
 * The law that a change of an entry breaks, if any: it must follow the state machine, one version
 * at a time; agreed terms never change; and nothing expires early.
 * @param nowMs the true time; no clock is more than `skewMs` away from it
 */
export function brokenEdge(
  before: Entry | undefined,
  after: Entry,
  nowMs: number,
  skewMs: number,
): string | undefined {
  if (!before) {
    const born = after.kind === 'charge' ? 'settled' : 'reserved';
    return after.state === born && after.version === 1 ? undefined : 'an entry is born once';
  }
  if (isWorkflow(before) && after.state === 'reserved') {
    return isMovedWorkflow(before, after) ? undefined : 'calls move only the amount of a workflow';
  }
  if (!NEXT[before.state].includes(after.state)) return 'an entry moves along its edges';
  if (after.version !== before.version + 1) return 'an entry moves one version at a time';
  if (agreed(before) !== agreed(after)) return 'what was agreed never changes';
  if (!isCountedByModel(before, after)) return 'budgets of a model count what it served';
  const isSound = before.state === 'settled' ? isCorrection(before, after) : !after.corrections;
  if (!isSound) return 'what is settled changes by one new correction only';
  if (after.state !== 'expired') return undefined;
  return (after.expiresAtMs ?? Infinity) > nowMs + skewMs ? 'nothing expires early' : undefined;
}

/** Whether a call drew from an open workflow or returned something, within what it held at first. */
const isMovedWorkflow = (before: Workflow, after: Entry): boolean =>
  before.state === 'reserved' &&
  after.amountNanoUsd >= 0n &&
  after.amountNanoUsd <= before.openedNanoUsd &&
  isDeepStrictEqual(after, {
    ...before,
    amountNanoUsd: after.amountNanoUsd,
    version: before.version + 1,
  });

/** Whether only the end of an open entry changed, to a later one. That is no change of state. */
export const isExtension = (before: Entry, after: Entry): boolean =>
  before.state === 'reserved' &&
  (after.expiresAtMs ?? 0) > (before.expiresAtMs ?? 0) &&
  isDeepStrictEqual(after, {
    ...before,
    expiresAtMs: after.expiresAtMs,
    isListedByExpiry: true,
  });

function isCorrection(before: Entry, after: Entry): boolean {
  const earlier = before.corrections ?? [];
  const correction = after.corrections?.at(-1);
  if (!correction || correction.previousNanoUsd !== before.chargedNanoUsd) return false;
  if (earlier.some(({ correctionId }) => correctionId === correction.correctionId)) return false;
  return isDeepStrictEqual(after, {
    ...before,
    version: after.version,
    chargedNanoUsd: correction.chargedNanoUsd,
    disputedNanoUsd: undefined,
    disputedAtMs: undefined,
    corrections: [...earlier, correction],
  });
}

const agreed = (entry: Entry): string =>
  [
    entry.entryId,
    entry.kind,
    entry.organizationId,
    entry.userId,
    entry.amountNanoUsd,
    entry.occurredAtMs,
    entry.expiresAtMs,
    entry.requestDigest,
    ...entry.balances.filter((name) => !isOfModel(name)),
  ].join(' ');

const isOfModel = (name: string): boolean => parseBalanceName(name).scope === 'model';

/** Only a settlement by another model than the one that was held moves an entry to other balances. */
function isCountedByModel(before: Entry, after: Entry): boolean {
  const [were, are] = [before.balances.filter(isOfModel), after.balances.filter(isOfModel)];
  const stem = modelStem(after.model);
  if (modelStem(before.model) === stem) return isDeepStrictEqual(were, are);
  return before.state !== 'settled' && are.every((name) => parseBalanceName(name).scopeId === stem);
}
