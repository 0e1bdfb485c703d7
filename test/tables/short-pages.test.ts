import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoDb } from '../../aws/dynamodb.ts';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { createAnalyticsCacheStore } from '../../tables/analytics-cache.ts';
import { createCostMonitoringStore } from '../../tables/cost-monitoring.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';
import { createFeatureFlagStore } from '../../tables/feature-flags.ts';
import { createPredictorArtifactStore } from '../../tables/predictor-artifacts/predictor-artifacts.ts';
import { createReportExportStore } from '../../tables/report-exports.ts';
import { createProviderStore } from '../../tables/providers.ts';
import { createReportSubscriptionStore } from '../../tables/report-subscriptions.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import {
  type FaultyDynamoDb,
  startFaultyDynamoDb,
} from '../support/faulty-dynamodb/faulty-dynamodb.ts';
import { STORED_ITEMS } from './stored-items.ts';

let store: EmbeddedStore;
let faulty: FaultyDynamoDb;
let db: DynamoDb;

beforeAll(async () => {
  store = await startEmbeddedStore();
  // Smaller than any item, so that each page has one.
  faulty = await startFaultyDynamoDb(store.endpoint, 1, { pageBytes: 1 });
  db = createDynamoDb({ tablePrefix: store.tablePrefix, client: localEndpoint(faulty.endpoint) });
});
afterAll(async () => {
  await faulty?.close();
  await store?.close();
});

const NAMES = ['a', 'b', 'c'];
const AT_MS = Date.parse('2026-11-21T06:00:00Z');

/** Stores an item of a kind three times, under different sort keys. @returns their partition */
async function putThree(kind: string, partitionKey: string, sortKey: string): Promise<string> {
  const [table = ''] = kind.split('/');
  const item = STORED_ITEMS[kind] ?? expect.fail(`no item of ${kind}`);
  for (const name of NAMES) {
    const key = String(item[sortKey]) + name;
    await db.write({ kind: 'put', table, item: { ...item, [sortKey]: key } });
  }
  return String(item[partitionKey]);
}

describe('lists that span pages', () => {
  it.each([
    ['feature-flags', 'flag', 'organizationId', 'flag'],
    ['report-exports', 'export', 'organizationId', 'exportId'],
    ['report-subscriptions', 'subscription', 'organizationId', 'name'],
    ['providers', 'provider', 'organizationId', 'name'],
  ] as const)('has all of %s', async (table, kind, partitionKey, sortKey) => {
    const organizationId = await putThree(`${table}/${kind}`, partitionKey, sortKey);
    const lists = {
      'feature-flags': async () => [...(await createFeatureFlagStore(db).list(organizationId))],
      'report-exports': () => createReportExportStore(db).list(organizationId, 0),
      'report-subscriptions': () => createReportSubscriptionStore(db).list(organizationId),
      providers: () => createProviderStore(db).list(organizationId),
    };
    expect(await lists[table]()).toHaveLength(NAMES.length);
    expect(faulty.met('shortPage')).toBeGreaterThan(0);
  });

  it('has the newest models, and no more than the limit', async () => {
    const organizationId = await putThree('predictor-artifacts/model', 'pk', 'sk');
    const artifacts = createPredictorArtifactStore(db);
    expect(await artifacts.listModels(organizationId)).toHaveLength(NAMES.length);
    expect(await artifacts.listModels(organizationId, 2)).toHaveLength(2);
  });

  it('counts every day, and every run of a day', async () => {
    const cache = createAnalyticsCacheStore(db);
    for (const day of ['2026-11-20', '2026-11-21', '2026-11-22']) {
      await cache.count('acme', day, 'hits', AT_MS);
    }
    expect(await cache.counts('acme', '2026-11-20', '2026-11-22')).toEqual({ hits: 3, misses: 0 });

    const monitoring = createCostMonitoringStore(db);
    for (const minute of [0, 15, 30]) {
      const snapshot = {
        organizationId: 'acme',
        atMs: AT_MS + minute * 60_000,
        scopesSeen: 1,
        breachesRaised: 0,
        alertsSent: 0,
        alertsFailed: 0,
        spentNanoUsd: 1n,
        durationMs: 5,
      };
      await monitoring.addOrganization(snapshot, 30);
    }
    expect(await monitoring.listOrganizationDay('acme', '2026-11-21')).toHaveLength(3);
  });
});

it('takes the page of a query for the whole only where the query has a limit', () => {
  const root = join(import.meta.dirname, '../..');
  const single = /const \{ items \} = await db\.(?:query|scan)\(\{[\s\S]*?\}\);/g;
  const wrong = globSync('tables/**/*.ts', { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(single)]
      .filter(([text]) => !/\blimit\b/.test(text))
      .map(([text]) => `${file}: ${text}`),
  );
  expect(wrong).toEqual([]);
});
