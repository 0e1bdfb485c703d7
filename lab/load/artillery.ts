import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import * as z from 'zod';
import { CommandError } from '../../bin/tools/command-line.ts';
import { startProgress } from '../../bin/tools/progress.ts';
import { processTree } from '../process-tree.ts';

const PACKAGE = fileURLToPath(new URL('../../artillery/', import.meta.url));
const COMMAND = `${PACKAGE}node_modules/artillery/bin/run`;
const WATCH_MS = 2_000;

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

/** What Artillery says of a run, beside what its users noted. */
export type ArtilleryRun = {
  /** Users that it made. */
  arrived: number;
  /** Calls without an answer, by their error. */
  lost: [string, number][];
  /** CPU that the generator used, in seconds. */
  cpuSeconds: number;
};

export type ArtilleryOptions = {
  label: string;
  /** The flow of all users; without it, each user draws one. */
  flow: string | undefined;
  phases: readonly object[];
  seconds: number;
  out: string;
  environment: Record<string, string>;
  /** Asked every two seconds; the run ends early when it says so. */
  isOver: () => Promise<boolean>;
};

/**
 * Runs flows of `artillery/load.yml`; their users note what they see in samples files.
 * @throws CommandError with Artillery's output if the run did not finish
 */
export async function runArtillery(options: ArtilleryOptions): Promise<ArtilleryRun> {
  const { flow, phases, out, environment } = options;
  const overrides = JSON.stringify({ config: { phases } });
  const chosen = flow === undefined ? [] : ['--scenario-name', `^${flow}$`];
  const args = ['run', '--output', out, '--overrides', overrides, ...chosen, 'load.yml'];
  const artillery = spawn(process.execPath, [COMMAND, ...args], {
    cwd: PACKAGE,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment, ARTILLERY_DISABLE_TELEMETRY: 'true' },
  });
  let output = '';
  for (const stream of [artillery.stdout, artillery.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => (output = (output + text).slice(-20_000)));
  }
  const watch = watchRun(artillery, options);
  let code: number | null;
  try {
    code = await exitCode(artillery);
  } finally {
    watch.stop();
  }
  if (code !== 0 && !watch.isStopped()) {
    const text = stripVTControlCharacters(output).slice(-4_000);
    throw new CommandError(`Artillery did not finish:\n${text}`);
  }
  return { ...(await countersIn(out)), cpuSeconds: watch.cpuSeconds() };
}

/** Shows progress, and ends the run early if its scenario says so. */
function watchRun(
  artillery: ChildProcess,
  { label, seconds, isOver }: ArtilleryOptions,
): { stop: () => void; isStopped: () => boolean; cpuSeconds: () => number } {
  const startedMs = performance.now();
  const total = Math.ceil(seconds);
  const progress = startProgress(label, total);
  let isStopped = false;
  let cpuSeconds = 0;
  const end = (): void => {
    isStopped = true;
    artillery.kill('SIGINT');
  };
  process.on('SIGINT', end);
  const timer = setInterval(() => {
    const passed = Math.floor((performance.now() - startedMs) / 1_000);
    progress.update(Math.min(passed, total), passed > total ? 'ending' : 's');
    const used = processTree(artillery.pid ?? 0);
    cpuSeconds = used.reduce((sum, each) => sum + each.cpuSeconds, 0) || cpuSeconds;
    if (!isStopped) void isOver().then((over) => over && end());
  }, WATCH_MS);
  return {
    stop() {
      clearInterval(timer);
      progress.stop();
      process.off('SIGINT', end);
    },
    isStopped: () => isStopped,
    cpuSeconds: () => cpuSeconds,
  };
}

const report = z.object({ aggregate: z.object({ counters: z.record(z.string(), z.number()) }) });
const LOST = 'errors.';

/** A run that was stopped may have no report. */
async function countersIn(out: string): Promise<{ arrived: number; lost: [string, number][] }> {
  const text = await readFile(out, 'utf8').catch(() => undefined);
  const counters = text === undefined ? {} : report.parse(JSON.parse(text)).aggregate.counters;
  return {
    arrived: counters['vusers.created'] ?? 0,
    lost: Object.entries(counters)
      .filter(([name]) => name.startsWith(LOST))
      .map(([name, count]) => [name.slice(LOST.length), count]),
  };
}

function exitCode(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new CommandError(error.message)));
    child.once('close', resolve);
  });
}
