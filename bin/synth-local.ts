import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from 'node:child_process';

const ROOT = join(import.meta.dirname, '..');
const STAMP = 'synthesized-from';
const SOURCES = [
  'lib/**/*.ts',
  'lambdas/**/function*.ts',
  'tables/**/*.ts',
  'environments/*.json',
  'bin/{synth-local,local-keys}.ts',
  'cdk.json',
];
const BUILT = ['dist/build-hash', 'package-lock.json'];

export const LOCAL_ASSEMBLY = join(ROOT, 'dist', 'local-assembly');

/**
 * Synthesizes the dev environment for the local run. Uses a separate process, because CDK's library
 * is large. Does nothing if neither the stacks nor the built functions have changed.
 * @returns whether anything was synthesized
 */
export async function synthesizeLocally(): Promise<boolean> {
  const hash = sourceHash();
  const stamp = join(LOCAL_ASSEMBLY, STAMP);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return false;
  await new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, [import.meta.filename], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`synthesis ended with exit code ${code}`)),
    );
  });
  writeFileSync(stamp, hash);
  return true;
}

function sourceHash(): string {
  const hash = createHash('sha256');
  const files = globSync(SOURCES, { cwd: ROOT }).toSorted();
  for (const file of [...files, ...BUILT]) {
    hash.update(file).update(readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex');
}

if (import.meta.main) {
  const { createApp } = await import('../lib/purser-app.ts');
  const { LOCAL_ORGANIZATION } = await import('./local-keys.ts');
  createApp({
    environments: ['dev'],
    overrides: {
      operatorOrganization: LOCAL_ORGANIZATION,
      // Starts the hot path with the run instead of with the first request.
      provisionedConcurrency: { min: 1, max: 2 },
      // Providers of models may run on the same machine.
      providers: {
        connectTimeoutMs: 3_000,
        silenceTimeoutMs: 280_000,
        maxConnections: 200,
        privateHosts: ['127.0.0.1', 'localhost'],
      },
    },
    outdir: LOCAL_ASSEMBLY,
    skipChecks: true,
  }).synth();
}
