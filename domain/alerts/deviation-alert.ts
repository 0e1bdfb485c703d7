import type { Deviation } from '../ledger/deviation.ts';
import type { Entry } from '../ledger/entry.ts';
import { formatUsd } from '../money.ts';
import { type Alert, subjectOf } from './alert.ts';

const TEXTS: Record<Deviation, string> = {
  'above-price': 'stated costs far above the price of the usage',
  'below-price': 'stated costs far below the price of the usage',
  'other-model': 'settled as a cheaper model than was reserved',
  late: 'settled long after the reservation expired',
  'claim-limit': 'claimed more in one hour than it may without a reservation',
};

/** Tells people how a key deviates: one happening per key, kind and day in UTC. */
export function deviationAlertOf(entry: Entry, kind: Deviation, nowMs: number): Alert {
  const { organizationId, entryId, disputedNanoUsd = 0n } = entry;
  const keyId = entry.settledKeyId ?? entry.keyId ?? '(unknown)';
  const day = new Date(nowMs).toISOString().slice(0, 10);
  return {
    kind: 'cost_deviates',
    severity: 'warning',
    scope: 'organization',
    scopeId: organizationId,
    organizationId,
    dedupKey: `deviation/${kind}/${keyId}/${day}`,
    subject: subjectOf(`Purser: key ${keyId} ${TEXTS[kind]}`),
    body: [
      `Key ${keyId} of ${organizationId} ${TEXTS[kind]}.`,
      `The first on ${day} is ${entryId}: it is booked at ${formatUsd(entry.chargedNanoUsd)} USD, ` +
        `and ${formatUsd(disputedNanoUsd)} USD of that is in dispute.`,
      '',
      'Budgets do not count what is in dispute until an operator confirms it.',
      'List the disputes of this key with GET /v1/disputes, and confirm or reject each.',
    ].join('\n'),
    attributes: {
      event: 'cost_deviates',
      organizationId,
      deviation: kind,
      keyId,
      entryId,
      disputedUsd: formatUsd(disputedNanoUsd),
    },
    atMs: nowMs,
  };
}
