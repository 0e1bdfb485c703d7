import type * as z from 'zod';
import { decodeCursor, encodeCursor } from '../../contracts/cursor.ts';
import {
  outcomeViewOf,
  type recommendationsQuery,
  recommendationRoutes as routes,
  recommendationViewOf,
} from '../../contracts/recommendations.ts';
import type { Caller } from '../../domain/access/caller.ts';
import { openSavingOf } from '../../domain/advice/open-saving.ts';
import { formatUsd } from '../../domain/money.ts';
import { isLimited } from '../../domain/access/policy.ts';
import { adviceCsvOf, adviceJsonLinesOf } from '../../domain/advice/advice-row.ts';
import type { RecommendationManager } from '../../services/advice/manage-recommendations.ts';
import { invalidField } from '../../services/errors.ts';
import type { StoredRecommendation } from '../../tables/recommendations.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** Shows advice, records decisions and measures outcomes. */
export const createHandler = (deps: Edge & { manager: RecommendationManager }) =>
  createHttpHandler(deps, [
    endpoint(routes.listRecommendations, async ({ query, caller, nowMs }) => {
      // Rejects a bad cursor before anything is computed or stored.
      const after = decodeCursor('recommendations', query.cursor);
      if (query.format !== 'json') return await datasetOf(deps.manager, caller, query, nowMs);
      const { run, items, leftOut } = await deps.manager.list(caller.organizationId, nowMs);
      const matching = items.filter(isAskedFor({ ...query, state: query.state ?? 'open' }));
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
          netSavingUsdPerMonth: formatUsd(openSavingOf(matching)),
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

type Query = z.output<typeof recommendationsQuery>;

const isAskedFor =
  (query: Pick<Query, 'kind' | 'scope' | 'scopeId' | 'state'>) =>
  ({ kind, scope, state }: StoredRecommendation): boolean =>
    state === (query.state ?? state) &&
    kind === (query.kind ?? kind) &&
    scope.scope === (query.scope ?? scope.scope) &&
    scope.scopeId === (query.scopeId ?? scope.scopeId);

const CSV = 'text/csv; charset=utf-8; header=present';
const JSON_LINES = 'application/jsonl; charset=utf-8';

/** All advice that is asked for, as a file. */
async function datasetOf(
  manager: RecommendationManager,
  { organizationId }: Caller,
  query: Query,
  nowMs: number,
) {
  const rows = await manager.dataset(organizationId, isAskedFor(query), nowMs);
  const isCsv = query.format === 'csv';
  return {
    status: 200 as const,
    text: isCsv ? adviceCsvOf(rows) : adviceJsonLinesOf(rows),
    contentType: isCsv ? CSV : JSON_LINES,
    headers: { 'content-disposition': `attachment; filename="recommendations.${query.format}"` },
  };
}

function positionAfter(ids: readonly string[], after: string | undefined): number {
  if (after === undefined) return 0;
  const position = ids.indexOf(after);
  if (position === -1) throw invalidField('cursor', 'refers to advice that is no longer listed');
  return position + 1;
}
