import { createHash } from 'node:crypto';
import { EVENT_DETAILS, EVENT_VERSION, type EventDetail } from '../../contracts/events.ts';
import type { Deployment } from '../../domain/letters/deployment.ts';
import type { PurserEvent } from '../../domain/events/purser-event.ts';
import { type AlertDeliveryStore, eventDeliveryIdOf } from '../../tables/alert-deliveries.ts';

export type EventDeps = {
  deployment: Deployment;
  bus: { put(detail: EventDetail): Promise<void> };
  deliveries: Pick<AlertDeliveryStore, 'claim' | 'settle'>;
  now: () => number;
};

/**
 * Puts an event on the bus unless it was put before. A run that dies in between puts it again, with
 * the same `id`.
 * @throws Error if the bus does not take it, or another run is about to put it
 */
export async function putEvent(deps: EventDeps, event: PurserEvent): Promise<void> {
  const { deliveries, bus, now } = deps;
  const id = eventDeliveryIdOf(event);
  const claim = await deliveries.claim(id, now());
  if (claim === 'done') return;
  if (claim === 'busy') throw new Error('another run is about to put this event');
  try {
    await bus.put(detailOf(event, deps.deployment));
  } catch (error) {
    await deliveries.settle(id, 'failed', now());
    throw error;
  }
  await deliveries.settle(id, 'sent', now());
}

/** An event as its schema documents it. */
export function detailOf(
  { kind, organizationId, dedupKey, atMs, severity, title, data }: PurserEvent,
  { environment, region }: Deployment,
): EventDetail {
  const id = createHash('sha256')
    .update(JSON.stringify([environment, region, organizationId, dedupKey]))
    .digest('base64url');
  const at = new Date(atMs).toISOString();
  return EVENT_DETAILS[kind].parse({
    version: EVENT_VERSION,
    id,
    kind,
    environment,
    region,
    organizationId,
    at,
    severity,
    title,
    data,
  });
}
