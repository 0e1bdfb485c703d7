import { spawn } from 'node:child_process';
import { join } from 'node:path';

const CDK = join(import.meta.dirname, '../../node_modules/.bin/cdk');

/** Runs the `cdk` command in this terminal and returns its exit code. */
export const runCdk = (args: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(CDK, args, { stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
