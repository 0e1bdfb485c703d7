import { budgetRoutes } from './budgets.ts';
import { healthRoutes } from './health.ts';
import { reservationRoutes } from './reservations.ts';
import type { Route } from './route.ts';
import { usageRoutes } from './usage.ts';

/** Every HTTP route by operation id. */
export const ROUTES: Record<string, Route> = {
  ...reservationRoutes,
  ...budgetRoutes,
  ...usageRoutes,
  ...healthRoutes,
};
