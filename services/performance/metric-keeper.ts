import { createHash } from 'node:crypto';
import type { Telemetry } from '../../contracts/telemetry.ts';
import { type Measurement, summariesOf } from '../../domain/performance/measurement.ts';
import {
  METRICS_KEPT_DAYS,
  MOST_SYSTEMS,
  type PerformanceMetricsStore,
} from '../../tables/performance-metrics.ts';
import { invalidField } from '../errors.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { createMemory } from '../memory.ts';
import { type RetryDeps, withRetries } from '../retry-conflicts.ts';

type Store = Pick<PerformanceMetricsStore, 'add' | 'addOnce' | 'admit'>;
type Deps = RetryDeps & { metrics: Store; telemetry: Telemetry; now: () => number };

/** One report of a caller. `reportId` makes it count once. */
export type MetricReport = {
  organizationId: string;
  actor: string;
  system: string;
  measurements: readonly Omit<Measurement, 'system'>[];
  reportId: string | undefined;
  nowMs: number;
};

export type MetricKeeper = ReturnType<typeof createMetricKeeper>;

const WRITES_AT_ONCE = 8;
const SYSTEMS_REMEMBERED = 10_000;
const DAY_MS = 86_400_000;
const FUTURE_MS = 600_000;

/** Keeps what calls measured. It remembers whose systems are taken in, so most need no write. */
export function createMetricKeeper(deps: Deps) {
  const admitted = createMemory<true>({ most: SYSTEMS_REMEMBERED, now: deps.now });

  async function isAdmitted(organizationId: string, system: string): Promise<boolean> {
    const name = JSON.stringify([organizationId, system]);
    if (admitted.get(name)) return true;
    if (!(await deps.metrics.admit(organizationId, system))) return false;
    admitted.set(name, true);
    return true;
  }

  return {
    /**
     * Keeps a report.
     * @throws ServiceError `invalid-request` if a time or one more system cannot be kept
     */
    async report(report: MetricReport): Promise<void> {
      const { organizationId, system, reportId } = report;
      requireTimes(report);
      if (!(await isAdmitted(organizationId, system))) {
        const message = `is one more than the ${MOST_SYSTEMS} systems that metrics are kept of. Report it under one of them`;
        throw invalidField('system', message);
      }
      const measurements = report.measurements.map((one) => ({ ...one, system }));
      const summaries = summariesOf(measurements);
      if (reportId === undefined) return addAll(deps, organizationId, summaries);
      const mark = digestOf([report.actor, system, reportId]);
      await withRetries(deps, () =>
        deps.metrics.addOnce(organizationId, summaries, { mark, atMs: report.nowMs }),
      );
    },

    /**
     * Keeps what settled calls measured, of any organizations. A failure costs measurements, never
     * the caller's work: it is logged.
     */
    async keep(
      calls: readonly { organizationId: string; measurement: Measurement }[],
    ): Promise<void> {
      const oldestMs = deps.now() - METRICS_KEPT_DAYS * DAY_MS;
      const current = calls.filter(({ measurement }) => measurement.atMs >= oldestMs);
      for (const [organizationId, part] of Map.groupBy(current, (call) => call.organizationId)) {
        try {
          const bySystem = Map.groupBy(part, ({ measurement }) => measurement.system);
          const systems = await mapConcurrently([...bySystem], WRITES_AT_ONCE, async (entry) =>
            (await isAdmitted(organizationId, entry[0])) ? entry[1] : [],
          );
          const measurements = systems.flat().map(({ measurement }) => measurement);
          await addAll(deps, organizationId, summariesOf(measurements));
        } catch (error) {
          deps.telemetry.error('METRICS_NOT_KEPT', { error, organizationId, count: part.length });
        }
      }
    },
  };
}

function requireTimes({ measurements, nowMs }: MetricReport): void {
  for (const [at, { atMs }] of measurements.entries()) {
    const field = `measurements[${at}].at`;
    if (atMs > nowMs + FUTURE_MS) throw invalidField(field, 'is in the future');
    if (atMs < nowMs - METRICS_KEPT_DAYS * DAY_MS) {
      throw invalidField(field, `is more than ${METRICS_KEPT_DAYS} days ago`);
    }
  }
}

async function addAll(
  { metrics }: Deps,
  organizationId: string,
  summaries: ReturnType<typeof summariesOf>,
): Promise<void> {
  await mapConcurrently(summaries, WRITES_AT_ONCE, (summary) =>
    metrics.add(organizationId, summary),
  );
}

const digestOf = (parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
