import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const PACKAGE = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

export type CommandOutcome = { code: number | null; stdout: string; stderr: string };

/** Runs a `package.json` command as a user would, without a terminal. */
export async function runScript(
  name: string,
  args: readonly string[],
  options: { dataDir?: string; afterLine?: { text: string; signal: NodeJS.Signals } } = {},
): Promise<CommandOutcome> {
  const file = PACKAGE.scripts[name]?.match(/^node (\S+)/)?.[1];
  if (!file) throw new Error(`package.json has no script "${name}" that runs a file.`);
  const child = spawn(process.execPath, [join(ROOT, file), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      // `npm run mutate` notes what is reached.
      NODE_OPTIONS: process.env['NODE_OPTIONS'],
      PURSER_DATA_DIR: options.dataDir ?? '',
    },
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
