import { healthRoutes as routes } from '../../contracts/health.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

type Check = { name: string; run: () => Promise<unknown> };

type Observation = { name: string; status: 'ok' | 'unavailable'; latencyMs: number };

/** How long a good result is reused, because anyone may ask and the check writes to the store. */
const GOOD_FOR_MS = 5_000;

/** GET /health and /health/deep. The deep check queries every store behind the API. */
export function createHandler(deps: Edge & { environment: string; checks: Check[] }) {
  let good: { checks: Observation[]; untilMs: number } | undefined;

  async function observed(nowMs: number): Promise<Observation[]> {
    if (good && good.untilMs > nowMs) return good.checks;
    const checks = await Promise.all(deps.checks.map(observe));
    good = checks.every(isOk) ? { checks, untilMs: nowMs + GOOD_FOR_MS } : undefined;
    return checks;
  }

  return createHttpHandler(deps, [
    endpoint(routes.getHealth, async () => ({
      status: 200,
      body: { status: 'ok' as const, environment: deps.environment },
    })),

    endpoint(routes.getDeepHealth, async ({ nowMs }) => {
      const checks = await observed(nowMs);
      const { environment } = deps;
      return checks.every(isOk)
        ? { status: 200, body: { status: 'ok' as const, environment, checks } }
        : { status: 503, body: { status: 'unavailable' as const, environment, checks } };
    }),
  ]);
}

const isOk = ({ status }: Observation): boolean => status === 'ok';

async function observe({ name, run }: Check): Promise<Observation> {
  const started = performance.now();
  const status = await run().then(
    () => 'ok' as const,
    () => 'unavailable' as const,
  );
  return { name, status, latencyMs: Math.round((performance.now() - started) * 10) / 10 };
}
