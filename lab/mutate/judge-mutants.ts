import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../../bin/tools/command-line.ts';
import { type Mutant, mutated, withProbes } from './mutation.ts';
import { MOST_FURTHER, type RelatedTest, type RelatedTests } from './related-tests.ts';
import type { TestRunner } from './test-runner.ts';

/** The nearest test files, then those further away by import. */
const RANGES = ['nearest', 'further'] as const;
export type TestRange = (typeof RANGES)[number];

/**
 * A mutant's result: the test that killed it, how many imports away it is and the range in which it
 * ran; and the number of test files that did not.
 */
export type Verdict = {
  mutant: Mutant;
  foundBy?: { test: string; failure: string; distance: number; range: TestRange } | undefined;
  ranFiles: number;
};

/** A test file that passes without mutants: its duration, and the mutants that it reaches. */
type Baseline = { durationMs: number; reaches: ReadonlySet<number> };

type Trial = { source: string; range: TestRange; baselines: ReadonlyMap<string, Baseline> };

export type Judging = {
  /** The copy of the tree to modify. */
  root: string;
  related: RelatedTests;
  runner: TestRunner;
  /** Where test processes record the mutants that they reach. */
  reachedFile: string;
  onRange: (range: TestRange, steps: number) => void;
  onProgress: (note: string) => void;
  /** Called after each range that misses it. */
  onSurvivor: (verdict: Verdict, range: TestRange) => void;
  /** Whether the user asked for the results so far. */
  isStopped: () => boolean;
};

const BASELINE_LIMIT_MS = 300_000;
/** If fewer pass, the rate would be meaningless. */
const LEAST_PASSING = 0.8;
const MAY_BE_SLOWNESS = /timed out|not done after|process ended/i;

/**
 * Runs the nearest test files of every mutant once with probes, to learn what they reach and whether
 * they pass; then runs each mutant against all of them that reach it, nearest first, until one
 * fails. Does the same with the files further away, for the mutants that the nearest ones miss.
 * Processes mutants in random draw order, so that a stopped run is a valid sample too: a mutant that
 * was not tried with the nearest files has no verdict.
 */
export async function judgeMutants(
  mutants: readonly Mutant[],
  judging: Judging,
): Promise<Verdict[]> {
  const originals = new Map(
    mutants.map(({ file }) => [file, readFileSync(join(judging.root, file), 'utf8')]),
  );
  const verdicts = new Map<Mutant, Verdict>();
  const ran = new Set<string>();
  for (const range of RANGES) {
    if (judging.isStopped()) break;
    const missed = mutants.filter((mutant) => verdicts.get(mutant)?.foundBy === undefined);
    const tests = testsOf(missed, judging.related[range]).filter((test) => !ran.has(test));
    for (const test of tests) ran.add(test);
    judging.onRange(range, tests.length + missed.length);
    const baselines = await probe(tests, missed, originals, judging);
    for (const mutant of missed) {
      if (judging.isStopped()) break;
      judging.onProgress(`${mutant.file} ${mutant.operator}`);
      const source = originals.get(mutant.file) ?? '';
      const { foundBy, ranFiles } = await judge(mutant, { source, range, baselines }, judging);
      const earlierFiles = verdicts.get(mutant)?.ranFiles ?? 0;
      const verdict = { mutant, foundBy, ranFiles: earlierFiles + ranFiles };
      if (verdict.foundBy === undefined) judging.onSurvivor(verdict, range);
      verdicts.set(mutant, verdict);
    }
  }
  return [...verdicts.values()];
}

async function probe(
  tests: readonly string[],
  mutants: readonly Mutant[],
  originals: ReadonlyMap<string, string>,
  { root, runner, reachedFile, onProgress }: Judging,
): Promise<Map<string, Baseline>> {
  const baselines = new Map<string, Baseline>();
  if (tests.length === 0) return baselines;
  const write = (textOf: (file: string, source: string) => string): void => {
    for (const [file, source] of originals) writeFileSync(join(root, file), textOf(file, source));
  };
  write((file, source) =>
    withProbes(
      source,
      mutants.filter((mutant) => mutant.file === file),
    ),
  );
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
  { source, range, baselines }: Trial,
  { root, related, runner }: Judging,
): Promise<Verdict> {
  const path = join(root, mutant.file);
  const durationMs = ({ test }: RelatedTest): number => baselines.get(test)?.durationMs ?? 0;
  // Tests far from this file also ran with its probes, for the sake of other mutants.
  const tests = related
    .all(mutant.file)
    .filter(({ test }) => baselines.get(test)?.reaches.has(mutant.id))
    .toSorted((a, b) => a.distance - b.distance || durationMs(a) - durationMs(b))
    .slice(0, MOST_FURTHER);
  let ranFiles = 0;
  try {
    for (const { test, distance } of tests) {
      writeFileSync(path, mutated(source, mutant));
      const limitMs = 30_000 + 5 * Math.ceil(durationMs({ test, distance }));
      const { failure } = await runner.run({ test, changed: path }, limitMs);
      ranFiles += 1;
      if (failure === undefined) continue;
      if (MAY_BE_SLOWNESS.test(failure)) {
        writeFileSync(path, source);
        const { isPassed } = await runner.run({ test, changed: path }, limitMs);
        if (!isPassed) continue;
      }
      return { mutant, foundBy: { test, failure, distance, range }, ranFiles };
    }
    return { mutant, ranFiles };
  } finally {
    writeFileSync(path, source);
  }
}

/** Every test file related to any of the mutants. */
const testsOf = (
  mutants: readonly Mutant[],
  relatedTo: (file: string) => readonly RelatedTest[],
): string[] =>
  [...new Set(mutants.flatMap(({ file }) => relatedTo(file).map(({ test }) => test)))].toSorted();
