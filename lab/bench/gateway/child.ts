import { fork, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CommandError } from '../../../bin/tools/command-line.ts';

/** A program of a measurement, in a process of its own. */
export type Child = { url: string; pid: number; stop: () => Promise<void> };

/** CPU time comes from Linux's `/proc` in hundredths of a second, as `getconf CLK_TCK` says. */
const TICKS_PER_SECOND = 100;
const START_LIMIT_MS = 60_000;

/** Starts a script of this folder, which sends its URL to its parent when it listens. */
export function startScript(
  name: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<Child> {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const child = fork(script, [...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { PATH: process.env['PATH'], ...environment },
  });
  return ready(child, name, (resolve) => {
    child.once('message', (url) => resolve(String(url)));
  });
}

/** Starts a server of somebody else on a port, and waits until it answers. */
export function startServer(file: string, args: readonly string[], url: string): Promise<Child> {
  const child = spawn(process.execPath, [file, ...args], { stdio: 'ignore' });
  return ready(child, file, (resolve) => {
    const timer = setInterval(() => {
      fetch(url).then(
        () => {
          clearInterval(timer);
          resolve(url);
        },
        () => undefined,
      );
    }, 100);
    child.once('exit', () => clearInterval(timer));
  });
}

function ready(
  child: ChildProcess,
  name: string,
  wait: (resolve: (url: string) => void) => void,
): Promise<Child> {
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await closed;
  };
  process.once('exit', () => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      void stop();
      reject(new CommandError(`${name} ${reason}`));
    };
    const timer = setTimeout(() => fail('did not start'), START_LIMIT_MS);
    child.once('error', ({ message }) => fail(message));
    child.once('exit', (code) => fail(`ended with ${code}`));
    wait((url) => {
      clearTimeout(timer);
      child.removeAllListeners('exit');
      resolve({ url, pid: child.pid ?? 0, stop });
    });
  });
}

/**
 * The CPU time that a process has used, in milliseconds.
 * @throws CommandError on a system without `/proc`
 */
export function cpuMsOf({ pid }: Pick<Child, 'pid'>): number {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    throw new CommandError('CPU time is read from /proc, which only Linux has.');
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_SECOND;
}
