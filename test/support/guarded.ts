import { monitorServices } from '../../composition/controls.ts';
import { stores } from '../../composition/stores.ts';
import { createHandler } from '../../lambdas/watch-spending/handler.ts';
import type { BreachMessage } from '../../contracts/breach-message.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import { DEFAULT_ALERT_PREFERENCES } from '../../domain/alerts/alert-preferences.ts';
import { routeAlert } from '../../domain/alerts/route-alert.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import { aggregateKeyText } from '../../domain/reporting/aggregates.ts';
import type { BreachQueue } from '../../services/alerts/breach-queue.ts';
import { watchCosts } from '../../services/controls/watch-costs.ts';
import type { DynamoDb, Item } from '../../tables/dynamodb.ts';
import {
  aggregateOfItem,
  type ChangedSum,
  changedSumOf,
} from '../../tables/token-analytics/token-analytics.ts';
import { NOON, postingWith } from './postings.ts';
import { silentTelemetry } from './telemetry.ts';
import { pagesOf } from '../../tables/query-all.ts';
import { tellingOn } from './telling.ts';

let organizations = 0;

/** One organization, with both mechanisms that detect spend. */
export function guardedOn(db: DynamoDb) {
  const organizationId = `guarded-${(organizations += 1)}`;
  const sent: Alert[] = [];
  const streamed = new Map<string, Item>();
  let nowMs = NOON;
  const telemetry = silentTelemetry();
  const { actions, usage } = stores(db);
  const world = {
    entryShards: [],
    alerts: { publish: async (alert: Alert) => void sent.push(alert) },
    telemetry,
    now: () => nowMs,
    retentionDays: 30,
  };
  const { deps: telling, tell, breachQueue } = tellingOn(db, world);
  const { queue, waiting, delayTelling } = delayed(breachQueue);
  const deps = monitorServices(db, { ...world, breachQueue: queue });
  const ada = { scope: 'user', scopeId: 'ada' } as const;
  const follow = createHandler({
    ...deps,
    changeOf: (record) => record as unknown as ChangedSum,
  });
  return {
    ...deps,
    usage,
    telemetry,
    sent,
    organizationId,
    at: (atMs: number) => void (nowMs = atMs),
    spend: async (facts: Partial<Posting>) => {
      const posting = postingWith({ organizationId, departmentId: undefined, ...facts });
      await usage.record([posting], 30, nowMs);
    },
    /** Sends the sums that changed since the last call through the stream, or some of them. */
    async stream(isSent: (sum: ChangedSum['sum']) => boolean = () => true) {
      const { told, records } = await changesOf(
        db,
        streamed,
        (sum) => sum.organizationId === organizationId && isSent(sum),
      );
      const answer = await follow({ Records: records });
      for (const [name, item] of told) streamed.set(name, item);
      return answer;
    },
    monitor: () => watchCosts(deps),
    /** From now on, breaches are told only when `tell` is called. */
    delayTelling,
    /** What waits to be told, in the order in which it was sent. */
    waiting,
    tell,
    telling,
    async adas() {
      const [stored] = await deps.controls.getMany(organizationId, [ada], { consistent: true });
      return stored?.state;
    },
    async changes() {
      const { actions: taken } = await actions.listByTime(organizationId, { limit: 100 });
      return taken
        .filter(({ change, scopeId }) => change !== undefined && scopeId === 'ada')
        .map(({ change, action }) => `${change} ${action}`)
        .toReversed();
    },
  };
}

/** A queue that keeps its messages once it is told to. */
function delayed(direct: BreachQueue) {
  const waiting: BreachMessage[] = [];
  let isDelayed = false;
  const queue: BreachQueue = {
    publish: async (message) => (isDelayed ? void waiting.push(message) : direct.publish(message)),
  };
  return { queue, waiting, delayTelling: () => void (isDelayed = true) };
}

/** The records of sums that changed since those in `streamed`. */
async function changesOf(
  db: DynamoDb,
  streamed: ReadonlyMap<string, Item>,
  isSent: (sum: ChangedSum['sum']) => boolean,
) {
  const told = new Map<string, Item>();
  const records: object[] = [];
  const scan = { table: 'token-analytics', consistent: true };
  for await (const { items } of pagesOf((startKey) => db.scan({ ...scan, startKey }))) {
    for (const item of items) {
      const sum = aggregateOfItem(item);
      if (!sum || !isSent(sum)) continue;
      const name = aggregateKeyText(sum);
      told.set(name, item);
      const change = changedSumOf(streamed.get(name), item);
      if (!change) continue;
      const dynamodb = { SequenceNumber: String(records.length) };
      records.push({ ...change, dynamodb });
    }
  }
  return { told, records };
}

/** The alerts that reach people with default preferences. */
export const told = (sent: Alert[], scopeId = 'ada'): string[] =>
  sent
    .filter((alert) => alert.scopeId === scopeId)
    .filter((alert) => routeAlert(alert, DEFAULT_ALERT_PREFERENCES, NOON).length > 0)
    .map(({ attributes }) => attributes['level'] ?? attributes['change'] ?? '');

/** The levels breached by a scope, sorted by name, whether or not people were notified. */
export async function raisedOf(
  { breaches, organizationId }: Pick<ReturnType<typeof guardedOn>, 'breaches' | 'organizationId'>,
  scopeId = 'ada',
): Promise<string[]> {
  const page = await breaches.listByTime(organizationId, { limit: 2_000 });
  return page.breaches
    .filter((breach) => breach.scopeId === scopeId)
    .map(({ level }) => level.name)
    .toSorted();
}
