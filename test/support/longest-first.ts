import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest, in order. CONTRIBUTING.md has the seconds. */
const LONGEST = [
  'exhaustive/exhaustive',
  'e2e/levels',
  'e2e/bad-input',
  'chaos/chaos',
  'simulation/simulation',
  'e2e/unreachable-store',
  'bin/aggregates-rebuild',
  'lab/evaluation/evaluate',
  'e2e/controls',
  'properties/properties',
  'fuzz/fuzz',
  'bin/aggregates-redrive',
  'e2e/faulty-store',
  'e2e/operator',
  'lambdas/audited-changes',
  'e2e/crash',
  'e2e/full-disk',
].map((name) => `test/${name}.test.ts`);

/**
 * Starts the longest files first, so that no worker begins one when the others are done. Vitest
 * knows durations only from earlier runs in the same folder.
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer's method, not an array's
    const others = await super.sort(files);
    return others.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = LONGEST.indexOf(relative(process.cwd(), moduleId));
  return place < 0 ? LONGEST.length : place;
}
