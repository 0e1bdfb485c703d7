import { severityOf } from '../controls/thresholds.ts';
import { type Alert, subjectOf } from './alert.ts';
import { written } from '../letters/letter.ts';
import { minuteText } from './when-text.ts';

const MAX_LISTED = 100;

/**
 * Several alerts of one organization as one, the worst first and equals by time, with the highest
 * severity. A single alert stays unchanged. `dedupKey` identifies several together.
 */
export function digestAlertOf(alerts: readonly Alert[], dedupKey: string, nowMs: number): Alert {
  const ordered = alerts.toSorted(
    (left, right) =>
      severityOf(right.severity) - severityOf(left.severity) || left.atMs - right.atMs,
  );
  const [worst] = ordered;
  if (!worst) throw new Error('a digest of nothing');
  if (ordered.length === 1) return worst;
  const { organizationId, severity } = worst;
  const more = ordered.length - MAX_LISTED;
  return {
    kind: 'digest',
    severity,
    organizationId,
    scope: 'organization',
    scopeId: organizationId,
    dedupKey,
    subject: subjectOf(
      `${ordered.length} alerts for ${organizationId}, the worst: ${worst.subject}`,
    ),
    ...written({
      happened: `${ordered.length} alerts for ${organizationId} were held for this message. The worst come first.`,
      rows: ordered
        .slice(0, MAX_LISTED)
        .map(({ atMs, subject }) => ({ name: minuteText(atMs), value: subject })),
      ...(more > 0 ? { note: [`And ${more} more: see GET /v1/breaches.`] } : {}),
    }),
    attributes: {
      event: 'digest',
      organizationId,
      level: severity,
      alerts: String(ordered.length),
    },
    atMs: nowMs,
  };
}
