import { decodeCursor, encodeCursor } from '../../contracts/cursor.ts';
import {
  outcomeViewOf,
  recommendationRoutes as routes,
  recommendationViewOf,
} from '../../contracts/recommendations.ts';
import { isLimited } from '../../domain/access/policy.ts';
import type { RecommendationManager } from '../../services/advice/manage-recommendations.ts';
import { invalidField } from '../../services/errors.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** Shows advice, records decisions and measures outcomes. */
export const createHandler = (deps: Edge & { manager: RecommendationManager }) =>
  createHttpHandler(deps, [
    endpoint(routes.listRecommendations, async ({ query, caller, nowMs }) => {
      // Rejects a bad cursor before anything is computed or stored.
      const after = decodeCursor('recommendations', query.cursor);
      const { run, items, leftOut } = await deps.manager.list(caller.organizationId, nowMs);
      const matching = items.filter(
        ({ kind, scope, state }) =>
          state === query.state &&
          kind === (query.kind ?? kind) &&
          scope.scope === (query.scope ?? scope.scope) &&
          scope.scopeId === (query.scopeId ?? scope.scopeId),
      );
      const from = positionAfter(
        matching.map(({ id }) => id),
        after,
      );
      const page = matching.slice(from, from + query.limit);
      const next = from + page.length < matching.length ? page.at(-1)?.id : undefined;
      return {
        status: 200,
        body: {
          items: page.map(recommendationViewOf),
          nextCursor: encodeCursor('recommendations', next),
          ...(run && {
            reckonedAt: new Date(run.atMs).toISOString(),
            // Contains counts of everyone's requests.
            ...(isLimited(caller)
              ? {}
              : {
                  sample: {
                    requests: run.sampledRequests,
                    allRequests: Number(run.allRequests),
                    days: run.days,
                  },
                }),
          }),
          leftOut,
        },
      };
    }),

    endpoint(routes.acceptRecommendation, async ({ params, call }) => {
      const accepted = await deps.manager.decide(call, params.id, 'accepted');
      return { status: 200, body: recommendationViewOf(accepted) };
    }),

    endpoint(routes.dismissRecommendation, async ({ params, call }) => {
      const dismissed = await deps.manager.decide(call, params.id, 'dismissed');
      return { status: 200, body: recommendationViewOf(dismissed) };
    }),

    endpoint(routes.recommendationOutcome, async ({ params, caller, nowMs }) => {
      const measured = await deps.manager.outcome(caller.organizationId, params.id, nowMs);
      return { status: 200, body: outcomeViewOf(measured) };
    }),
  ]);

function positionAfter(ids: readonly string[], after: string | undefined): number {
  if (after === undefined) return 0;
  const position = ids.indexOf(after);
  if (position === -1) throw invalidField('cursor', 'refers to advice that is no longer listed');
  return position + 1;
}
