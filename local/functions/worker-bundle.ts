import { join } from 'node:path';
import { buildSync, stop } from 'esbuild';

/**
 * Bundles the worker into one JavaScript file in a folder and returns its path. Every function runs in
 * a thread of its own, and each thread would otherwise load Node's type stripper to read the same files.
 */
export function bundleWorker(directory: string): string {
  const outfile = join(directory, 'function-worker.mjs');
  buildSync({
    entryPoints: [join(import.meta.dirname, 'function-worker.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    logLevel: 'error',
  });
  // Otherwise the bundler's process and thread stay as long as the run.
  void stop();
  return outfile;
}
