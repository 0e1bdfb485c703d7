import { stores } from '../../../composition/stores.ts';
import { randomUUID } from 'node:crypto';
import { createLocalTables } from '../../../aws/local-tables.ts';
import { monitorServices } from '../../../composition/controls.ts';
import { SILENT } from '../../../composition/world.ts';
import type { Posting } from '../../../domain/ledger/posting.ts';
import { dayOf } from '../../../domain/reporting/aggregates.ts';
import { NO_TOKENS } from '../../../domain/token-usage.ts';
import { mapConcurrently } from '../../../services/map-concurrently.ts';
import { watchCosts } from '../../../services/controls/watch-costs.ts';
import { TABLE_DEFINITIONS } from '../../../tables/definitions.ts';
import type { DynamoDb } from '../../../tables/dynamodb.ts';

export type MonitorRun = {
  changed: number;
  reviewed: number;
  readUnits: number;
  /** The cost of reading every sum of the day, with its thresholds, instead. */
  wholeReadUnits: number;
};

const ORGANIZATIONS = 20;
const SHARES = [0, 0.001, 0.01, 0.1];
const HOUR_MS = 3_600_000;
const QUARTER_MS = 900_000;
const COST_NANO_USD = 1_000_000n;

/**
 * Seeds morning spend for users of twenty organizations, lets some of them spend again before each
 * run of the monitor, and counts each run's read units.
 */
export async function measureMonitor(
  endpoint: string,
  scopes: number,
  onProgress: (done: number, note: string) => void,
): Promise<MonitorRun[]> {
  const used = { readUnits: 0 };
  const db = await createLocalTables(
    endpoint,
    `bench-${randomUUID().slice(0, 8)}-`,
    Object.values(TABLE_DEFINITIONS),
    {
      onCapacity: ({ readUnits }) => void (used.readUnits += readUnits),
      client: { timeoutMs: 30_000 },
    },
  );
  const noonMs = Date.parse(`${dayOf(Date.now())}T12:05:00Z`);
  let nowMs = noonMs - 5 * HOUR_MS;
  await spend(db, scopes, scopes, nowMs, onProgress);

  const deps = monitorServices(db, {
    entryShards: [],
    alerts: { publish: async () => undefined },
    breachQueue: { publish: async () => undefined },
    telemetry: SILENT,
    retentionDays: 1,
    now: () => nowMs,
  });
  const { analytics, monitoring } = deps;
  const counted = async <Answer>(work: () => Promise<Answer>): Promise<[Answer, number]> => {
    used.readUnits = 0;
    return [await work(), used.readUnits];
  };
  const runs: MonitorRun[] = [];
  nowMs = noonMs;
  await monitoring.setWatchedUntil(nowMs);
  for (const share of SHARES) {
    // Each run has a separate quarter hour, so that it does not see earlier changes.
    nowMs += 2 * QUARTER_MS;
    const changed = Math.round(scopes * share);
    await spend(db, changed, scopes, nowMs, onProgress);
    await monitoring.setWatchedUntil(nowMs);
    const [outcome, readUnits] = await counted(() => watchCosts(deps));
    const [, wholeReadUnits] = await counted(() =>
      mapConcurrently(organizationIds(), 4, async (id) => {
        const sums = await analytics.listDay({
          organizationId: id,
          dimension: 'user',
          granularity: 'daily',
          day: dayOf(nowMs),
        });
        const scopesOf = sums.map(({ value }) => ({ scope: 'user' as const, scopeId: value }));
        await deps.thresholds.getMany(id, scopesOf);
      }),
    );
    runs.push({ changed, reviewed: outcome.scopesSeen, readUnits, wholeReadUnits });
  }
  return runs;
}

const organizationIds = (): string[] =>
  Array.from({ length: ORGANIZATIONS }, (_, position) => `organization-${position}`);

const userOf = (position: number): { organizationId: string; userId: string } => ({
  organizationId: `organization-${position % ORGANIZATIONS}`,
  userId: `user-${position}`,
});

/** Lets the first users spend once. */
async function spend(
  db: DynamoDb,
  changed: number,
  scopes: number,
  atMs: number,
  onProgress: (done: number, note: string) => void,
): Promise<void> {
  const { usage } = stores(db);
  const byOrganization = Map.groupBy(
    Array.from({ length: changed }, (_, position) => postingOf(position, atMs)),
    ({ organizationId }) => organizationId,
  );
  for (const postings of byOrganization.values()) {
    await usage.record(postings, 1, atMs);
    onProgress(scopes, `${changed} changed`);
  }
}

function postingOf(position: number, atMs: number): Posting {
  const entryId = randomUUID();
  return {
    postingId: `${entryId}.2`,
    kind: 'settlement',
    entryId,
    ...userOf(position),
    system: 'relaycore',
    model: 'amazon.nova-lite-v1:0',
    occurredAtMs: atMs,
    postedAtMs: atMs,
    amountNanoUsd: COST_NANO_USD,
    requests: 1,
    usage: NO_TOKENS,
  };
}
