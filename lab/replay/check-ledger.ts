import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { isLocalRun } from '../../bin/tools/local-run-files.ts';

export type LedgerCheck =
  /** `chargedUsd` is the total charge of the ledger's entries, by organization. */
  | { state: 'held'; chargedUsd: Record<string, string> }
  | { state: 'violated'; output: string }
  | { state: 'not run'; reason: string };

const figures = z.object({ chargedNanoUsd: z.record(z.string(), z.string()) });

/**
 * Runs `npm run ledger:check` if the data folder (`PURSER_DATA_DIR`, or `.purser`) belongs to a
 * local run at this address. A deployed ledger has its own checks.
 */
export async function checkLedger(url: string): Promise<LedgerCheck> {
  if (!(await isLocalRun(url))) {
    return { state: 'not run', reason: 'the data folder names no local run at this address' };
  }
  const command = fileURLToPath(new URL('../../bin/ledger-check.ts', import.meta.url));
  const child = spawn(process.execPath, [command, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8');
    child[name].on('data', (text: string) => (output[name] += text));
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) return { state: 'violated', output: `${output.stdout}${output.stderr}`.trim() };
  return { state: 'held', chargedUsd: figures.parse(JSON.parse(output.stdout)).chargedNanoUsd };
}
