import { auditEntryViewOf, auditRoutes as routes } from '../../contracts/audit.ts';
import { decodeCursor, encodeCursor } from '../../contracts/cursor.ts';
import { invalidField } from '../../contracts/problem.ts';
import type { AuditLog } from '../../tables/audit-log.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** The audit log, newest first. */
export const createHandler = (deps: Edge & { audit: Pick<AuditLog, 'list'> }) =>
  createHttpHandler(deps, [
    endpoint(routes.listAudit, async ({ query, caller }) => {
      const { from, to, limit, cursor } = query;
      if (from !== undefined && to !== undefined && to <= from) {
        throw invalidField('to', 'must be later than from');
      }
      const page = { limit, after: placeOf(cursor) };
      const { entries, next } = await deps.audit.list(caller.organizationId, { from, to }, page);
      return {
        status: 200,
        body: { items: entries.map(auditEntryViewOf), nextCursor: encodeCursor('audit', next) },
      };
    }),
  ]);

/** Where a page ended: a day and a number in it. */
const PLACE = /^\d{4}-\d\d-\d\d#\d{9}$/;

function placeOf(cursor: string | undefined): string | undefined {
  const place = decodeCursor('audit', cursor);
  if (place !== undefined && !PLACE.test(place)) {
    throw invalidField('cursor', 'is not a cursor of this list');
  }
  return place;
}
