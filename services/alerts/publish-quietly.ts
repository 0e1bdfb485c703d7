import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import type { AlertPublisher } from './alert-publisher.ts';

/**
 * Sends an alert about a completed action. Logs a failure instead of throwing.
 * @returns whether the queue accepted it
 */
export async function publishQuietly(
  { alerts, telemetry }: { alerts: AlertPublisher; telemetry: Telemetry },
  alert: Alert,
): Promise<boolean> {
  try {
    await alerts.publish(alert);
    return true;
  } catch (error) {
    const { kind, organizationId, scope, scopeId } = alert;
    telemetry.error('ALERT_NOT_SENT', { error, kind, organizationId, scope, scopeId });
    return false;
  }
}
