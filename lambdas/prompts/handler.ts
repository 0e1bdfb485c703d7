import { optimizedViewOf, promptRoutes as routes } from '../../contracts/prompts.ts';
import { optimizePrompt } from '../../services/prompts/optimize-prompt.ts';
import type { PriceDeps } from '../../services/prompts/price-of-model.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** Makes prompts shorter. */
export const createHandler = (deps: Edge & PriceDeps) =>
  createHttpHandler(deps, [
    endpoint(routes.optimizePrompt, async ({ body, call }) => ({
      status: 200,
      body: optimizedViewOf(await optimizePrompt(deps, call, body)),
    })),
  ]);
