import { severityOf } from '../controls/thresholds.ts';
import { type Alert, subjectOf } from './alert.ts';

const MAX_LISTED = 100;

/**
 * Several alerts of one organization as one, oldest first, with the highest severity. A single alert
 * stays unchanged. `dedupKey` identifies several together.
 */
export function digestAlertOf(alerts: readonly Alert[], dedupKey: string, nowMs: number): Alert {
  const ordered = alerts.toSorted((left, right) => left.atMs - right.atMs);
  const [first] = ordered;
  if (!first) throw new Error('a digest of nothing');
  if (ordered.length === 1) return first;
  const { severity } = ordered.toSorted(
    (left, right) => severityOf(right.severity) - severityOf(left.severity),
  )[0] as Alert;
  const { organizationId } = first;
  const more = ordered.length - MAX_LISTED;
  return {
    kind: 'digest',
    severity,
    organizationId,
    scope: 'organization',
    scopeId: organizationId,
    dedupKey,
    subject: subjectOf(
      `Purser: ${ordered.length} alerts for ${organizationId}, highest level ${severity}`,
    ),
    body: [
      `${ordered.length} alerts were held for this digest:`,
      '',
      ...ordered.slice(0, MAX_LISTED).map(({ atMs, subject }) => `${minuteOf(atMs)}  ${subject}`),
      ...(more > 0 ? [`and ${more} more: see GET /v1/breaches`] : []),
    ].join('\n'),
    attributes: {
      event: 'digest',
      organizationId,
      level: severity,
      alerts: String(ordered.length),
    },
    atMs: nowMs,
  };
}

const minuteOf = (instantMs: number): string =>
  `${new Date(instantMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
