import { type Period, PERIODS } from '../../domain/periods.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import { number, text, words } from '../codec/attributes.ts';
import { itemCodec } from '../codec/item-codec.ts';
import { anyScope } from '../codec/scope.ts';
import type { DynamoDb, TransactionWrite } from '../dynamodb.ts';
import { ledgerTable } from './table.ts';

/** A budget whose limit changes on its own at a time. */
export type DueChange = ScopeRef & { organizationId: string; period: Period; dueMs: number };

const PARTITION = 'due';

/** Reminders, in one partition in order of time: an override that ends, a period that rolls over. */
export const dueCodec = itemCodec(ledgerTable, 'due change', {
  organizationId: text,
  scope: anyScope,
  scopeId: text,
  period: words(PERIODS),
  dueMs: number,
});

const timeText = (atMs: number): string => new Date(atMs).toISOString();

const keyOf = ({ organizationId, scope, scopeId, period, dueMs }: DueChange) => ({
  pk: PARTITION,
  sk: [timeText(dueMs), organizationId, scope, scopeId, period].join('#'),
});

/** Writes a reminder, along with the change that makes it necessary. */
export const dueWrite = (due: DueChange): TransactionWrite => ({
  kind: 'put',
  table: ledgerTable.name,
  item: { ...keyOf(due), ...dueCodec.encode(due) },
});

export type DueStore = ReturnType<typeof createDueStore>;

/** What the sweeper has to do to budgets, oldest first. */
export function createDueStore(db: DynamoDb) {
  return {
    async list(nowMs: number, limit: number): Promise<DueChange[]> {
      const { items } = await db.query({
        table: ledgerTable.name,
        condition: 'pk = :pk AND sk < :until',
        values: { ':pk': PARTITION, ':until': `${timeText(nowMs)}~` },
        limit,
        consistent: true,
      });
      return items.map((item) => dueCodec.decode(item));
    },

    async remove(due: DueChange): Promise<void> {
      await db.write({ kind: 'delete', table: ledgerTable.name, key: keyOf(due) });
    },
  };
}
