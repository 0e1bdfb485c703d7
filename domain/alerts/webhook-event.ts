import { shownId } from '../scopes.ts';
import type { Alert } from './alert.ts';
import type { Deployment } from '../letters/deployment.ts';

/**
 * The body posted to a webhook. Retries use the same `deliveryId`; `dedupKey` is the same for all
 * recipients of one deployment.
 */
export const webhookEventOf = (alert: Alert, deliveryId: string, deployment: Deployment) => ({
  id: deliveryId,
  event: alert.kind,
  severity: alert.severity,
  environment: deployment.environment,
  region: deployment.region,
  organizationId: alert.organizationId,
  scope: alert.scope,
  scopeId: shownId(alert),
  dedupKey: alert.dedupKey,
  ...(alert.incidentKey === undefined ? {} : { incidentKey: alert.incidentKey }),
  subject: alert.subject,
  message: alert.body,
  attributes: alert.attributes,
  at: new Date(alert.atMs).toISOString(),
});
