import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { CommandError } from '../../../../bin/tools/command-line.ts';
import { startBenchStore } from '../../ledger/bench-store.ts';
import { FUNCTION_ENVIRONMENT } from '../bundles.ts';
import { measureFreshEnvironment } from './fresh-environment.ts';

/** The median time of one kind of pair, and its mean CPU time. */
type PairTimes = { p50Ms: number; cpuUs: number };
/** The same, and how many store calls a pair takes on average. */
type PairFigures = PairTimes & { calls: number };
export type PairsMeasured = { bare: PairTimes; exact: PairFigures; escrow: PairFigures };

/** A pair against the two bare transactions; `ratio` compares the median times. */
type ComparedPair = PairFigures & { ratio: number };

export type PairResult = {
  pairs: { bare: PairTimes; exact: ComparedPair; escrow: ComparedPair };
  /** CPU milliseconds of a fresh environment of `reserve`: its import, then its first call. */
  importCpuMs: number;
  firstCallCpuMs: number;
};

export type PairSizes = { warmUp: number; pairs: number; environments: number };

/**
 * Compares pairs of reserve and settle with two bare transactions through the AWS SDK: in one
 * process, on one store of its own, in turns and one at a time. Nothing else runs.
 */
export async function measurePairs(sizes: PairSizes): Promise<PairResult> {
  const { endpoint, stop } = await startBenchStore();
  const tablePrefix = `bench-${randomUUID().slice(0, 8)}-`;
  try {
    const { bare, exact, escrow } = await measureInWorker(endpoint, tablePrefix, sizes);
    const compared = (pair: PairFigures) => ({ ...pair, ratio: pair.p50Ms / bare.p50Ms });
    return {
      pairs: { bare, exact: compared(exact), escrow: compared(escrow) },
      ...(await measureFreshEnvironment({ endpoint, tablePrefix }, sizes.environments)),
    };
  } finally {
    await stop();
  }
}

async function measureInWorker(
  endpoint: string,
  tablePrefix: string,
  { warmUp, pairs }: PairSizes,
): Promise<PairsMeasured> {
  const worker = fileURLToPath(new URL('pair-worker.ts', import.meta.url));
  const child = fork(worker, [endpoint, tablePrefix, String(warmUp), String(pairs)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { PATH: process.env['PATH'], ...FUNCTION_ENVIRONMENT },
  });
  return new Promise((resolve, reject) => {
    child.once('message', (measured) => resolve(measured as PairsMeasured));
    child.once('error', reject);
    child.once('exit', (code) => reject(new CommandError(`measuring pairs ended with ${code}`)));
  });
}
