import { healthRoutes as routes } from '../../contracts/health.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** GET /openapi.json: the document made from the contracts at build time. */
export const createHandler = (deps: Edge & { document: unknown }) => {
  const text = JSON.stringify(deps.document);
  return createHttpHandler(deps, [
    endpoint(routes.getOpenApi, async () => ({
      status: 200,
      text,
      contentType: 'application/json',
      headers: { 'cache-control': 'public, max-age=300' },
    })),
  ]);
};
