import {
  measurementsOf,
  metricsViewOf,
  performanceRoutes as routes,
} from '../../contracts/performance.ts';
import { DEFAULT_NAMING, idUnder } from '../../domain/naming/naming.ts';
import type { MetricKeeper } from '../../services/performance/metric-keeper.ts';
import { readMetrics } from '../../services/performance/read-metrics.ts';
import type { PerformanceMetricsStore } from '../../tables/performance-metrics.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

type Deps = Edge & { keeper: MetricKeeper; metrics: PerformanceMetricsStore };

/** Takes what calls of systems measured, and tells it in percentiles. */
export const createHandler = (deps: Deps) =>
  createHttpHandler(deps, [
    endpoint(routes.trackMetrics, async ({ body, call, idempotencyKey }) => {
      const { organizationId, actor, nowMs } = call;
      await deps.keeper.report({
        organizationId,
        actor,
        system: body.system,
        measurements: measurementsOf(body, nowMs),
        reportId: idempotencyKey,
        nowMs,
      });
      return { status: 200, body: { accepted: body.measurements.length } };
    }),

    endpoint(routes.getMetrics, async ({ query, caller, nowMs }) => {
      const { system } = query;
      const named = system && idUnder(caller.naming ?? DEFAULT_NAMING, system);
      const range = { ...query, system: named };
      const metrics = await readMetrics(deps, caller.organizationId, range, nowMs);
      return { status: 200, body: metricsViewOf(metrics) };
    }),
  ]);
