import type { CorrectionBody } from '../../contracts/corrections.ts';
import type { Call, Caller } from '../../domain/access/caller.ts';
import {
  correctEntry,
  type CorrectionRefusal,
  MAX_CORRECTIONS,
} from '../../domain/ledger/correct-entry.ts';
import type { Correction } from '../../domain/ledger/correction.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { formatUsd } from '../../domain/money.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';
import { conflict, invalidField, notFound, type ServiceError } from '../errors.ts';

export type CorrectDeps = { ledger: LedgerStore; audit: Pick<AuditLog, 'change'> };

/**
 * Finds the charge made by an organization's usage event.
 * @param systems where to look for the event; undefined for all
 * @param system the event's system; required if several systems sent an event with this ID
 * @throws ServiceError `not-found`, `invalid-request` if the system must be named
 */
export async function findCharge(
  ledger: LedgerStore,
  { organizationId, systems }: Pick<Caller, 'organizationId' | 'systems'>,
  eventId: string,
  system?: string,
): Promise<Entry> {
  if (system !== undefined) {
    const entry = await ledger.getCharge(organizationId, system, eventId);
    if (!entry) throw noCharge();
    return entry;
  }
  const all = await ledger.listCharges(organizationId, eventId);
  const visible = systems ? all.filter((entry) => systems.includes(entry.system)) : all;
  const [entry, ...others] = visible;
  if (others.length > 0) {
    throw invalidField('system', 'is required: several systems sent an event with this ID');
  }
  if (!entry) throw noCharge();
  return entry;
}

export const noCharge = (): ServiceError => notFound('No usage event has this ID.');

/**
 * Corrects a settled entry's cost, up or down, once per correction ID, together with its balances
 * and the audit entry.
 * @throws ServiceError `conflict` if the entry is not settled, or the ID was used for another
 *   amount
 */
export async function correctCost(
  { ledger, audit }: CorrectDeps,
  read: Entry,
  { actor, nowMs }: Pick<Call, 'actor' | 'nowMs'>,
  { correctionId, actualCostUsd, reason }: CorrectionBody,
): Promise<Correction> {
  const order = { correctionId, chargedNanoUsd: actualCostUsd, actor, reason };
  const { correction } = await audit.change(async () => {
    const entry = await readAgain(ledger, read);
    const next = correctEntry(entry, order, nowMs);
    if (next.kind === 'refused') throw refusal(next.reason);
    const made = next.entry.corrections?.find((each) => each.correctionId === correctionId);
    if (!made) throw new Error(`correction ${correctionId} is not in its entry`);
    if (next.kind === 'repeat') return { correction: made, entries: [], writes: [] };
    return {
      correction: made,
      entries: [auditEntryOf(entry, made)],
      writes: ledger.correctionWrites(entry, next.entry, next.change),
    };
  });
  return correction;
}

/** The current entry. @throws ServiceError `not-found` if it is past its retention */
async function readAgain(ledger: LedgerStore, read: Entry): Promise<Entry> {
  const { kind, entryId, organizationId, system } = read;
  const entry =
    kind === 'charge'
      ? await ledger.getCharge(organizationId, system, entryId)
      : await ledger.getReservation(entryId);
  if (!entry) throw notFound('The entry to correct is past its retention.');
  return entry;
}

const auditEntryOf = (
  { organizationId, kind, entryId, system }: Entry,
  correction: Correction,
) => ({
  organizationId,
  actor: correction.actor,
  action: 'cost.correct',
  target: `${kind === 'charge' ? 'usage' : 'reservation'}/${entryId}`,
  before: { settledUsd: formatUsd(correction.previousNanoUsd) },
  after: {
    settledUsd: formatUsd(correction.chargedNanoUsd),
    system,
    correctionId: correction.correctionId,
    reason: correction.reason,
  },
  atMs: correction.atMs,
});

function refusal(reason: CorrectionRefusal): ServiceError {
  const [field, message] = REFUSALS[reason];
  return conflict(`${field}: ${message}`, [{ field, message }]);
}

const REFUSALS: Record<CorrectionRefusal, [field: string, message: string]> = {
  reserved: ['id', 'is still open; settle it with its actual cost'],
  voided: ['id', 'was voided; report what was spent as usage events (POST /v1/usage)'],
  expired: ['id', 'has expired and is presumed spent; settle it with the actual usage'],
  'corrected-differently': ['correctionId', 'was already used for another amount'],
  'corrected-too-often': [
    'correctionId',
    `is one too many: an entry takes at most ${MAX_CORRECTIONS} corrections`,
  ],
};
