import { healthRoutes as routes } from '../../contracts/health.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

type Check = { name: string; run: () => Promise<unknown> };

/** GET /health and /health/deep; the deep one asks every store behind the API. */
export const createHandler = (deps: Edge & { environment: string; checks: Check[] }) =>
  createHttpHandler(deps, [
    endpoint(routes.getHealth, async () => ({
      status: 200,
      body: { status: 'ok', environment: deps.environment },
    })),

    endpoint(routes.getDeepHealth, async () => {
      const checks = await Promise.all(deps.checks.map(observe));
      const ok = checks.every(({ status }) => status === 'ok');
      return {
        status: ok ? 200 : 503,
        body: { status: ok ? 'ok' : 'unavailable', environment: deps.environment, checks },
      };
    }),
  ]);

async function observe({ name, run }: Check) {
  const started = performance.now();
  const status = await run().then(
    () => 'ok',
    () => 'unavailable',
  );
  return { name, status, latencyMs: Math.round((performance.now() - started) * 10) / 10 };
}
