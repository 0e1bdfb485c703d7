import { cacheSavingsOf } from '../../domain/advice/cache-saving.ts';
import { type Savings, savingsOf } from '../../domain/advice/savings.ts';
import type { ReportRange } from '../../domain/reporting/report-range.ts';
import type { RecommendationStore } from '../../tables/recommendations.ts';
import { type ReportDeps, reportCosts } from '../reporting/report-costs.ts';
import { measureWith, type OutcomeDeps, readEvidence } from './measure-outcomes.ts';

export type SavingsDeps = OutcomeDeps &
  ReportDeps & { recommendations: Pick<RecommendationStore, 'list'> };

/**
 * Reads what an organization saved in whole hours, and what its open advice would save. Reads
 * recommendations and each day once.
 */
export async function readSavings(
  deps: SavingsDeps,
  organizationId: string,
  range: ReportRange,
  nowMs: number,
): Promise<Savings> {
  const { items } = await deps.recommendations.list(organizationId);
  const request = { organizationId, items, range, nowMs };
  const evidence = await readEvidence(deps, request, range);
  const frame = { organizationId, groupBy: 'organization', granularity: 'total', range } as const;
  const { total } = await reportCosts(deps, frame);
  const caches = cacheSavingsOf(evidence.days, range, evidence.rateAt);
  return savingsOf({
    items,
    measured: await measureWith(deps, { ...request, evidence }),
    // The report's sum also has what answers from the cache saved.
    routing: {
      savedNanoUsd: total.savedNanoUsd - caches.answers.savedNanoUsd,
      lostCacheNanoUsd: total.lostCacheNanoUsd,
    },
    caches,
  });
}
