import type { Alert } from '../../domain/alerts/alert.ts';
import type { AlertPublisher } from '../../services/alerts/alert-publisher.ts';

/** Tells nobody, and remembers what it was to tell. */
export function silentAlerts(): AlertPublisher & { told: Alert[] } {
  const told: Alert[] = [];
  return { told, publish: (alert) => Promise.resolve(void told.push(alert)) };
}
