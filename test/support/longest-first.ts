import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest, in order. CONTRIBUTING.md has the seconds. */
const LONGEST = [
  'e2e/bad-input',
  'chaos/chaos',
  'e2e/levels',
  'fuzz/fuzz',
  'exhaustive/exhaustive',
  'lambdas/audited-changes',
  'e2e/unreachable-store',
  'e2e/warm-functions',
  'lab/evaluation/evaluate',
  'bin/aggregates-rebuild',
  'simulation/simulation',
  'properties/properties',
  'e2e/full-disk',
  'e2e/controls',
  'e2e/crash',
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
