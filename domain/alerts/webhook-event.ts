import { shownId } from '../scopes.ts';
import type { Alert } from './alert.ts';

/**
 * An alert as it is posted to a webhook. `deliveryId` stays the same when the post is repeated;
 * `dedupKey` is the same wherever the alert goes.
 */
export const webhookEventOf = (alert: Alert, deliveryId: string) => ({
  id: deliveryId,
  event: alert.kind,
  severity: alert.severity,
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
