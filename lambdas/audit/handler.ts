import { auditEntryViewOf, auditRoutes as routes } from '../../contracts/audit.ts';
import { decodeCursor, encodeCursor } from '../../contracts/cursor.ts';
import { invalidField } from '../../services/errors.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { AuditPosition } from '../../tables/audit-log/pages.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** The audit log, newest first. */
export const createHandler = (deps: Edge & { audit: Pick<AuditLog, 'list'> }) =>
  createHttpHandler(deps, [
    endpoint(routes.listAudit, async ({ query, caller }) => {
      const { limit, cursor, ...filter } = query;
      const { from, to } = filter;
      if (from !== undefined && to !== undefined && to <= from) {
        throw invalidField('to', 'must be later than from');
      }
      const page = { limit, after: positionOf(cursor) };
      const { entries, next } = await deps.audit.list(caller.organizationId, filter, page);
      return {
        status: 200,
        body: {
          items: entries.map(auditEntryViewOf),
          nextCursor: encodeCursor('audit', next?.join()),
        },
      };
    }),
  ]);

/**
 * How far a page has read each chain: a day and a number within it, or nothing for a chain at its
 * end.
 */
const POSITION = /^(\d{4}-\d\d-\d\d#\d{9})?(,(\d{4}-\d\d-\d\d#\d{9})?){7}$/;

function positionOf(cursor: string | undefined): AuditPosition | undefined {
  const position = decodeCursor('audit', cursor);
  if (position !== undefined && !POSITION.test(position)) {
    throw invalidField('cursor', 'is not a cursor for this list');
  }
  return position?.split(',');
}
