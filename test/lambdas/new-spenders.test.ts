import { afterAll, beforeAll, expect, test } from 'vitest';
import { analyticsServices } from '../../composition/analytics.ts';
import { analyticsRoutes } from '../../contracts/analytics.ts';
import { createHandler } from '../../lambdas/analytics/handler.ts';
import { createSpenderNewsStore } from '../../tables/spender-news.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { newAgent } from '../support/new-spender.ts';
import { NOON } from '../support/postings.ts';
import { silentTelemetry } from '../support/telemetry.ts';

let store: EmbeddedStore;
let ask: (query: Record<string, string>) => Promise<unknown[]>;
beforeAll(async () => {
  store = await startEmbeddedStore();
  const telemetry = silentTelemetry();
  const services = analyticsServices(store.db, { telemetry, version: '1', entryShards: [] });
  const handler = createHandler({ now: () => NOON, telemetry, ...services });
  ask = async (query) => {
    const { status, json } = await call(handler, 'GET /v1/anomalies', { query });
    expect(status).toBe(200);
    return analyticsRoutes.listAnomalies.responses[200].schema.parse(json).items;
  };
});
afterAll(() => store.close());

test('new spenders are among the anomalies, also when the answer was kept before', async () => {
  expect(await ask({})).toEqual([]);
  const ended = { day: '2026-11-20', why: 'fell' } as const;
  const model = { ...newAgent, dimension: 'model', value: 'b', joined: [], uses: [] } as const;
  const renamed = { ...model, firstDay: '2026-11-19', replaces: 'a', ended };
  const kept = { nowMs: NOON, retentionDays: 30 };
  await createSpenderNewsStore(store.db).put('acme', [newAgent, renamed], kept);
  const agentView = {
    kind: 'new_spender',
    from: '2026-11-18T00:00:00.000Z',
    to: '2026-11-21T00:00:00.000Z',
    dimension: 'system',
    value: 'contract-agent',
    day: '2026-11-20',
    actualUsd: '340.000000000',
    billUsd: '1000.000000000',
    joined: [{ dimension: 'user', value: 'contract-bot' }],
    replaces: null,
    uses: newAgent.uses,
    ended: null,
  };
  expect(await ask({})).toMatchObject([{ value: 'b', replaces: 'a', ended }, agentView]);
  const own = { scope: 'system', scopeId: 'contract-agent' };
  expect(await ask(own)).toEqual([agentView]);
  expect(await ask({ scope: 'user', scopeId: 'contract-bot' })).toEqual([agentView]);
  expect(await ask({ scope: 'user', scopeId: 'ada' })).toEqual([]);
  expect(await ask({ ...own, to: '2026-11-18T00:00:00Z' })).toEqual([]);
  expect(await ask({ ...own, from: '2026-11-21T00:00:00Z' })).toEqual([]);
});
