import { budgetEventOf } from '../../domain/events/budget-event.ts';
import { WAKING_ACTIONS } from '../../domain/events/job-waking.ts';
import { jobEventOf } from '../../domain/events/job-event.ts';
import type { PurserEvent } from '../../domain/events/purser-event.ts';
import { pendingEventIn } from '../../tables/alert-deliveries.ts';
import { parseEntry } from '../../tables/audit-log/items.ts';
import type { Item } from '../../tables/dynamodb.ts';
import { jobCodec } from '../../tables/jobs/jobs.ts';

/**
 * The event in a new item of the streams: one that waits, the change of a budget in the
 * audit log, or the end of a job.
 * @throws Error if the item is damaged
 */
export function eventOfItem(item: Item | undefined): PurserEvent | undefined {
  if (!item) return undefined;
  if (item['jobId'] !== undefined) return jobEventOf(jobCodec.decode(item));
  if (item['action'] === undefined) return pendingEventIn(item);
  return budgetEventOf(parseEntry(item));
}

/** The organization whose jobs may start after an entry of the audit log. */
export function wokenBy(item: Item | undefined): string | undefined {
  const isWaking = WAKING_ACTIONS.some((action) => action === item?.['action']);
  return isWaking ? String(item?.['organizationId']) : undefined;
}
