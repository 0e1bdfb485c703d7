import type { Call } from '../../domain/access/caller.ts';
import type { Correction } from '../../domain/ledger/correction.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import {
  type Resolution,
  type ResolutionChange,
  resolutionOf,
  resolveDispute as resolve,
} from '../../domain/ledger/resolve-dispute.ts';
import { formatUsd } from '../../domain/money.ts';
import type { DisputeStore } from '../../tables/ledger/disputes.ts';
import { clearWrite } from '../../tables/ledger/conduct.ts';
import { conflict, notFound, type ServiceError } from '../errors.ts';
import type { CorrectDeps } from './correct-cost.ts';
import { findReservation } from './settle-reservation.ts';

type ResolveDeps = CorrectDeps & { disputes: Pick<DisputeStore, 'getCharge'> };

export const noDispute = (): ServiceError => notFound('No dispute has this ID.');

/**
 * Finds the entry of an organization's dispute.
 * @throws ServiceError `not-found`
 */
export async function findDisputed(
  { ledger, disputes }: Pick<ResolveDeps, 'ledger' | 'disputes'>,
  organizationId: string,
  disputeId: string,
): Promise<Entry> {
  const charge = await disputes.getCharge(organizationId, disputeId);
  return charge ?? findReservation(ledger, organizationId, disputeId);
}

/**
 * Resolves a dispute as an operator decides, once, together with the balances, the conduct of the
 * key that stated the cost, and the audit entry. A repeated call returns the same answer.
 * @throws ServiceError `conflict` if it was resolved the other way, or nothing is in dispute
 */
export async function resolveDispute(
  deps: ResolveDeps,
  { organizationId, actor, nowMs }: Call,
  disputeId: string,
  { how, reason }: { how: Resolution; reason: string },
): Promise<Correction> {
  const { correction } = await deps.audit.change(async () => {
    const entry = await findDisputed(deps, organizationId, disputeId);
    const next = resolve(entry, { how, actor, reason }, nowMs);
    if (next.kind === 'refused') throw conflict(REFUSALS[next.reason]);
    const made = resolutionOf(next.entry, how);
    if (!made) throw new Error(`the dispute of ${entry.entryId} is not ended`);
    if (next.kind === 'repeat') return { correction: made, entries: [], writes: [] };
    return {
      correction: made,
      entries: [auditEntryOf(entry, disputeId, how, made)],
      writes: deps.ledger.correctionWrites(entry, next.entry, next.change),
    };
  });
  return correction;
}

const auditEntryOf = (
  { organizationId, disputedNanoUsd = 0n }: Entry,
  disputeId: string,
  how: Resolution,
  { actor, previousNanoUsd, chargedNanoUsd, reason, atMs }: Correction,
) => ({
  organizationId,
  actor,
  action: `dispute.${how}`,
  target: `dispute/${disputeId}`,
  before: { settledUsd: formatUsd(previousNanoUsd), disputedUsd: formatUsd(disputedNanoUsd) },
  after: { settledUsd: formatUsd(chargedNanoUsd), reason },
  atMs,
});

/**
 * Clears a key's history of overruns, so that its declarations count again and its requests are
 * accepted.
 */
export async function clearConduct(
  { audit }: Pick<ResolveDeps, 'audit'>,
  { organizationId, actor, nowMs: atMs }: Call,
  { keyId, reason }: { keyId: string; reason: string },
): Promise<void> {
  const action = 'conduct.clear';
  const target = `key/${keyId}`;
  await audit.change(() =>
    Promise.resolve({
      entries: [{ organizationId, actor, action, target, after: { reason }, atMs }],
      writes: [clearWrite(organizationId, keyId)],
    }),
  );
}

const REFUSALS: Record<Extract<ResolutionChange, { kind: 'refused' }>['reason'], string> = {
  'not-disputed': 'This cost is not in dispute, or it was corrected in the meantime.',
  'resolved-differently': 'This dispute was already resolved the other way.',
  'nothing-to-reject':
    'No part of its cost is in dispute. Confirm it, or correct its cost (POST …/corrections).',
};
