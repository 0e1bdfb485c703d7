import { globSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { ROUTES } from '../../contracts/routes.ts';

const ROOT = join(import.meta.dirname, '../..');
const FILES = globSync('{contracts,domain}/**/*.ts', {
  cwd: ROOT,
  exclude: ['contracts/server/**', '**/*.d.ts'],
});

/**
 * Bundles every file of both rooms into one browser script that exposes some exports as `purser`.
 */
async function browserScript(): Promise<string> {
  const contents = [
    ...FILES.map((file) => `import './${file}';`),
    "export { ROUTES } from './contracts/routes.ts';",
    "export { encodeCursor, decodeCursor } from './contracts/cursor.ts';",
    "export { fitOutputModel } from './domain/prediction/fit-output-model.ts';",
  ].join('\n');
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    globalName: 'purser',
    target: 'es2024',
    // Keeps unused code in the bundle.
    treeShaking: false,
    ignoreAnnotations: true,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

test('a browser loads all of domain and contracts, and checks a body with them', async () => {
  const page = createContext({ TextEncoder, TextDecoder, URL, atob, btoa });
  runInContext(await browserScript(), page);
  const evaluated = (expression: string): unknown => runInContext(expression, page);
  expect(evaluated('typeof Buffer + typeof process')).toBe('undefinedundefined');
  expect(evaluated('Object.keys(purser.ROUTES).length')).toBe(Object.keys(ROUTES).length);
  const isValid = (body: object): unknown =>
    evaluated(
      `purser.ROUTES.createReservation.body.safeParse(${JSON.stringify(body)}, { jitless: true }).success`,
    );
  const request = { system: 'relaycore', userId: 'ada', model: 'any.model', inputTokens: 10 };
  expect(isValid(request)).toBe(true);
  expect(isValid({ ...request, inputTokens: -1 })).toBe(false);
  expect(
    evaluated("purser.decodeCursor('keys', purser.encodeCursor('keys', 'k\u00fc\u{1f600}'))"),
  ).toBe('kü😀');
});
