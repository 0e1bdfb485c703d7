import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { buildFunctions } from '../../bin/build.ts';
import { ROUTES } from '../../contracts/routes.ts';
import { FUNCTIONS } from '../../lambdas/functions.ts';
import { configFor } from '../../lib/config.ts';
import { type Synthesized, synthesizeOnce } from './synthesized.ts';

const DIST = join(import.meta.dirname, '../../dist');
const bundleOf = (name: string): string => join(DIST, 'functions', name, 'index.mjs');

let synthesized: Synthesized;
beforeAll(async () => {
  synthesized = await synthesizeOnce();
});

test('an unchanged source is not built again', async () => {
  await buildFunctions();
  const before = statSync(bundleOf('reserve')).mtimeMs;
  const { cached, functions } = await buildFunctions();
  expect(cached).toBe(true);
  expect(statSync(bundleOf('reserve')).mtimeMs).toBe(before);
  expect(functions.map(({ name }) => name)).toEqual(FUNCTIONS.map(({ name }) => name));
  expect(JSON.parse(readFileSync(join(DIST, 'sizes.json'), 'utf8'))).toEqual(functions);
});

/**
 * The gateway has the client of Valkey and Redis, which does nothing without a server's address. Nobody
 * waits for jobs to start, and their worker also speaks to Bedrock's control plane.
 */
const MOST_BYTES = new Map<string, number>([
  ['gateway', 1_179_648],
  ['run-jobs', 1_441_792],
]);

test.each(FUNCTIONS)('$name is one file of limited size, without a source map', ({ name }) => {
  expect(readdirSync(join(DIST, 'functions', name))).toEqual(['index.mjs']);
  expect(statSync(bundleOf(name)).size).toBeLessThan(MOST_BYTES.get(name) ?? 1_048_576);
  expect(readFileSync(bundleOf(name), 'utf8')).not.toContain('sourceMappingURL');
});

test('the OpenAPI document is made at build time, with every path', () => {
  const bundle = readFileSync(bundleOf('openapi'), 'utf8');
  for (const { path } of Object.values(ROUTES)) expect(bundle).toContain(`"${path}":{`);
});

test('a bundle has the schemas of what its function reads, not of what it answers', () => {
  const bundle = readFileSync(bundleOf('reserve'), 'utf8');
  expect(bundle).toContain('{id:"SettlementInput"}');
  expect(bundle).not.toContain('{id:"Settlement"}');
  expect(bundle).not.toContain('{id:"Reservation"}');
});

describe('started with the environment of its template', () => {
  let started: Record<string, string>;
  beforeAll(() => {
    started = startAll();
  });

  test.each(FUNCTIONS)('$name exports a handler', ({ name }) => {
    expect(started[name]).toBe('function');
  });
});

/** Imports every bundle in one fresh process, each with only its own environment. */
function startAll(): Record<string, string> {
  const functions = FUNCTIONS.map(({ name }) => ({
    file: bundleOf(name),
    name,
    environment: environmentOf(name),
  }));
  for (const { file } of functions) expect(existsSync(file), file).toBe(true);
  const output = execFileSync(
    process.execPath,
    ['--input-type=module', '--eval', START, JSON.stringify(functions)],
    { encoding: 'utf8', env: {} },
  );
  return z.record(z.string(), z.string()).parse(JSON.parse(output.trim().split('\n').at(-1) ?? ''));
}

const START = `
  globalThis.awslambda = { streamifyResponse: (handler) => handler };
  const started = {};
  for (const { name, file, environment } of JSON.parse(process.argv[1])) {
    process.env = { AWS_REGION: 'us-east-1', AWS_LAMBDA_FUNCTION_NAME: name, ...environment };
    started[name] = await import(file).then(
      ({ handler }) => typeof handler,
      (error) => error.message,
    );
  }
  console.log(JSON.stringify(started));
`;

function environmentOf(name: string): Record<string, string> {
  const lambda = synthesized
    .resources('dev', 'AWS::Lambda::Function')
    .find(({ Properties }) => Properties['FunctionName'] === configFor('dev').prefix + name);
  const { Variables } = environment.parse(lambda?.Properties['Environment']);
  return Object.fromEntries(
    Object.entries(Variables).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : 'arn:aws:sns:us-east-1:123456789012:purser-dev-alerts',
    ]),
  );
}

const environment = z.object({ Variables: z.record(z.string(), z.unknown()) });
