import { type Allowance, endOfHour } from '../domain/alerts/allowances.ts';
import { alertDeliveriesTable } from './alert-deliveries.ts';
import type { DynamoDb, UpdateWrite } from './dynamodb.ts';

export type AlertAllowanceStore = ReturnType<typeof createAlertAllowanceStore>;

/** Counts of messages per hour of the clock, kept beside the deliveries until the hour after. */
export function createAlertAllowanceStore(db: DynamoDb) {
  return {
    /**
     * Uses one of each of at most 100 allowances of an organization in this hour, all or none.
     * @returns `used`; `full`, when one of them has nothing left; `conflict`, when others used them
     *   at the same time and nothing was decided
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

    /** Takes back one use of an hour: nothing was sent, and it will be tried again. */
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
