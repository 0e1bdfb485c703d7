import { readdirSync, readFileSync } from 'node:fs';
import { CommandError } from '../bin/tools/command-line.ts';

const KIB = 1_024;
/** Clock ticks per second in `/proc/<pid>/stat`, which is 100 on every Linux that Node supports. */
const TICKS_PER_SECOND = 100;

/** One process and what it used so far. */
export type ProcessUse = {
  name: string;
  /** Resident pages, in bytes. */
  rssBytes: number;
  /** The same, with pages that several processes share counted in parts. */
  pssBytes: number;
  cpuSeconds: number;
};

/**
 * A process and everything that it started, from Linux's `/proc`.
 * @throws CommandError on another system
 */
export function processTree(rootPid: number): ProcessUse[] {
  const stats = new Map(
    processIds().flatMap((pid) => {
      const fields = readProcess(pid, 'stat')?.split(') ').at(-1)?.split(' ');
      return fields === undefined ? [] : [[pid, fields] as const];
    }),
  );
  const isInTree = (pid: number): boolean => {
    const parent = stats.get(pid)?.[1];
    return pid === rootPid || (parent !== undefined && isInTree(Number(parent)));
  };
  return [...stats].flatMap(([pid, fields]) => {
    const sums = isInTree(pid) ? readProcess(pid, 'smaps_rollup') : undefined;
    if (sums === undefined) return [];
    return [
      {
        name: readProcess(pid, 'comm')?.trim() ?? String(pid),
        rssBytes: bytesIn(sums, 'Rss'),
        pssBytes: bytesIn(sums, 'Pss'),
        cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
      },
    ];
  });
}

function processIds(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    throw new CommandError('Memory and CPU are read from /proc, which only Linux has.');
  }
}

/** `undefined` if the process has ended. */
function readProcess(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

const bytesIn = (sums: string, name: string): number =>
  Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(sums)?.[1] ?? 0) * KIB;
