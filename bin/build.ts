import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { FUNCTIONS } from '../lambdas/functions.ts';

const ROOT = join(import.meta.dirname, '..');
const OUTPUT = join(ROOT, 'dist');
const STAMP = join(OUTPUT, 'build-hash');
const SOURCES = [
  '{aws,contracts,domain,lambdas,services,tables}/**/*.{ts,json}',
  'bin/build.ts',
  'package-lock.json',
];

/** CommonJS dependencies call `require`, which an ECMAScript module does not have. */
const REQUIRE_BANNER =
  "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

export type BuiltFunction = { name: string; bytes: number };

/**
 * Bundles every `lambdas/<name>/index.ts` into `dist/functions/<name>/index.mjs` with one esbuild
 * call, and writes `dist/sizes.json`. Does nothing when no source changed since the last build.
 */
export async function buildFunctions(): Promise<{ cached: boolean; functions: BuiltFunction[] }> {
  const hash = sourceHash();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) {
    return { cached: true, functions: sizes() };
  }
  rmSync(OUTPUT, { recursive: true, force: true });
  const entries = FUNCTIONS.map(({ name }) => name).filter(hasCode);
  await build({
    absWorkingDir: ROOT,
    entryPoints: entries.map((name) => ({ in: `lambdas/${name}/index.ts`, out: `${name}/index` })),
    outdir: join(OUTPUT, 'functions'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    keepNames: true,
    legalComments: 'none',
    banner: { js: REQUIRE_BANNER },
    logLevel: 'warning',
  });
  for (const { name } of FUNCTIONS) if (!hasCode(name)) writePlaceholder(name);
  writeFileSync(join(OUTPUT, 'sizes.json'), `${JSON.stringify(sizes(), undefined, 2)}\n`);
  writeFileSync(STAMP, hash);
  return { cached: false, functions: sizes() };
}

const hasCode = (name: string): boolean => existsSync(join(ROOT, 'lambdas', name, 'index.ts'));
const bundleOf = (name: string): string => join(OUTPUT, 'functions', name, 'index.mjs');

/** Only until every function has its code. */
function writePlaceholder(name: string): void {
  mkdirSync(dirname(bundleOf(name)), { recursive: true });
  writeFileSync(bundleOf(name), `throw new Error('${name} is not built yet');\n`);
  console.warn(`lambdas/${name}/index.ts is missing`);
}

const sizes = (): BuiltFunction[] =>
  FUNCTIONS.map(({ name }) => ({ name, bytes: statSync(bundleOf(name)).size }));

function sourceHash(): string {
  const hash = createHash('sha256');
  for (const path of globSync(SOURCES, { cwd: ROOT }).toSorted()) {
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(ROOT, path)))
      .update('\0');
  }
  return hash.digest('hex');
}

if (import.meta.main) {
  const { cached, functions } = await buildFunctions();
  if (cached) console.log('Functions are up to date.');
  else
    for (const { name, bytes } of functions)
      console.log(`${name.padEnd(20)} ${Math.ceil(bytes / 1_024)} KiB`);
}
