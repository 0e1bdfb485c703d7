import { createVitest } from 'vitest/node';
import type { RunRequest, RunResult } from './test-runner.ts';

/*
 * One long-lived vitest process. It caches transformed code, and can be killed with everything it
 * started if a mutant never ends.
 */
const vitest = await createVitest('test', {
  watch: false,
  isolate: true,
  maxWorkers: 1,
  bail: 1,
  coverage: { enabled: false },
  reporters: [{}],
  onConsoleLog: () => false,
});
await vitest.standalone();
const specifications = await vitest.globTestSpecifications();

process.on('message', (request: RunRequest) => {
  void run(request).then((result) => process.send?.(result));
});
process.send?.('ready');

/** Files that were changed at any time, even if restored since. */
const changedOnce = new Set<string>();

async function run({ test, changed }: RunRequest): Promise<RunResult> {
  if (changed !== undefined) changedOnce.add(changed);
  for (const path of changedOnce) vitest.invalidateFile(path);
  const chosen = specifications.filter(({ moduleId }) => moduleId.endsWith(`/${test}`));
  const startedMs = performance.now();
  const outcome = await vitest.runTestSpecifications(chosen);
  // It also lists the modules of earlier runs.
  const testModules = outcome.testModules.filter(({ moduleId }) => moduleId.endsWith(`/${test}`));
  const { unhandledErrors } = outcome;
  const durationMs = performance.now() - startedMs;
  for (const module of testModules) {
    for (const testCase of module.children.allTests('failed')) {
      const message = testCase.result().errors?.[0]?.message ?? '';
      return {
        isPassed: false,
        failure: `${testCase.fullName}: ${message}`.slice(0, 300),
        durationMs,
      };
    }
    const [error] = module.errors();
    if (error) return { isPassed: false, failure: error.message.slice(0, 300), durationMs };
    if (!module.ok()) return { isPassed: false, failure: 'a hook failed', durationMs };
  }
  if (testModules.length === 0) throw new Error(`vitest has no test file ${test}`);
  if (unhandledErrors.length > 0) {
    return { isPassed: false, failure: String(unhandledErrors[0]).slice(0, 300), durationMs };
  }
  return { isPassed: true, durationMs };
}
