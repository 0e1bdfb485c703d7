import { existsSync, globSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import LongestFirst from './test/support/longest-first.ts';

/** Tests that change no module and no environment share a process for each worker. */
const SHARED = ['test/{contracts,domain,lab,lambdas,services,tables}/**/*.test.ts'];

const SUPPORT = 'test/support';

/** Whether a test, or support that it imports, replaces modules or the environment. */
function isReplacing(file: string): boolean {
  const text = readFileSync(file, 'utf8');
  if (/\bvi\.(doMock|stubEnv)\b/.test(text)) return true;
  const imports = text.matchAll(/^(?:import|} from) .*'(?:\.\.?\/)+(?:support\/)?([\w-]+\.ts)'/gm);
  return [...imports].some(([, name]) => {
    const support = `${SUPPORT}/${name}`;
    return support !== file && existsSync(support) && isReplacing(support);
  });
}

/** Among them, tests that run functions as they are deployed. */
const REPLACING = globSync(SHARED).filter(isReplacing);

/** Tests that run the built application. It is built once, before all of them. */
const BUILT = ['test/{e2e,stacks}/**/*.test.ts'];

// Commands that tests start, and the applications that the pool starts from this process, need not
// compile the same modules each time.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'purser-compile-cache');

export default defineConfig({
  test: {
    reporters: ['default', './test/support/summary-reporter.ts'],
    // Many tests wait for processes of their own: a worker for every core, even with only two.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: { name: 'shared', include: SHARED, exclude: REPLACING, isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'built',
          include: BUILT,
          globalSetup: ['test/support/build-once.ts', 'test/support/purser-pool.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: [...SHARED, ...BUILT] },
      },
      { extends: true, test: { name: 'replacing', include: REPLACING } },
    ],
  },
});
