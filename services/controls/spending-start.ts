import type { OrganizationCall } from '../../domain/access/caller.ts';
import { dayOf, startOfBucket } from '../../domain/reporting/aggregates.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';

type Deps = { analytics: Pick<TokenAnalyticsStore, 'getDays' | 'listHours'> };

const DAY_MS = 86_400_000;
/** A scope that spent nothing for so long begins again. */
const IDLE_DAYS = 31;

/**
 * The start of the hour in which a scope began to spend. Epoch ms.
 * @param fromMs what happened earlier does not matter
 * @returns `undefined` if it already spent in the month before `fromMs`, or if nothing tells
 */
export async function spendingStart(
  { analytics }: Deps,
  { organizationId, nowMs }: OrganizationCall,
  { scope, scopeId }: ScopeRef,
  fromMs: number,
): Promise<number | undefined> {
  // Sums do not tell which forms of a model there are.
  if (scope === 'model') return undefined;
  const subject = { organizationId, dimension: scope, value: scopeId };
  const days: string[] = [];
  for (let dayMs = fromMs - IDLE_DAYS * DAY_MS; dayMs < nowMs + DAY_MS; dayMs += DAY_MS) {
    days.push(dayOf(dayMs));
  }
  const sums = await analytics.getDays(subject, days);
  const [first] = sums.map(({ bucket }) => bucket).toSorted();
  if (first === undefined || first < dayOf(fromMs)) return undefined;
  const hours = await analytics.listHours(subject, first);
  const starts = hours.map(({ bucket }) => startOfBucket(bucket));
  return starts.length === 0 ? startOfBucket(first) : Math.min(...starts);
}
