import { afterAll, beforeAll, expect, test } from 'vitest';
import { analyticsServices } from '../../composition/analytics.ts';
import { analyticsRoutes } from '../../contracts/analytics.ts';
import { createHandler } from '../../lambdas/analytics/handler.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { dayAt, levels, spendingOn } from '../support/spending.ts';
import { silentTelemetry } from '../support/telemetry.ts';

let store: EmbeddedStore;
let organizationId: string;
let ask: (query?: Record<string, string>) => Promise<unknown[]>;
let acme: Awaited<ReturnType<typeof spendingOn>>;

beforeAll(async () => {
  store = await startEmbeddedStore();
  acme = await spendingOn(store, levels([20, 2], [7, 6]));
  ({ organizationId } = acme);
  const telemetry = silentTelemetry();
  const services = analyticsServices(store.db, { telemetry, version: '1', entryShards: [] });
  const handler = createHandler({ now: () => dayAt(27) + 60_000, telemetry, ...services });
  ask = async (query = {}) => {
    const { status, json } = await call(handler, 'GET /v1/anomalies', { query, organizationId });
    expect(status).toBe(200);
    return analyticsRoutes.listAnomalies.responses[200].schema.parse(json).items;
  };
});
afterAll(() => store.close());

test('a rise that lasts is one step with both levels, in place of the spike that it began with', async () => {
  const [step, ...others] = await ask();
  expect(others).toEqual([]);
  expect(step).toMatchObject({
    kind: 'step',
    direction: 'above',
    since: '2026-11-09',
    from: '2026-11-09T00:00:00.000Z',
    to: '2026-11-16T00:00:00.000Z',
    beforeUsd: expect.stringMatching(/^12\./) as string,
    sinceUsd: expect.stringMatching(/^3[67]\./) as string,
    explanation: {
      movers: expect.arrayContaining([
        expect.objectContaining({ dimension: 'user', value: 'grace' }),
      ]) as unknown,
    },
  });
});

test('is the step of the user who moved, and of no other', async () => {
  const grace = await ask({ scope: 'user', scopeId: 'grace' });
  expect(grace).toMatchObject([{ kind: 'step', since: '2026-11-09' }]);
  expect(await ask({ scope: 'user', scopeId: 'ada' })).toEqual([]);
});

test('before it can be seen it is the spike that it begins with', async () => {
  const items = await ask({ from: '2026-11-05T00:00:00Z', to: '2026-11-12T00:00:00Z' });
  expect(items).toMatchObject([{ kind: 'spike', direction: 'above' }]);
});

test('the daily look for steps costs what its days and hours take to read, and writes nothing', async () => {
  store.takeConsumed();
  expect(await acme.toldOn(0)).toEqual([]);
  // Eight days of active organizations, none of which has any.
  expect(store.takeConsumed()).toEqual({ readUnits: 4, writeUnits: 0 });
  expect(await acme.toldOn(19)).toEqual([]);
  expect(store.takeConsumed()).toEqual({ readUnits: 158.5, writeUnits: 0 });
});
