import type { Alert } from '../../domain/alerts/alert.ts';
import type { AlertPublisher } from '../../services/alerts/alert-publisher.ts';

/** Notifies nobody and records the alerts. */
export function silentAlerts(): AlertPublisher & { told: Alert[] } {
  const told: Alert[] = [];
  return { told, publish: (alert) => Promise.resolve(void told.push(alert)) };
}
