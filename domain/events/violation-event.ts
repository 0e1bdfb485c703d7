import type { Digest } from '../audit/audit-entry.ts';
import { subjectOf } from '../alerts/alert.ts';
import { textOfViolation, type Violation } from '../ledger/conservation.ts';
import type { PurserEvent } from './purser-event.ts';

/** What the ledger's check found. The event of a day is the same, however often the check runs. */
export function violationEventOf(violation: Violation, atMs: number, digest: Digest): PurserEvent {
  const { organizationId, balance, message } = violation;
  const day = new Date(atMs).toISOString().slice(0, 10);
  return {
    kind: 'ledger_violation',
    organizationId,
    dedupKey: ['violation', day, digest(textOfViolation(violation))].join('#'),
    atMs,
    severity: 'critical',
    title: subjectOf(`The ledger does not add up in balance ${balance}: ${message}`),
    data: { balance, violation: message },
  };
}
