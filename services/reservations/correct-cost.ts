import type { CorrectionBody } from '../../contracts/corrections.ts';
import { ProblemError } from '../../contracts/problem.ts';
import {
  correctEntry,
  type CorrectionRefusal,
  MAX_CORRECTIONS,
} from '../../domain/ledger/correct-entry.ts';
import type { Correction, Entry } from '../../domain/ledger/entry.ts';
import { formatUsd } from '../../domain/money.ts';
import type { AuditLog } from '../../tables/audit-log.ts';
import type { LedgerStore } from '../../tables/ledger.ts';
import { close, type CloseDeps } from './settle-reservation.ts';

export type CorrectDeps = CloseDeps & { audit: Pick<AuditLog, 'record'> };

/**
 * The charge that a usage event of an organization made.
 * @throws ProblemError `not-found`
 */
export async function findCharge(
  ledger: LedgerStore,
  organizationId: string,
  eventId: string,
): Promise<Entry> {
  const entry = await ledger.getCharge(organizationId, eventId);
  if (!entry) throw noCharge();
  return entry;
}

export const noCharge = (): ProblemError =>
  new ProblemError('not-found', 'there is no usage event of this id');

/**
 * Corrects what a settled entry costs, up or down, once per correction id, with the balances that
 * hold it. The audit record is made of what the entry remembers: after a crash in between, the
 * repetition completes it.
 * @throws ProblemError `conflict` when the entry is not settled, or the id was used for another amount
 */
export async function correctCost(
  deps: CorrectDeps,
  found: Entry,
  actor: string,
  { correctionId, actualCostUsd, reason }: CorrectionBody,
  nowMs: number,
): Promise<Correction> {
  const order = { correctionId, chargedNanoUsd: actualCostUsd, actor, reason };
  const corrected = await close(deps, found, (entry) => {
    const next = correctEntry(entry, order, nowMs);
    if (next.kind === 'refused') throw refusal(next.reason);
    return next;
  });
  const correction = corrected.corrections?.find((one) => one.correctionId === correctionId);
  if (!correction) throw new Error(`correction ${correctionId} is not in its entry`);
  await deps.audit.record({
    organizationId: corrected.organizationId,
    actor: correction.actor,
    action: 'cost.correct',
    target: `${corrected.kind === 'charge' ? 'usage' : 'reservation'}/${corrected.entryId}`,
    before: { settledUsd: formatUsd(correction.previousNanoUsd) },
    after: {
      settledUsd: formatUsd(correction.chargedNanoUsd),
      correctionId,
      reason: correction.reason,
    },
    atMs: correction.atMs,
  });
  return correction;
}

function refusal(reason: CorrectionRefusal): ProblemError {
  const [field, message] = REFUSALS[reason];
  return new ProblemError('conflict', `${field}: ${message}`, { errors: [{ field, message }] });
}

const REFUSALS: Record<CorrectionRefusal, [field: string, message: string]> = {
  reserved: ['id', 'is still open: settle it with what it cost'],
  voided: ['id', 'was voided: report what was spent as usage events (POST /v1/usage)'],
  expired: ['id', 'has expired and is presumed spent: settle it with the real usage'],
  'corrected-differently': ['correctionId', 'was used for another amount'],
  'corrected-too-often': ['correctionId', `is one too many: ${MAX_CORRECTIONS} are taken`],
};
