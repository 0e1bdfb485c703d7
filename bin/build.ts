import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { build, type Plugin, stop } from 'esbuild';
import { type FunctionDefinition, isTraced } from '../lambdas/function-definition.ts';
import { FUNCTIONS } from '../lambdas/functions.ts';
import { leanContracts } from './tools/lean-contracts.ts';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const OUTPUT = join(DIST, 'functions');
const STAMP = join(DIST, 'build-hash');
const SOURCES = [
  '{aws,composition,contracts,domain,lambdas,queues,services,tables}/**/*.{ts,json}',
  'bin/build.ts',
  'bin/tools/lean-contracts.ts',
  'package-lock.json',
];

/** CommonJS dependencies call `require`, which ES modules lack. */
const REQUIRE_BANNER =
  "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

export type BuiltFunction = { name: string; bytes: number };

/**
 * Bundles every `lambdas/<name>/index.ts` into `dist/functions/<name>/index.mjs` with esbuild, and
 * writes the sizes to `dist/sizes.json`. Does nothing if no source has changed since the last build.
 * Safe to call from several processes at once.
 */
export async function buildFunctions(): Promise<{ cached: boolean; functions: BuiltFunction[] }> {
  const hash = sourceHash();
  if (isBuilt(hash)) return { cached: true, functions: sizes() };
  mkdirSync(DIST, { recursive: true });
  const building = mkdtempSync(join(DIST, 'building-'));
  try {
    await bundle(building);
    if (!isBuilt(hash)) publish(building, hash);
  } finally {
    rmSync(building, { recursive: true, force: true });
    // The bundler's process would keep up to a gigabyte.
    await stop();
  }
  return { cached: false, functions: sizes() };
}

/** Functions whose invocations are not traced do without the X-Ray SDK. */
async function bundle(outdir: string): Promise<void> {
  const definitions: readonly FunctionDefinition[] = FUNCTIONS;
  await bundleThese(definitions.filter(isTraced), outdir, {});
  await bundleThese(
    definitions.filter((definition) => !isTraced(definition)),
    outdir,
    { 'process.env.POWERTOOLS_TRACE_ENABLED': "'false'" },
  );
}

async function bundleThese(
  definitions: readonly FunctionDefinition[],
  outdir: string,
  define: Record<string, string>,
): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: definitions.map(({ name }) => ({
      in: `lambdas/${name}/index.ts`,
      out: `${name}/index`,
    })),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    define,
    legalComments: 'none',
    banner: { js: REQUIRE_BANNER },
    plugins: [documentInAdvance, leanContracts, requiredBuiltins, environmentCredentials],
    logLevel: 'error',
  });
}

/**
 * Replaces the module that builds the OpenAPI document with the finished document, so that cold
 * starts do not build it.
 */
const documentInAdvance: Plugin = {
  name: 'document-in-advance',
  setup: (bundling) =>
    bundling.onLoad({ filter: /[/\\]contracts[/\\]openapi\.ts$/ }, async () => {
      const { openApiDocument } = await import('../contracts/openapi.ts');
      const document = JSON.stringify(openApiDocument());
      return { contents: `export const openApiDocument = () => (${document});` };
    }),
};

/**
 * Requires Node's own modules. An `import` of one builds a module with every export of it, and an
 * import of HTTP also loads all of `fetch`; together they take a third of a cold start.
 */
const requiredBuiltins: Plugin = {
  name: 'required-builtins',
  setup: (bundling) => {
    const namespace = 'required';
    const filter = new RegExp(`^(node:)?(${builtinModules.join('|')})$`);
    bundling.onResolve({ filter }, ({ path, namespace: importer }) =>
      importer === namespace ? { path, external: true } : { path, namespace },
    );
    bundling.onLoad({ filter: /./, namespace }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/**
 * Takes credentials from the environment, where Lambda puts them. The SDK's default also looks in
 * files, at sign-in services and at metadata endpoints, which is a tenth of a bundle.
 */
const environmentCredentials: Plugin = {
  name: 'environment-credentials',
  setup: (bundling) => {
    const namespace = 'environment-credentials';
    bundling.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, ({ path }) => ({
      path,
      namespace,
    }));
    bundling.onLoad({ filter: /./, namespace }, () => ({
      resolveDir: ROOT,
      contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
    }));
  },
};

function publish(building: string, hash: string): void {
  rmSync(STAMP, { force: true });
  replaceOutput(building);
  writeFileSync(join(DIST, 'sizes.json'), `${JSON.stringify(sizes(), undefined, 2)}\n`);
  writeFileSync(STAMP, hash);
}

/**
 * Moves the new output into place folder by folder, because other processes may be building or
 * reading.
 */
function replaceOutput(building: string): void {
  const former = `${building}-former`;
  for (;;) {
    if (existsSync(OUTPUT)) ignoring(['ENOENT', 'ENOTEMPTY'], () => renameSync(OUTPUT, former));
    rmSync(former, { recursive: true, force: true });
    if (ignoring(['ENOTEMPTY', 'EEXIST'], () => renameSync(building, OUTPUT))) return;
  }
}

/** Whether the work succeeded. Another process may have done it first. */
function ignoring(codes: readonly string[], work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && codes.includes(String(error.code)))
      return false;
    throw error;
  }
}

const isBuilt = (hash: string): boolean =>
  existsSync(STAMP) && existsSync(OUTPUT) && readFileSync(STAMP, 'utf8') === hash;

const sizes = (): BuiltFunction[] =>
  FUNCTIONS.map(({ name }) => ({ name, bytes: statSync(join(OUTPUT, name, 'index.mjs')).size }));

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
  if (cached) console.log('The functions are up to date.');
  for (const { name, bytes } of functions) {
    console.log(`${name.padEnd(20)} ${String(Math.ceil(bytes / 1_024)).padStart(5)} KiB`);
  }
}
