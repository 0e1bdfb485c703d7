import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDynamoDb } from '../../aws/dynamodb.ts';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { buildFunctions } from '../../bin/build.ts';
import { stores } from '../../composition/stores.ts';
import { configFor, type PurserEnvironment } from '../../lib/config.ts';
import { createApp } from '../../lib/purser-app.ts';
import { startLocalRun } from '../../local/local-run.ts';
import { startDynamoProcess } from '../../local/store/dynamo-process.ts';
import { seedOrganization } from '../../services/seed-organization.ts';
import { createBenchApi } from '../bench/requests/bench-api.ts';
import { startMeteringStore, type StoreUse } from './metering-store.ts';

/** What happened in the application between two readings. */
export type Reading = {
  store: StoreUse;
  /** Runs of each function. */
  runs: ReadonlyMap<string, number>;
  logBytes: number;
};

const ORGANIZATION = 'acme';
const KEY = `cost-${randomUUID()}`;

/** Runs an environment's templates on a store that counts. */
export async function startMeasuredRun(environment: PurserEnvironment) {
  const folder = await mkdtemp(join(tmpdir(), 'purser-cost-'));
  await buildFunctions();
  const assemblyDirectory = createApp({
    environments: [environment],
    overrides: { provisionedConcurrency: { min: 0, max: 0 } },
    outdir: join(folder, 'cdk.out'),
    skipChecks: true,
  }).synth().directory;
  await mkdir(join(folder, 'logs'));
  const process = await startDynamoProcess(folder, () => undefined);
  const meter = await startMeteringStore(process.endpoint);
  const dataDirectory = join(folder, 'data');
  const run = await startLocalRun({
    assemblyDirectory,
    dataDirectory,
    port: 0,
    key: () => KEY,
    dynamoDbEndpoint: meter.endpoint,
    onProgress: () => undefined,
  });
  const { prefix } = configFor(environment);
  const db = createDynamoDb({ tablePrefix: prefix, client: localEndpoint(process.endpoint) });
  const admin = { keyId: 'cost', key: KEY, role: 'admin' as const, requestsPerSecond: 10_000 };
  await seedOrganization(stores(db).keys, ORGANIZATION, [admin], Date.now());
  let before = new Map<string, number>();
  let logBefore = 0;
  return {
    api: createBenchApi(run.url, KEY),
    invoke: (name: string) => post(`${run.url}/_local/invoke/${prefix}${name}`),
    delayStore: meter.delay,
    /** The use since the last reading. */
    async read(): Promise<Reading> {
      const now = await runsOf(run.url, prefix);
      const logNow = await bytesIn(join(dataDirectory, 'logs'));
      const runs = new Map(
        [...now].map(([name, count]) => [name, count - (before.get(name) ?? 0)]),
      );
      const reading = { store: meter.take(), runs, logBytes: logNow - logBefore };
      before = now;
      logBefore = logNow;
      return reading;
    },
    /** Names and dimensions of the metrics that Purser wrote. */
    async metrics(): Promise<number> {
      const items = await metricsOf(run.url);
      return items.filter(({ namespace }) => namespace === 'Purser').length;
    },
    async stop(): Promise<void> {
      await run.stop();
      meter.close();
      await process.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type LocalMetric = {
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
  minutes: { sum: number }[];
};

async function metricsOf(url: string): Promise<LocalMetric[]> {
  const response = await fetch(`${url}/_local/metrics`, {
    headers: { authorization: `Bearer ${KEY}` },
  });
  return ((await response.json()) as { items: LocalMetric[] }).items;
}

async function runsOf(url: string, prefix: string): Promise<Map<string, number>> {
  const items = await metricsOf(url);
  return new Map(
    items
      // The same runs are also counted by alias, and for the whole account.
      .filter(({ name, dimensions: { FunctionName, ...others } }) => {
        return name === 'Invocations' && FunctionName && Object.keys(others).length === 0;
      })
      .map(({ dimensions, minutes }) => [
        (dimensions['FunctionName'] ?? '').slice(prefix.length),
        minutes.reduce((sum, minute) => sum + minute.sum, 0),
      ]),
  );
}

async function post(url: string): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: '{}',
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map((name) => stat(join(folder, name))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}
