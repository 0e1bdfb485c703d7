import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { CommandError } from '../../bin/tools/command-line.ts';
import { startProgress } from '../../bin/tools/progress.ts';

/** The result of a scenario's threshold. */
export type Verdict = { condition: string; passed: boolean; optional: boolean };

const PACKAGE = fileURLToPath(new URL('../../artillery/', import.meta.url));
const COMMAND = `${PACKAGE}node_modules/artillery/bin/run`;

/** Installs Artillery into its own package if missing. @throws CommandError if that fails */
export async function installArtillery(): Promise<void> {
  if (existsSync(COMMAND)) return;
  console.log('Installing Artillery into artillery/ (467 MB, once; about a minute)');
  const npm = spawn('npm', ['ci', '--no-audit', '--no-fund', '--progress=true'], {
    cwd: PACKAGE,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if ((await exitCode(npm)) !== 0 || !existsSync(COMMAND)) {
    throw new CommandError('Artillery could not be installed: npm ci --prefix artillery');
  }
}

/**
 * Runs a scenario, writes Artillery's own JSON to `out`, and returns the verdict on every
 * threshold.
 * @throws CommandError with Artillery's output if the run did not finish
 */
export async function runArtillery(
  scenario: string,
  options: { seconds: number; out: string; environment: Record<string, string> },
): Promise<Verdict[]> {
  const artillery = spawn(
    process.execPath,
    [COMMAND, 'run', '--output', options.out, `${scenario}.yml`],
    {
      cwd: PACKAGE,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.environment, ARTILLERY_DISABLE_TELEMETRY: 'true' },
    },
  );
  let output = '';
  for (const stream of [artillery.stdout, artillery.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => (output += text));
  }
  const stop = (): void => void artillery.kill('SIGINT');
  process.on('SIGINT', stop);
  const startedMs = performance.now();
  const total = Math.ceil(options.seconds);
  const progress = startProgress(scenario, total);
  const timer = setInterval(() => {
    const seconds = Math.floor((performance.now() - startedMs) / 1_000);
    progress.update(Math.min(seconds, total), seconds > total ? 'ending' : 's');
  }, 500);
  try {
    await exitCode(artillery);
  } finally {
    clearInterval(timer);
    progress.stop();
    process.off('SIGINT', stop);
  }
  const text = stripVTControlCharacters(output);
  const verdicts = [...text.matchAll(/^(ok|fail): (.+?)( \(optional\))?$/gm)].map(
    ([, word, condition = '', optional]) => ({
      condition,
      passed: word === 'ok',
      optional: optional !== undefined,
    }),
  );
  if (verdicts.length === 0 || !existsSync(options.out)) {
    throw new CommandError(`Artillery did not finish:\n${text.slice(-4_000)}`);
  }
  return verdicts;
}

function exitCode(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new CommandError(error.message)));
    child.once('close', resolve);
  });
}
