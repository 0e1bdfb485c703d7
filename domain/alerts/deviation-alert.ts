import type { Deviation } from '../ledger/deviation.ts';
import type { Entry } from '../ledger/entry.ts';
import { formatUsd, shortUsd } from '../money.ts';
import { type Alert, subjectOf } from './alert.ts';

const TEXTS: Record<Deviation, string> = {
  'above-price': 'reported costs far above the price of the usage',
  'below-price': 'reported costs far below the price of the usage',
  'other-model': 'settled with a cheaper model than it reserved',
  late: 'settled long after the reservation expired',
  'claim-limit': 'claimed more in one hour than it is allowed without a reservation',
};

/** The alert for a key that deviates, one incident per key, kind and UTC day. */
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
      `The first one on ${day} is ${entryId}. It is booked at ${shortUsd(entry.chargedNanoUsd)} USD, ` +
        `and ${shortUsd(disputedNanoUsd)} USD of that is disputed.`,
      '',
      'Budgets do not count the disputed part until an operator confirms it.',
      'List the disputes of this key with GET /v1/disputes, then confirm or reject each one.',
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
