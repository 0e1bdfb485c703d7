import { violationEventOf } from '../../domain/events/violation-event.ts';
import type { Violation } from '../../domain/ledger/conservation.ts';
import type { AlertDeliveryStore } from '../../tables/alert-deliveries.ts';
import { contentDigest } from '../content-digest.ts';

/** Where events wait until `publish-events` puts them on the bus. */
export type EventOutbox = { outbox: Pick<AlertDeliveryStore, 'addEvent'>; now: () => number };

/** Makes events of what the ledger's check found: one a day, for as long as it stands. */
export async function addViolationEvents(
  { outbox, now }: EventOutbox,
  violations: readonly Violation[],
): Promise<void> {
  const digest = (text: string): string => contentDigest({ text });
  for (const each of violations)
    await outbox.addEvent(violationEventOf(each, now(), digest), now());
}
