import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest in their projects, in order. */
const LONGEST = [
  'simulation/mutants',
  'chaos/chaos',
  'exhaustive/exhaustive',
  'simulation/simulation',
  'tidy',
  'lambdas/audited-changes',
  'fuzz/fuzz',
  'properties/properties',
  'simulation/memory-store',
  'bin/deploy',
  'e2e/levels',
  'e2e/warm-functions',
  'e2e/unreachable-store',
  'e2e/bad-input',
  'stacks/application',
  'e2e/bad-request',
  'e2e/misuse',
  'e2e/full-disk',
  'e2e/faulty-store',
  'e2e/operator',
  'e2e/controls',
  'e2e/crash',
  'lab/bench/bench-ledger',
  'bin/openapi-lint',
  'lab/replay/replay',
  'lab/price-lists/prices',
  'services/prediction/train-predictor',
  'bin/aggregates-rebuild',
  'services/budgets/check-changes',
  'domain/prediction/route-mixture',
  'domain/prediction/predict-output',
  'bin/aggregates-redrive',
  'domain/anomalies/detect-anomalies',
  'tokens/token-errors',
  'domain/prediction/workflow-cost',
  'lab/hot-budget/model-hot-budget',
  'services/reporting/aggregate-postings',
  'lab/bench/bench-predictor',
  'aws/request-limits',
  'lab/evaluation/evaluate',
].map((name) => `test/${name}.test.ts`);

/**
 * Starts the longest files of each project first, so that no worker begins one when the others are
 * done. Projects stay together, because only files of the same project share a process. Vitest knows
 * durations only from earlier runs in the same folder.
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer's method, not an array's
    const others = await super.sort(files);
    const projects = Map.groupBy(others, ({ project }) => project.name);
    return [...projects.values()].flatMap((specifications) =>
      specifications.toSorted((a, b) => placeOf(a) - placeOf(b)),
    );
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = LONGEST.indexOf(relative(process.cwd(), moduleId));
  return place < 0 ? LONGEST.length : place;
}
