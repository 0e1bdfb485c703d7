import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { quantile } from '../../../domain/series/quantile.ts';
import type { FunctionDefinition } from '../../../lambdas/function-definition.ts';
import { FUNCTIONS } from '../../../lambdas/functions.ts';
import type { SettingName } from '../../../contracts/settings.ts';
import { CommandError } from '../../../bin/tools/command-line.ts';

/** A function's bundle; `importMs` is measured only on the hot path. */
export type Bundle = { name: string; bytes: number; importMs?: number };

const DIST = new URL('../../../dist/', import.meta.url);
const sizes = z.array(z.object({ name: z.string(), bytes: z.number() }));

/** Settings required to import a bundle; nothing is called with them. */
const ENVIRONMENT = {
  PURSER_ENVIRONMENT: 'bench',
  PURSER_TABLE_PREFIX: 'purser-bench-',
  PURSER_RESERVATION_HOLD_SECONDS: '900',
  PURSER_RETENTION_DAYS: '400',
  PURSER_ENTRY_SHARDS: '[]',
  PURSER_REQUESTS_PER_SECOND: '500',
  PURSER_PROVIDERS:
    '{"privateHosts":[],"connectTimeoutMs":1000,"silenceTimeoutMs":10000,"maxConnections":10}',
  PURSER_EXPORT_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/bench-exports',
  PURSER_EXPORT_BUCKET: 'purser-bench-exports',
  PURSER_JOB_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/bench-jobs',
  PURSER_JOB_BUCKET: 'purser-bench-jobs',
  PURSER_AUTHORIZER_CACHE_SECONDS: '0',
  PURSER_ALERT_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/bench',
  PURSER_ALERT_TOPIC_ARN: 'arn:aws:sns:us-east-1:000000000000:bench',
  PURSER_ALERT_SENDER: 'purser@example.com',
  PURSER_EVENT_BUS: 'events',
  PURSER_OPERATOR_ORGANIZATION: '',
  PURSER_WARMTH: '{"region":"us-east-1","targetPercent":70,"functions":[]}',
  PURSER_GATEWAY_REGIONS: '["us-east-1"]',
  PURSER_GATEWAY_MODELS: '["amazon.nova-lite-v1:0"]',
  PURSER_MODEL_CALLER_ARN: '',
  PURSER_VALKEY_URL: '',
  PURSER_BATCH_ROLE_ARN: 'arn:aws:iam::000000000000:role/batches',
  PURSER_FEWEST_BATCH_RECORDS: '100',
  PURSER_JWT_ISSUER: '',
  PURSER_JWT_AUDIENCE: '',
  PURSER_JWKS_URL: '',
  PURSER_JWT_DEPARTMENTS_CLAIM: '',
} satisfies Record<SettingName, string>;

const SDK_ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  POWERTOOLS_TRACE_ENABLED: 'false',
  POWERTOOLS_SERVICE_NAME: 'purser-bench',
  POWERTOOLS_METRICS_NAMESPACE: 'Purser',
};

/** The environment of a deployed function, as far as a measurement needs it. */
export const FUNCTION_ENVIRONMENT = { ...ENVIRONMENT, ...SDK_ENVIRONMENT };

/** Where a function's built code is. */
export const bundleUrl = (name: string): string =>
  new URL(`functions/${name}/index.mjs`, DIST).href;

/** Sizes of the built bundles, and the hot path's median import time over fresh processes. */
export async function measureBundles(runs: number): Promise<Bundle[]> {
  const built = sizes.parse(JSON.parse(await readFile(new URL('sizes.json', DIST), 'utf8')));
  const measured: Bundle[] = [];
  const definitions: readonly FunctionDefinition[] = FUNCTIONS;
  for (const bundle of built) {
    if (!definitions.some(({ name, hotPath }) => name === bundle.name && hotPath)) {
      measured.push(bundle);
      continue;
    }
    const times: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      times.push(await importOnce(bundle.name));
    }
    times.sort((first, second) => first - second);
    measured.push({ ...bundle, importMs: quantile(times, 0.5) });
  }
  return measured;
}

async function importOnce(name: string): Promise<number> {
  const code =
    // As Lambda's runtime provides it.
    'globalThis.awslambda = { streamifyResponse: (handler) => handler };' +
    `const started = performance.now(); await import(${JSON.stringify(bundleUrl(name))});` +
    'console.log(`import ms ${performance.now() - started}`); process.exit(0);';
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...FUNCTION_ENVIRONMENT },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => (output += text));
  }
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const milliseconds = /import ms ([\d.]+)/.exec(output)?.[1];
  if (milliseconds === undefined)
    throw new CommandError(`${name} cannot be imported: …${output.trim().slice(-500)}`);
  return Number(milliseconds);
}
