import * as z from 'zod';
import type { ChainedEntry } from '../domain/audit/audit-entry.ts';
import { instantText, isInRange, pageCursor, pageLimit } from './fields.ts';
import { defineRoute } from './route.ts';

const day = z.iso
  .date('must be a date such as 2026-11-21')
  .refine((text) => isInRange(Date.parse(text)), 'must lie between the years 1970 and 9999')
  .meta({ example: '2026-11-21' });

const filter = (description: string, example: string) =>
  z.string().min(1).max(400).optional().meta({ description, example });

export const auditQuery = z.strictObject({
  from: day.optional().meta({ description: 'First UTC day. Default: the first one in the log' }),
  to: day
    .optional()
    .meta({ description: 'Exclusive; for a single day, send the next one. Default: none' }),
  actor: filter('Only changes by this actor', 'key-1'),
  action: filter('Only changes of this kind', 'budget.put'),
  target: filter('Only changes of this target', 'user/ada/daily'),
  limit: pageLimit,
  cursor: pageCursor,
});

export const auditEntryView = z
  .object({
    at: instantText,
    actor: z.string().meta({ description: 'Id of the API key, or subject of the token' }),
    action: z.string().meta({ example: 'budget.put' }),
    target: z.string().meta({ example: 'user/ada/daily' }),
    before: z.unknown().optional(),
    after: z.unknown().optional(),
    chain: z.int().meta({ description: "The organization's chain that holds it, from 0" }),
    day: z.string().meta({ description: 'UTC day it is filed under' }),
    sequence: z.int().meta({ description: 'Its number in that day of its chain, from 1' }),
    sha256: z.string().meta({ description: 'Hash of all its fields and of the previous hash' }),
    previousSha256: z.string().meta({ description: 'Hash of the previous entry in its chain' }),
    seen: z
      .array(z.object({ chain: z.int(), day: z.string(), sequence: z.int(), sha256: z.string() }))
      .meta({ description: 'Last entries of the other chains when it was written' }),
  })
  .meta({ id: 'AuditEntry' });

export const auditRoutes = {
  listAudit: defineRoute({
    method: 'GET',
    path: '/v1/audit',
    summary: 'Who changed what, newest first; each entry links to the previous one',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    query: auditQuery,
    responses: {
      200: {
        description:
          'A page of entries. With a filter it may have fewer than `limit`, or none, even if `nextCursor` continues',
        schema: z.object({ items: z.array(auditEntryView), nextCursor: z.string().optional() }),
      },
    },
  }),
};

/** The API's view of an audit entry. */
export const auditEntryViewOf = (entry: ChainedEntry): z.output<typeof auditEntryView> => ({
  at: new Date(entry.atMs).toISOString(),
  actor: entry.actor,
  action: entry.action,
  target: entry.target,
  ...(entry.before === undefined ? {} : { before: shown(entry.before) }),
  ...(entry.after === undefined ? {} : { after: shown(entry.after) }),
  chain: entry.chain,
  day: entry.day,
  sequence: entry.sequence,
  sha256: entry.hash,
  previousSha256: entry.previousHash,
  seen: entry.seen.map(({ hash, ...place }) => ({ ...place, sha256: hash })),
});

/** Stored integers are exact, but JSON numbers are not beyond 2^53, so show those as text. */
function shown(value: unknown): unknown {
  const asJson = (_: string, part: unknown): unknown => {
    if (typeof part !== 'bigint') return part;
    return Number.isSafeInteger(Number(part)) ? Number(part) : part.toString();
  };
  return JSON.parse(JSON.stringify(value, asJson));
}
