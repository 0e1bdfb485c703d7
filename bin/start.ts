import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { NamedKey } from '../services/seed-organization.ts';
import { requireNode24 } from './require-node.ts';

const HELP = `Runs all of Purser on this machine, without an AWS account.

  npm start -- [options]

  --port N         where the API listens         [PORT or 3000]
  --data-dir DIR   where everything is kept      [PURSER_DATA_DIR or .purser]
  --fresh          empty the data folder first
  --bedrock-rules FILE
                   how the stand-in for Bedrock answers   [PURSER_BEDROCK_RULES]
  --help           this text

  PURSER_LOCAL_KEY          the admin's API key; printed when not set
  PURSER_DYNAMODB_ENDPOINT  a DynamoDB to use instead of the embedded one`;

requireNode24();
const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: process.env['PORT'] ?? '3000' },
    'data-dir': { type: 'string', default: process.env['PURSER_DATA_DIR'] ?? '.purser' },
    'bedrock-rules': { type: 'string', default: process.env['PURSER_BEDROCK_RULES'] },
    fresh: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
const started = performance.now();
const dataDirectory = resolve(options['data-dir']);

try {
  await start();
} catch (error) {
  console.error(
    `\nPurser did not start: ${error instanceof Error ? error.message : String(error)}`,
  );
  process.exit(1);
}

async function start(): Promise<void> {
  const port = Number(options.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(
      `Invalid port ${options.port}. Use --port or PORT with a value from 1 to 65535.`,
    );
  }
  if (options.fresh) rmSync(dataDirectory, { recursive: true, force: true });
  mkdirSync(dataDirectory, { recursive: true });

  progress('building the functions');
  const { buildFunctions } = await import('./build.ts');
  await buildFunctions();
  progress('synthesizing the application');
  const { LOCAL_ASSEMBLY, synthesizeLocally } = await import('./synth-local.ts');
  await synthesizeLocally();

  const { startLocalRun } = await import('../local/local-run.ts');
  let keys: NamedKey[] = [];
  const run = await startLocalRun({
    assemblyDirectory: LOCAL_ASSEMBLY,
    dataDirectory,
    port,
    key: () => keys.find(({ role }) => role === 'admin')?.key,
    dynamoDbEndpoint: process.env['PURSER_DYNAMODB_ENDPOINT'],
    bedrockRules: options['bedrock-rules'],
    onProgress: progress,
  });
  writeFileSync(
    join(dataDirectory, 'running.json'),
    JSON.stringify({
      pid: process.pid,
      url: run.url,
      dynamoDbEndpoint: run.dynamoDbEndpoint,
      messagingEndpoint: run.environment()['AWS_ENDPOINT_URL_SQS'],
    }),
  );
  keys = await seedKeys(run.dynamoDbEndpoint);
  await printReady(run.url, keys);
  const { stopOnSignals } = await import('../local/stop-on-signals.ts');
  stopOnSignals(run);
}

async function seedKeys(endpoint: string): Promise<NamedKey[]> {
  const { createDynamoDb } = await import('../aws/dynamodb.ts');
  const { localEndpoint } = await import('../aws/local-endpoint.ts');
  const { createApiKeyStore } = await import('../tables/api-keys.ts');
  const { seedOrganization } = await import('../services/seed-organization.ts');
  const { LOCAL_ORGANIZATION, localKeys } = await import('./local-keys.ts');
  const db = createDynamoDb({
    tablePrefix: 'purser-dev-',
    client: localEndpoint(endpoint),
  });
  const keys = localKeys(dataDirectory, process.env['PURSER_LOCAL_KEY']);
  await seedOrganization(createApiKeyStore(db), LOCAL_ORGANIZATION, keys, Date.now());
  return keys;
}

async function printReady(url: string, keys: { keyId: string; key: string }[]): Promise<void> {
  const { LOCAL_ORGANIZATION } = await import('./local-keys.ts');
  console.log(`\nAPI keys for the organization ${LOCAL_ORGANIZATION}:`);
  for (const { keyId, key } of keys) console.log(`  ${keyId.padEnd(18)} ${key}`);
  console.log(`\nAlert inbox       ${url}/_local/inbox`);
  console.log(`Events            ${url}/_local/events`);
  console.log(`API reference     ${url}/docs`);
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(`\nPurser is ready at ${url} after ${seconds} s. Press Ctrl-C to stop.`);
}

function progress(message: string): void {
  const seconds = ((performance.now() - started) / 1_000).toFixed(1).padStart(5);
  console.log(`${seconds} s  ${message}`);
}
