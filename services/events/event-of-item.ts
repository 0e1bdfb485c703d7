import { budgetEventOf } from '../../domain/events/budget-event.ts';
import type { PurserEvent } from '../../domain/events/purser-event.ts';
import { pendingEventIn } from '../../tables/alert-deliveries.ts';
import { parseEntry } from '../../tables/audit-log/items.ts';
import type { Item } from '../../tables/dynamodb.ts';

/**
 * The event in a new item of the streams: one that waits, or the change of a budget in the audit log.
 * @throws Error if the item is damaged
 */
export function eventOfItem(item: Item | undefined): PurserEvent | undefined {
  if (!item) return undefined;
  if (item['action'] === undefined) return pendingEventIn(item);
  return budgetEventOf(parseEntry(item));
}
