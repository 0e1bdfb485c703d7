import { createHash } from 'node:crypto';
import { defineTable } from './definition.ts';
import type { Attribute, DynamoDb } from './dynamodb.ts';

/**
 * Who changed what, append-only: functions may put but neither update nor delete. Access patterns:
 * the entries of one organization and day in order of time.
 */
export const auditLogTable = defineTable({
  name: 'audit-log',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
});

export type AuditEntry = {
  organizationId: string;
  /** Who: the id of the API key or the subject of the token. */
  actor: string;
  /** What, as `noun.verb`: `budget.put`. */
  action: string;
  /** On what: `user/ada/daily`. */
  target: string;
  before?: Attribute;
  after?: Attribute;
  atMs: number;
};

export type AuditLog = ReturnType<typeof createAuditLog>;

export function createAuditLog(db: DynamoDb) {
  return {
    /** Appends an entry; repeating the same entry changes nothing. */
    async record(entry: AuditEntry): Promise<void> {
      const at = new Date(entry.atMs).toISOString();
      const digest = createHash('sha256')
        .update(JSON.stringify([entry.actor, entry.action, entry.target, text(entry.after)]))
        .digest('hex');
      await db.write({
        kind: 'put',
        table: auditLogTable.name,
        item: {
          ...entry,
          pk: `${entry.organizationId}#${at.slice(0, 10)}`,
          sk: `${at}#${digest.slice(0, 16)}`,
        },
        condition: 'attribute_not_exists(pk)',
      });
    },

    /** The entries of one organization and UTC day (`2026-11-21`), oldest first. */
    async listDay(organizationId: string, day: string): Promise<AuditEntry[]> {
      const { items } = await db.query({
        table: auditLogTable.name,
        condition: 'pk = :pk',
        values: { ':pk': `${organizationId}#${day}` },
      });
      return items.map((item) => ({ ...item, atMs: Number(item['atMs']) }) as AuditEntry);
    },
  };
}

const text = (value: Attribute | undefined): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part)) ?? '';
