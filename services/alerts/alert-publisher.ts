import type { Alert } from '../../domain/alerts/alert.ts';

/** Queues an alert. Throws if the queue does not accept it. */
export type AlertPublisher = { publish(alert: Alert): Promise<void> };
