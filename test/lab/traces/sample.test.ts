import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runScript } from '../../support/run-script.ts';

it('writes the same bytes for the same seed, to a file or to standard output', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'purser-sample-'));
  try {
    const path = join(folder, 'sample.csv');
    const toFile = await runScript('sample', ['--rows', '50', '--seed', '3', '--out', path]);
    const toOutput = await runScript('sample', ['--rows', '50', '--seed', '3']);
    expect(toFile.stdout).toContain(`npm run replay -- ${path}`);
    expect(readFileSync(path, 'utf8')).toBe(toOutput.stdout);
    expect(toOutput.stdout.trimEnd().split('\n')).toHaveLength(51);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('refuses a row count that is not a whole number', async () => {
  const { code, stderr } = await runScript('sample', ['--rows', '1.5']);
  expect(code).toBe(2);
  expect(stderr).toContain('--rows must be a whole number from 1 to 1000000, not "1.5"');
});
