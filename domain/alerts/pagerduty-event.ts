import type { Alert } from './alert.ts';
import { endsIncident } from './alert-end.ts';
import { shownId } from '../scopes.ts';
import { type Deployment, titleOf } from '../letters/deployment.ts';
import { unlinkedText } from '../unlinked-text.ts';

/** The events URL of every customer. */
export const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue';

const SEVERITIES = { warning: 'warning', critical: 'error', emergency: 'critical' };

const MAX_SUMMARY_CHARACTERS = 1_024;

type Incident = { routingKey: string; incidentId: string; deployment: Deployment };

/**
 * An alert as an event for PagerDuty's Events API v2. It opens an incident; an alert that ends
 * something resolves the incident of its beginning. `incidentId` identifies it, in at most 255
 * characters. People read every text of it, so none contains a link.
 */
export function pagerDutyEventOf(alert: Alert, { routingKey, incidentId, deployment }: Incident) {
  const { environment, region } = deployment;
  const details = Object.entries(alert.attributes).map(([name, text]) => [
    name,
    unlinkedText(text),
  ]);
  return {
    routing_key: routingKey,
    event_action: endsIncident(alert) ? 'resolve' : 'trigger',
    dedup_key: incidentId,
    client: 'Purser',
    payload: {
      summary: unlinkedText(titleOf(alert.subject, deployment)).slice(0, MAX_SUMMARY_CHARACTERS),
      source: unlinkedText(`purser/${environment}/${region}/${alert.organizationId}`),
      severity: alert.kind === 'test' ? 'info' : SEVERITIES[alert.severity],
      timestamp: new Date(alert.atMs).toISOString(),
      component: unlinkedText(`${alert.scope}/${shownId(alert)}`),
      class: alert.kind,
      custom_details: {
        ...Object.fromEntries(details),
        environment,
        region,
        message: unlinkedText(alert.body),
      },
    },
  };
}
