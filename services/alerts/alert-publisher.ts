import type { Alert } from '../../domain/alerts/alert.ts';

/** Sends an alert on its way; throws when it was not taken. */
export type AlertPublisher = { publish(alert: Alert): Promise<void> };
