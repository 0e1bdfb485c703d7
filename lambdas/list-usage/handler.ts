import { decodeCursor, encodeCursor } from '../../contracts/cursor.ts';
import { usageRecordViewOf, usageRecordRoutes as routes } from '../../contracts/usage-records.ts';
import { invalidField } from '../../services/errors.ts';
import { listUsage, MAX_USAGE_RANGE_DAYS } from '../../services/reporting/list-usage.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import type { TokenUsageStore } from '../../tables/token-usage/token-usage.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

type Deps = Edge & { usage: TokenUsageStore; analytics: TokenAnalyticsStore };

const DAY_MS = 86_400_000;

/** Recorded usage, newest first. */
export const createHandler = (deps: Deps) =>
  createHttpHandler(deps, [
    endpoint(routes.listUsage, async ({ query, caller, nowMs }) => {
      const { from, to = nowMs + 1, limit, cursor, ...filter } = query;
      const place = placeOf(cursor, to);
      const fromMs = from ?? place?.fromMs ?? to - DAY_MS;
      const { records, next } = await listUsage(deps, caller.organizationId, {
        filter,
        fromMs,
        toMs: to,
        limit,
        after: place?.after,
      });
      return {
        status: 200,
        body: {
          items: records.map(usageRecordViewOf),
          nextCursor: encodeCursor('usage', next && `${fromMs} ${next}`),
        },
      };
    }),
  ]);

/**
 * The cursor also keeps the start of the range, whose default would otherwise move with the clock.
 */
function placeOf(
  cursor: string | undefined,
  toMs: number,
): { fromMs: number; after: string } | undefined {
  const text = decodeCursor('usage', cursor);
  if (text === undefined) return undefined;
  const [, fromMs, after] = /^(\d{1,15}) (.+)$/su.exec(text) ?? [];
  const isOurs = toMs - Number(fromMs) <= MAX_USAGE_RANGE_DAYS * DAY_MS;
  if (after === undefined || !isOurs) {
    throw invalidField('cursor', 'is not a cursor for this list');
  }
  return { fromMs: Number(fromMs), after };
}
