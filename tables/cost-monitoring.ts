import type { NanoUsd } from '../domain/money.ts';
import { money, number, text } from './codec/attributes.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item } from './dynamodb.ts';
import { queryAll } from './query-all.ts';
import { secondsAfter } from './time-to-live.ts';

/**
 * What the monitor saw in each run. Access patterns: add a snapshot; the snapshots of all runs on
 * one UTC day; an organization's snapshots for one UTC day; the time up to which everything was
 * watched.
 */
export const costMonitoringTable = defineTable({
  name: 'cost-monitoring',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'at', type: 'S' },
  timeToLiveAttribute: 'expiresAtS',
});

/** Counts of one run for one organization or for all of them. Spend is for the current UTC day. */
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

const counts = {
  atMs: number,
  scopesSeen: number,
  breachesRaised: number,
  alertsSent: number,
  alertsFailed: number,
  spentNanoUsd: money,
  durationMs: number,
};

/** What one run saw of an organization. */
export const organizationSnapshotCodec = itemCodec(
  costMonitoringTable,
  'snapshot of an organization',
  {
    organizationId: text,
    ...counts,
  },
);

/** What one run saw in total. */
export const runSnapshotCodec = itemCodec(costMonitoringTable, 'snapshot of a run', {
  organizationsSeen: number,
  ...counts,
});

/** Start of the last complete run. */
export const watchedUntilCodec = itemCodec(costMonitoringTable, 'watched until', { atMs: number });

export type CostMonitoringStore = ReturnType<typeof createCostMonitoringStore>;

export function createCostMonitoringStore(db: DynamoDb) {
  const put = (owner: string, atMs: number, snapshot: Item, retentionDays: number) =>
    db.write({
      kind: 'put',
      table: costMonitoringTable.name,
      item: {
        ...snapshot,
        pk: partitionOf(owner, atMs),
        at: new Date(atMs).toISOString(),
        expiresAtS: secondsAfter(atMs, retentionDays),
      },
    });

  const list = (pk: string): Promise<Item[]> =>
    queryAll(db, {
      table: costMonitoringTable.name,
      condition: 'pk = :pk',
      values: { ':pk': pk },
    });

  return {
    async addOrganization(snapshot: OrganizationSnapshot, retentionDays: number): Promise<void> {
      const { organizationId, atMs } = snapshot;
      const item = organizationSnapshotCodec.encode(snapshot);
      await put(organizationId, atMs, item, retentionDays);
    },

    async addRun(snapshot: RunSnapshot, retentionDays: number): Promise<void> {
      const item = runSnapshotCodec.encode(snapshot);
      await put(ALL_ORGANIZATIONS, snapshot.atMs, item, retentionDays);
    },

    /** Start of the last complete run, epoch ms; `undefined` before the first. */
    async readWatchedUntil(): Promise<number | undefined> {
      const item = await db.get({ table: costMonitoringTable.name, key: WATCHED_UNTIL });
      return item && watchedUntilCodec.decode(item).atMs;
    },

    /** Records that the run that started at `atMs` was complete. */
    async setWatchedUntil(atMs: number): Promise<void> {
      await db.write({
        kind: 'put',
        table: costMonitoringTable.name,
        item: { ...WATCHED_UNTIL, ...watchedUntilCodec.encode({ atMs }) },
      });
    },

    /** An organization's snapshots for one UTC day (`2026-11-21`), oldest first. */
    async listOrganizationDay(
      organizationId: string,
      day: string,
    ): Promise<OrganizationSnapshot[]> {
      const items = await list(`${organizationId}#${day}`);
      return items.map((item) => organizationSnapshotCodec.decode(item));
    },

    /** Snapshots of all runs of one UTC day, oldest first. */
    async listRuns(day: string): Promise<RunSnapshot[]> {
      const items = await list(`${ALL_ORGANIZATIONS}#${day}`);
      return items.map((item) => runSnapshotCodec.decode(item));
    },
  };
}

const partitionOf = (owner: string, atMs: number): string =>
  `${owner}#${new Date(atMs).toISOString().slice(0, 10)}`;
