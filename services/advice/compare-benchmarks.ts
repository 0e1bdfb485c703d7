import type { Call } from '../../domain/access/caller.ts';
import {
  type Comparison,
  compareUnitCosts,
  type OwnUse,
} from '../../domain/benchmarks/compare-unit-costs.ts';
import { INDUSTRIES, modelledProfile } from '../../domain/benchmarks/modelled-profile.ts';
import { ownUseOf } from '../../domain/benchmarks/own-use.ts';
import type { Profile } from '../../domain/benchmarks/profile.ts';
import type { Aggregate } from '../../domain/reporting/aggregates.ts';
import { segmentsOf } from '../../domain/reporting/report-range.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { BenchmarkStore } from '../../tables/benchmarks.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { notFound } from '../errors.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { lastDays } from './day-samples.ts';

type Deps = {
  benchmarks: BenchmarkStore;
  analytics: Pick<TokenAnalyticsStore, 'getDays' | 'listDay'>;
  audit: Pick<AuditLog, 'change'>;
};

export type BenchmarkReport = {
  source: 'organization' | 'builtin';
  profile: Profile;
  range: { fromMs: number; toMs: number };
  comparisons: Comparison[];
  own: OwnUse;
};

/** The tag that marks the request completing an outcome. */
const OUTCOME_TAG = 'tag:outcome';
const CONCURRENT_READS = 4;

export type BenchmarkManager = ReturnType<typeof createBenchmarkManager>;

/** Compares unit costs with industry profiles, and manages the profiles that organizations set. */
export function createBenchmarkManager({ benchmarks, analytics, audit }: Deps) {
  async function readBy(
    organizationId: string,
    dimension: 'operation' | typeof OUTCOME_TAG,
    days: readonly string[],
  ): Promise<Aggregate[]> {
    const read = await mapConcurrently(days, CONCURRENT_READS, (day) =>
      analytics.listDay({ organizationId, dimension, granularity: 'daily', day }),
    );
    return read.flat();
  }

  return {
    /**
     * Compares the last complete UTC days with the organization's profile, or the built-in one.
     * Reads daily sums only.
     * @throws ServiceError `not-found` for an industry without a profile
     */
    async compare(
      organizationId: string,
      { industry, days: count }: { industry: string; days: number },
      nowMs: number,
    ): Promise<BenchmarkReport> {
      const own = await benchmarks.get(organizationId, industry);
      const profile = own ?? modelledProfile(industry, nowMs);
      if (!profile) {
        throw notFound(
          `Industry ${industry} has no profile. Use ${INDUSTRIES.join(', ')}, or set a profile of your own.`,
        );
      }
      const range = lastDays(count, nowMs);
      const days = segmentsOf(range).map(({ day }) => day);
      const totals = await analytics.getDays(
        { organizationId, dimension: 'organization', value: organizationId },
        days,
      );
      const active = totals.map(({ bucket }) => bucket);
      const [operations, told] = await Promise.all([
        readBy(organizationId, 'operation', active),
        readBy(organizationId, OUTCOME_TAG, active),
      ]);
      const use = ownUseOf(totals, operations, told);
      return {
        source: own ? 'organization' : 'builtin',
        profile,
        range,
        comparisons: compareUnitCosts(profile, use),
        own: use,
      };
    },

    /** Sets the organization's profile for an industry. */
    async put({ organizationId, actor, nowMs }: Call, profile: Profile): Promise<void> {
      await audit.change(async () => {
        const { before, write } = await benchmarks.replacement(organizationId, profile);
        const entry = {
          organizationId,
          actor,
          action: 'benchmark.put',
          target: profile.industry,
          ...(before ? { before: auditFacts(before) } : {}),
          after: auditFacts(profile),
          atMs: nowMs,
        };
        return { entries: [entry], writes: [write] };
      });
    },
  };
}

const auditFacts = ({ title, figures }: Profile) => ({
  title,
  figures: figures.map((figure) => ({ ...figure })),
});
