import { readdirSync, readFileSync } from 'node:fs';
import { CommandError } from '../../../bin/tools/command-line.ts';

const KIB = 1_024;

/** The memory of one process, in bytes. */
export type ProcessMemory = {
  name: string;
  /** Resident pages. */
  rssBytes: number;
  /** The same, with pages that several processes share counted in parts. */
  pssBytes: number;
};

/**
 * The memory of a process and everything that it started, from Linux's `/proc`.
 * @throws CommandError on another system
 */
export function memoryOfTree(rootPid: number): ProcessMemory[] {
  const parents = new Map(
    processIds().flatMap((pid) => {
      const parent = readProcess(pid, 'stat')?.split(') ').at(-1)?.split(' ')[1];
      return parent === undefined ? [] : [[pid, Number(parent)] as const];
    }),
  );
  const isInTree = (pid: number): boolean => {
    const parent = parents.get(pid);
    return pid === rootPid || (parent !== undefined && isInTree(parent));
  };
  return [...parents.keys()].filter(isInTree).flatMap((pid) => {
    const sums = readProcess(pid, 'smaps_rollup');
    if (sums === undefined) return [];
    return [
      {
        name: readProcess(pid, 'comm')?.trim() ?? String(pid),
        rssBytes: bytesIn(sums, 'Rss'),
        pssBytes: bytesIn(sums, 'Pss'),
      },
    ];
  });
}

function processIds(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    throw new CommandError('Memory is read from /proc, which only Linux has.');
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
