import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type CommandOutcome = { code: number | null; stdout: string; stderr: string };

/** Runs a command of `bin/` as a person would, without a terminal. */
export async function runBin(
  name: string,
  args: readonly string[],
  options: { dataDir?: string; afterLine?: { text: string; signal: NodeJS.Signals } } = {},
): Promise<CommandOutcome> {
  const path = fileURLToPath(new URL(`../../bin/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], PURSER_DATA_DIR: options.dataDir ?? '' },
  });
  let waitedFor = options.afterLine;
  const outcome: CommandOutcome = { code: null, stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8');
    child[stream].on('data', (text: string) => {
      outcome[stream] += text;
      if (waitedFor && outcome[stream].includes(waitedFor.text)) {
        child.kill(waitedFor.signal);
        waitedFor = undefined;
      }
    });
  }
  outcome.code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return outcome;
}
