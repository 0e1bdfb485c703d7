import { existsSync, globSync, readFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { defineConfig } from 'vitest/config';
import LongestFirst from './test/support/longest-first.ts';

/** Tests that change nothing in their process share it with the others of their worker. */
const SHARED = [
  'test/{aws,bin,client,contracts,docs,domain,lab,lambdas,local,services,support}/**/*.test.ts',
  'test/{tables,tokens,usage-payloads}/**/*.test.ts',
];

/** So do these. They run the built application, which is built once, before all of them. */
const BUILT = ['test/{e2e,stacks}/**/*.test.ts'];

/** Their processes are large, or do much else. */
const ALONE = [
  'test/tidy.test.ts',
  'test/{chaos,exhaustive,fuzz,properties,simulation}/**/*.test.ts',
];

/** They use cores while others wait for processes of their own, or for time to pass. */
const MORE_WORKERS = 2;

const CHANGING = /\bvi\.(doMock|resetModules|spyOn|stubEnv)\b|\bprocess\.env\[\w+\] = /;

/** Whether a test, or what it imports from other tests, replaces modules or the environment. */
function isChanging(file: string, seen = new Set<string>()): boolean {
  // A text in a test can look like an import.
  if (seen.has(file) || !existsSync(file)) return false;
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  if (CHANGING.test(text)) return true;
  const imports = text.matchAll(/^(?:import|} from) .*'(\.[^']+\.ts)'/gm);
  return [...imports]
    .map(([, path = '']) => join(dirname(file), path))
    .some((path) => path.startsWith('test/') && isChanging(path, seen));
}

/** Among the tests that would share, those that do not: some run functions as they are deployed. */
const APART = globSync(SHARED).filter((file) => isChanging(file));

// Commands that tests start, and the applications that the pool starts from this process, need not
// compile the same modules each time.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'purser-compile-cache');

export default defineConfig({
  test: {
    reporters: ['default', './test/support/summary-reporter.ts'],
    maxWorkers: availableParallelism() + MORE_WORKERS,
    sequence: { sequencer: LongestFirst },
    testTimeout: 120_000,
    hookTimeout: 180_000,
    projects: [
      {
        extends: true,
        test: { name: 'shared', include: SHARED, exclude: APART, isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'built',
          include: BUILT,
          isolate: false,
          globalSetup: ['test/support/build-once.ts', 'test/support/purser-pool.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: [...APART, ...ALONE] },
      },
    ],
  },
});
