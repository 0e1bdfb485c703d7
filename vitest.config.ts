import { defineConfig } from 'vitest/config';

/** Tests of pure code share a process: they have no state to keep apart. */
const PURE = ['test/domain/**/*.test.ts', 'test/contracts/**/*.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './test/support/summary-reporter.ts'],
    // Many tests wait for processes of their own: a worker for every core, also where there are two.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
      { extends: true, test: { name: 'whole', include: ['test/**/*.test.ts'], exclude: PURE } },
    ],
  },
});
