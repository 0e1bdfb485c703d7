import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../../bin/tools/command-line.ts';
import { type Mutant, mutated, withProbes } from './mutation.ts';
import type { RelatedTests } from './related-tests.ts';
import type { TestRunner } from './test-runner.ts';

/** A mutant's result: the test that killed it, or the number of test files that did not. */
export type Verdict = {
  mutant: Mutant;
  foundBy?: { test: string; failure: string };
  ranFiles: number;
};

/** A test file that passes without mutants: its duration, and the mutants that it reaches. */
type Baseline = { durationMs: number; reaches: ReadonlySet<number> };

export type Judging = {
  /** The copy of the tree to modify. */
  root: string;
  related: RelatedTests;
  runner: TestRunner;
  /** Where test processes record the mutants that they reach. */
  reachedFile: string;
  onProgress: (note: string) => void;
  onSurvivor: (verdict: Verdict) => void;
  /** Whether the user asked for the results so far. */
  isStopped: () => boolean;
};

const BASELINE_LIMIT_MS = 300_000;
/** If fewer pass, the rate would be meaningless. */
const LEAST_PASSING = 0.8;
const MAY_BE_SLOWNESS = /timed out|not done after|process ended/i;

/** How many steps `judgeMutants` reports. */
export const stepsOf = (mutants: readonly Mutant[], related: RelatedTests): number =>
  testsOf(mutants, related).length + mutants.length;

/**
 * Runs the nearest test files of every mutant once with probes, to learn what they reach and whether
 * they pass; then runs each mutant against all of them that reach it, nearest first, until one
 * fails. Processes mutants in random draw order, so that a stopped run is a valid sample too.
 */
export async function judgeMutants(
  mutants: readonly Mutant[],
  judging: Judging,
): Promise<Verdict[]> {
  const { root, onProgress, onSurvivor, isStopped } = judging;
  const originals = new Map(
    mutants.map(({ file }) => [file, readFileSync(join(root, file), 'utf8')]),
  );
  const baselines = await probe(mutants, originals, judging);
  const verdicts: Verdict[] = [];
  for (const mutant of mutants) {
    if (isStopped()) break;
    onProgress(`${mutant.file} ${mutant.operator}`);
    const verdict = await judge(mutant, originals.get(mutant.file) ?? '', baselines, judging);
    if (verdict.foundBy === undefined) onSurvivor(verdict);
    verdicts.push(verdict);
  }
  return verdicts;
}

async function probe(
  mutants: readonly Mutant[],
  originals: ReadonlyMap<string, string>,
  { root, related, runner, reachedFile, onProgress }: Judging,
): Promise<Map<string, Baseline>> {
  const baselines = new Map<string, Baseline>();
  const write = (textOf: (file: string, source: string) => string): void => {
    for (const [file, source] of originals) writeFileSync(join(root, file), textOf(file, source));
  };
  write((file, source) =>
    withProbes(
      source,
      mutants.filter((mutant) => mutant.file === file),
    ),
  );
  const tests = testsOf(mutants, related);
  for (const test of tests) {
    onProgress(`without mutants: ${test}`);
    writeFileSync(reachedFile, '');
    const result = await runner.run({ test }, BASELINE_LIMIT_MS);
    const reached = readFileSync(reachedFile, 'utf8').split('\n').map(Number);
    if (result.isPassed) {
      baselines.set(test, { durationMs: result.durationMs, reaches: new Set(reached) });
    } else {
      console.error(`Left out, since it fails without mutants: ${test} (${result.failure})`);
    }
  }
  write((_, source) => source);
  if (baselines.size < LEAST_PASSING * tests.length) {
    throw new CommandError('Too many tests fail without mutants: run npm test first.');
  }
  rmSync(reachedFile);
  // Its transformed code contains probes.
  runner.stop();
  return baselines;
}

async function judge(
  mutant: Mutant,
  source: string,
  baselines: ReadonlyMap<string, Baseline>,
  { root, related, runner }: Judging,
): Promise<Verdict> {
  const path = join(root, mutant.file);
  // Tests far from this file also ran with its probes, for the sake of other mutants.
  const tests = related
    .all(mutant.file)
    .filter((test) => baselines.get(test)?.reaches.has(mutant.id));
  let ranFiles = 0;
  try {
    for (const test of tests) {
      writeFileSync(path, mutated(source, mutant));
      const limitMs = 30_000 + 5 * Math.ceil(baselines.get(test)?.durationMs ?? 0);
      const { failure } = await runner.run({ test, changed: path }, limitMs);
      ranFiles += 1;
      if (failure === undefined) continue;
      if (MAY_BE_SLOWNESS.test(failure)) {
        writeFileSync(path, source);
        const { isPassed } = await runner.run({ test, changed: path }, limitMs);
        if (!isPassed) continue;
      }
      return { mutant, foundBy: { test, failure }, ranFiles };
    }
    return { mutant, ranFiles };
  } finally {
    writeFileSync(path, source);
  }
}

/** Every test file related to any of the mutants. */
const testsOf = (mutants: readonly Mutant[], related: RelatedTests): string[] =>
  [...new Set(mutants.flatMap(({ file }) => related.nearest(file)))].toSorted();
