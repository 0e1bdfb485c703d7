import type { NanoUsd } from '../domain/money.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item } from './dynamodb.ts';

/**
 * What the monitor saw at each run. Access patterns: add a snapshot; the snapshots of the runs of one
 * UTC day; those of one organization in one UTC day; until when everything was watched.
 */
export const costMonitoringTable = defineTable({
  name: 'cost-monitoring',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'at', type: 'S' },
  timeToLiveAttribute: 'expiresAtS',
});

/** Counts of one run over one organization, or over all of them. Spend is of the current UTC day. */
export type MonitoringSnapshot = {
  atMs: number;
  scopesSeen: number;
  breachesRaised: number;
  alertsSent: number;
  alertsFailed: number;
  spentNanoUsd: NanoUsd;
  durationMs: number;
};
export type OrganizationSnapshot = MonitoringSnapshot & { organizationId: string };
export type RunSnapshot = MonitoringSnapshot & { organizationsSeen: number };

const ALL_ORGANIZATIONS = '*';
const WATCHED_UNTIL = { pk: '*#watched', at: 'until' };

export type CostMonitoringStore = ReturnType<typeof createCostMonitoringStore>;

export function createCostMonitoringStore(db: DynamoDb) {
  const put = (owner: string, snapshot: MonitoringSnapshot, retentionDays: number) =>
    db.write({
      kind: 'put',
      table: costMonitoringTable.name,
      item: {
        ...snapshot,
        pk: partitionOf(owner, snapshot.atMs),
        at: new Date(snapshot.atMs).toISOString(),
        expiresAtS: Math.floor(snapshot.atMs / 1_000) + retentionDays * 86_400,
      },
    });

  async function list(pk: string): Promise<Item[]> {
    const { items } = await db.query({
      table: costMonitoringTable.name,
      condition: 'pk = :pk',
      values: { ':pk': pk },
    });
    return items;
  }

  return {
    /** Adds what one run saw of one organization. */
    async addOrganization(snapshot: OrganizationSnapshot, retentionDays: number): Promise<void> {
      await put(snapshot.organizationId, snapshot, retentionDays);
    },

    /** Adds what one run saw altogether. */
    async addRun(snapshot: RunSnapshot, retentionDays: number): Promise<void> {
      await put(ALL_ORGANIZATIONS, snapshot, retentionDays);
    },

    /** When the last run started that saw everything; `undefined` before the first. Epoch ms. */
    async readWatchedUntil(): Promise<number | undefined> {
      const item = await db.get({ table: costMonitoringTable.name, key: WATCHED_UNTIL });
      return item && Number(item['atMs']);
    },

    /** Notes that a run which started at `atMs` saw everything. */
    async setWatchedUntil(atMs: number): Promise<void> {
      await db.write({
        kind: 'put',
        table: costMonitoringTable.name,
        item: { ...WATCHED_UNTIL, atMs },
      });
    },

    /** Snapshots of one organization in one UTC day (`2026-11-21`), oldest first. */
    async listOrganizationDay(
      organizationId: string,
      day: string,
    ): Promise<OrganizationSnapshot[]> {
      const items = await list(`${organizationId}#${day}`);
      return items.map((item) => ({ organizationId, ...parse(item) }));
    },

    /** Snapshots of all runs of one UTC day, oldest first. */
    async listRuns(day: string): Promise<RunSnapshot[]> {
      const items = await list(`${ALL_ORGANIZATIONS}#${day}`);
      return items.map((item) => ({
        organizationsSeen: Number(item['organizationsSeen']),
        ...parse(item),
      }));
    },
  };
}

const partitionOf = (owner: string, atMs: number): string =>
  `${owner}#${new Date(atMs).toISOString().slice(0, 10)}`;

const parse = (item: Item): MonitoringSnapshot => ({
  atMs: Number(item['atMs']),
  scopesSeen: Number(item['scopesSeen']),
  breachesRaised: Number(item['breachesRaised']),
  alertsSent: Number(item['alertsSent']),
  alertsFailed: Number(item['alertsFailed']),
  spentNanoUsd: item['spentNanoUsd'] as bigint,
  durationMs: Number(item['durationMs']),
});
