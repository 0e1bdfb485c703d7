import {
  intervalOf,
  type IntervalSummary,
  mergedSummary,
  type Start,
  STARTS,
  type Summary,
} from '../../domain/performance/measurement.ts';
import {
  METRICS_KEPT_DAYS,
  type PerformanceMetricsStore,
} from '../../tables/performance-metrics.ts';
import { invalidField } from '../errors.ts';
import { mapConcurrently } from '../map-concurrently.ts';

/** What a system's calls measured: all of them, and apart by kind of start. */
export type SystemMetrics = {
  system: string;
  all: Summary;
  byStart: { start: Start; summary: Summary }[];
};

export type Metrics = { fromMs: number; toMs: number; systems: SystemMetrics[] };

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** A question about all systems reads up to a hundred of them. */
const MOST_HOURS_OF_ALL = 6;
const READS_AT_ONCE = 8;

/**
 * What systems measured between two instants, widened to whole intervals of five minutes.
 * @param to default: now
 * @param from default: an hour before
 * @throws ServiceError `invalid-request` if the range is empty or too long
 */
export async function readMetrics(
  { metrics }: { metrics: Pick<PerformanceMetricsStore, 'read' | 'systems'> },
  organizationId: string,
  query: { system?: string | undefined; from?: number | undefined; to?: number | undefined },
  nowMs: number,
): Promise<Metrics> {
  const toMs = query.to ?? nowMs;
  const fromMs = query.from ?? toMs - HOUR_MS;
  requireRange({ fromMs, toMs, system: query.system });
  const names = query.system === undefined ? await metrics.systems(organizationId) : [query.system];
  const read = await mapConcurrently(names, READS_AT_ONCE, async (system) =>
    metricsOf(system, await metrics.read({ organizationId, system, fromMs, toMs })),
  );
  const systems = read.filter(({ all }) => all.calls > 0);
  return { fromMs: intervalOf(fromMs), toMs, systems };
}

function metricsOf(system: string, summaries: readonly IntervalSummary[]): SystemMetrics {
  const byStart = STARTS.flatMap((start) => {
    const parts = summaries.filter((summary) => summary.start === start);
    return parts.length === 0 ? [] : [{ start, summary: mergedSummary(parts) }];
  });
  return { system, all: mergedSummary(summaries), byStart };
}

function requireRange(range: { fromMs: number; toMs: number; system: string | undefined }): void {
  const { fromMs, toMs, system } = range;
  if (toMs <= fromMs) throw invalidField('to', 'must be after from');
  if (toMs - fromMs > METRICS_KEPT_DAYS * DAY_MS) {
    throw invalidField('from', `must be at most ${METRICS_KEPT_DAYS} days before to`);
  }
  if (system === undefined && toMs - fromMs > MOST_HOURS_OF_ALL * HOUR_MS) {
    const message = `must be at most ${MOST_HOURS_OF_ALL} hours before to; name a system for more`;
    throw invalidField('from', message);
  }
}
