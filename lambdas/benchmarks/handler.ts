import {
  benchmarkReportViewOf,
  benchmarkRoutes as routes,
  profileOf,
  profileViewOf,
} from '../../contracts/benchmarks.ts';
import type { BenchmarkManager } from '../../services/advice/compare-benchmarks.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** Compares unit costs with an industry's. */
export const createHandler = (deps: Edge & { manager: BenchmarkManager }) =>
  createHttpHandler(deps, [
    endpoint(routes.compareBenchmarks, async ({ query, caller, nowMs }) => {
      const report = await deps.manager.compare(caller.organizationId, query, nowMs);
      return { status: 200, body: benchmarkReportViewOf(report) };
    }),

    endpoint(routes.putBenchmark, async ({ params, body, call }) => {
      const profile = profileOf(params.industry, body);
      await deps.manager.put(call, profile);
      return { status: 200, body: profileViewOf(profile) };
    }),
  ]);
