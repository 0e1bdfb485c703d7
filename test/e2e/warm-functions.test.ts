import { stores } from '../../composition/stores.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDynamoDb } from '../../aws/dynamodb.ts';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { buildFunctions } from '../../bin/build.ts';
import { createApp } from '../../lib/purser-app.ts';
import { type LocalRun, startLocalRun } from '../../local/local-run.ts';
import { seedOrganization } from '../../services/seed-organization.ts';
import { createCaller } from '../local/local-caller.ts';

const HOUR_MS = 3_600_000;
const DAYS = 8;
const KEY = { keyId: 'admin', key: 'test-admin-key', role: 'admin' as const };
const directory = mkdtempSync(join(tmpdir(), 'purser-warm-'));
let run: LocalRun;
let ask: (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;

beforeAll(async () => {
  await buildFunctions();
  const { directory: assemblyDirectory } = createApp({
    environments: ['dev'],
    overrides: {
      operatorOrganization: 'acme',
      provisionedConcurrency: { min: 30, max: 60, minOf: { reserve: 40 } },
    },
    outdir: join(directory, 'cdk.out'),
    skipChecks: true,
  }).synth();
  run = await startLocalRun({
    assemblyDirectory,
    dataDirectory: join(directory, 'data'),
    port: 0,
    key: () => KEY.key,
    onProgress: () => undefined,
  });
  const db = createDynamoDb({
    tablePrefix: 'purser-dev-',
    client: localEndpoint(run.dynamoDbEndpoint),
  });
  await seedOrganization(stores(db).keys, 'acme', [KEY], Date.now());
  const call = createCaller(run.url);
  ask = async (method, path, body) => {
    const { json } = await call(method, path, body, { authorization: `Bearer ${KEY.key}` });
    return json as Record<string, unknown>;
  };
});
afterAll(async () => {
  await run?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Three reservations at once. */
const reserve = () =>
  Promise.all(
    ['ada', 'eve', 'joe'].map((userId) =>
      ask('POST', '/v1/reservations', {
        system: 'relaycore',
        userId,
        model: 'amazon.nova-lite-v1:0',
        inputTokens: 500,
        maxOutputTokens: 200,
      }),
    ),
  );
const advance = (hours: number) =>
  ask('POST', '/_local/clock', { advanceMs: Math.round(hours * HOUR_MS) });

test('warm functions that nobody needed are told of after a week, and followed up', async () => {
  // Starts mid-hour, so that concurrent events fall into one hour.
  await advance(1.5 - (Date.now() % HOUR_MS) / HOUR_MS);
  for (let day = 0; day < DAYS; day += 1) {
    const made = await reserve();
    expect(made.map(({ decision }) => decision)).toEqual(['proceed', 'proceed', 'proceed']);
    await advance(24);
  }
  const kind = 'idle-provisioned-concurrency';
  const { items, leftOut } = await ask('GET', `/v1/recommendations?kind=${kind}`);
  expect(leftOut).toEqual([]);
  const advice = (items as Record<string, unknown>[]).find(
    ({ target }) => target === 'purser-dev-reserve:live',
  );
  const peakUse = await reservePeak();
  expect(peakUse).toBeGreaterThan(1);
  expect(advice).toMatchObject({
    scopeId: 'acme',
    evidence: {
      provisionedNow: 40,
      provisionedAdvised: Math.ceil((peakUse * 10) / 7),
      peakUse,
      spilloverInvocations: 0,
    },
  });
  // Predict was never called, so there is no data about it.
  expect(JSON.stringify(items)).not.toContain('purser-dev-predict-cost');

  const path = `/v1/recommendations/${String(advice?.['id'])}`;
  expect(await ask('POST', `${path}/accept`)).toMatchObject({ state: 'accepted' });
  expect(await ask('GET', `${path}/outcome`)).toMatchObject({ realizedSavingUsd: null });
  await advance(1);
  await reserve();
  await advance(3);
  await reserve();
  await advance(1);
  // Nothing was deployed, so the warm count is unchanged.
  expect(await ask('GET', `${path}/outcome`)).toMatchObject({
    hours: { measured: 4, following: 0 },
    realizedSavingUsd: '0.000000000',
  });
}, 180_000);

/** The peak as the local run measured it. */
async function reservePeak(): Promise<number> {
  const { items } = await ask('GET', '/_local/metrics');
  const metric = (
    items as { name: string; dimensions: Record<string, string>; minutes: { maximum: number }[] }[]
  ).find(
    ({ name, dimensions }) =>
      name === 'ConcurrentExecutions' && dimensions['Resource'] === 'purser-dev-reserve:live',
  );
  return Math.max(...(metric?.minutes ?? []).map(({ maximum }) => maximum));
}
