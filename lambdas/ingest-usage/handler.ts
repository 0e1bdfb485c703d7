import { usageRoutes as routes } from '../../contracts/usage.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';
import { recordEvents, type RecordEventsDeps } from '../edge/record-events.ts';

/** POST /v1/usage. */
export const createHandler = (deps: Edge & RecordEventsDeps) =>
  createHttpHandler(deps, [
    endpoint(routes.ingestUsage, async ({ body, call }) => ({
      status: 200,
      body: await recordEvents(deps, call, body.events),
    })),
  ]);
