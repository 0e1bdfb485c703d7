import { type Allowance, endOfHour } from '../domain/alerts/allowances.ts';
import { alertDeliveriesTable } from './alert-deliveries.ts';
import type { DynamoDb, UpdateWrite } from './dynamodb.ts';

export type AlertAllowanceStore = ReturnType<typeof createAlertAllowanceStore>;

/** Counts of messages per clock hour, stored next to the deliveries until the following hour. */
export function createAlertAllowanceStore(db: DynamoDb) {
  return {
    /**
     * Uses one of each of an organization's allowances (at most 100) for this hour, all or none.
     * @returns `used`; `full` if one of them is used up; `conflict` if concurrent use left it
     *   undecided
     */
    async use(
      organizationId: string,
      allowances: readonly Allowance[],
      nowMs: number,
    ): Promise<'used' | 'full' | 'conflict'> {
      const hourEndMs = endOfHour(nowMs);
      const writes = allowances.map(({ name, limit }): UpdateWrite => ({
        kind: 'update',
        table: alertDeliveriesTable.name,
        key: { pk: `${organizationId}#allowance`, sk: `${name}#${hourEndMs}` },
        update: 'SET expiresAt = :expires ADD #used :one',
        condition: 'attribute_not_exists(#used) OR #used < :limit',
        names: { '#used': 'used' },
        values: { ':one': 1, ':limit': limit, ':expires': hourEndMs / 1_000 + 3_600 },
      }));
      const [only, ...others] = writes;
      if (only && others.length === 0) return (await db.write(only)).ok ? 'used' : 'full';
      const result = await db.transact(writes);
      if (result.ok) return 'used';
      return result.reasons.some(({ kind }) => kind === 'condition') ? 'full' : 'conflict';
    },

    /** Returns one use of an hour, because nothing was sent and the message will be retried. */
    async giveBack(organizationId: string, { name }: Allowance, usedAtMs: number): Promise<void> {
      await db.write({
        kind: 'update',
        table: alertDeliveriesTable.name,
        key: { pk: `${organizationId}#allowance`, sk: `${name}#${endOfHour(usedAtMs)}` },
        update: 'ADD #used :less',
        condition: '#used > :none',
        names: { '#used': 'used' },
        values: { ':less': -1, ':none': 0 },
      });
    },
  };
}
