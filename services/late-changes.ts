import type { Posting } from '../domain/ledger/posting.ts';
import { dayOf, hourOf } from '../domain/reporting/aggregates.ts';
import type { AnalyticsCacheStore, Sums } from '../tables/analytics-cache.ts';

/**
 * Tells the analytics cache which organizations' past days or hours these postings changed, after
 * they are added. Repeating this invalidates more answers than needed, never fewer.
 */
export async function tellLateChanges(
  cache: Pick<AnalyticsCacheStore, 'countLateChange'>,
  postings: readonly Posting[],
  nowMs: number,
): Promise<void> {
  const byOrganization = Map.groupBy(postings, ({ organizationId }) => organizationId);
  for (const [organizationId, group] of byOrganization) {
    const isLate = (bucketOf: (instantMs: number) => string): boolean =>
      group.some(({ occurredAtMs }) => bucketOf(occurredAtMs) < bucketOf(nowMs));
    const sums: Sums[] = [
      ...(isLate(dayOf) ? (['days'] as const) : []),
      ...(isLate(hourOf) ? (['hours'] as const) : []),
    ];
    if (sums.length > 0) await cache.countLateChange(organizationId, sums);
  }
}
