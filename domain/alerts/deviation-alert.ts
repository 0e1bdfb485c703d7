import type { Deviation } from '../ledger/deviation.ts';
import type { Entry } from '../ledger/entry.ts';
import { endOfBucket } from '../reporting/aggregates.ts';
import { centUsd, formatUsd } from '../money.ts';
import { type Alert, subjectOf } from './alert.ts';
import { shareOf, written } from '../letters/letter.ts';

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
    endsAtMs: endOfBucket(day),
    dedupKey: `deviation/${kind}/${keyId}/${day}`,
    subject: subjectOf(
      `Warning: key ${keyId} of ${organizationId} ${TEXTS[kind]}, ${centUsd(disputedNanoUsd)} of ${centUsd(entry.chargedNanoUsd)} USD is disputed`,
    ),
    ...written({
      happened: `Key ${keyId} of ${organizationId} ${TEXTS[kind]}. The first time on ${day} is entry ${entryId}.`,
      did: 'Purser booked it. Budgets do not count the disputed part until an operator confirms it.',
      rows: [
        {
          name: 'Booked',
          value: `${centUsd(entry.chargedNanoUsd)} USD`,
          share: shareOf(entry.chargedNanoUsd, entry.chargedNanoUsd),
        },
        {
          name: 'Disputed',
          value: `${centUsd(disputedNanoUsd)} USD`,
          share: shareOf(disputedNanoUsd, entry.chargedNanoUsd),
        },
      ],
      todo: ['Confirm or reject each dispute of this key: GET /v1/disputes lists them.'],
    }),
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
