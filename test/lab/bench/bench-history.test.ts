import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  historyFile,
  historyText,
  keepRun,
  type RunKind,
  runsOf,
} from '../../../lab/bench/history.ts';
import { runScript } from '../../support/run-script.ts';

const KIND: RunKind = { isQuick: true, numbers: { scopes: 10 } };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-history-'));
  vi.stubEnv('PURSER_DATA_DIR', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const keep = (day: number, ratio: number, kind = KIND): Promise<void> =>
  keepRun('requests', {
    ...kind,
    at: new Date(Date.UTC(2026, 10, day)),
    figures: { exact: { ratio, units: 20n }, steps: [{ calls: 3 }], name: 'x' },
  });

test('a figure that changed for good is told with its date', async () => {
  for (let day = 1; day <= 16; day += 1) await keep(day, (day < 9 ? 1.3 : 1.9) + day / 1_000);
  const text = historyText('requests', await runsOf('requests', KIND));
  expect(text).toContain('16 runs');
  expect(text).toMatch(/^exact\.ratio +2026-11-09 +1\.30\d +1\.91\d +\+4\d\.\d % +0\.002$/m);
  expect(text).toContain('2 figures were examined');
  expect(text).not.toContain('calls');
});

test('fewer than ten runs of the same size do not tell', async () => {
  for (let day = 1; day <= 9; day += 1) await keep(day, day);
  await keep(10, 1, { isQuick: false, numbers: {} });
  await keep(11, 1, { isQuick: true, numbers: { scopes: 11 } });
  const text = historyText('requests', await runsOf('requests', KIND));
  expect(text).toBe(
    'requests: 9 runs in its history. With fewer than 10, a change cannot be told from chance.',
  );
});

test('the command reads the history, and says where a line of it is wrong', async () => {
  const read = () =>
    runScript('bench', ['monitor', '--quick', '--scopes', '10000', '--history'], {
      dataDir: folder,
    });
  expect(await read()).toMatchObject({ code: 0, stdout: expect.stringContaining('0 runs') });
  await keepRun('monitor', { isQuick: true, numbers: {}, at: new Date(0), figures: {} });
  await appendFile(historyFile('monitor'), '{"at":"yesterday"}\n');
  const { code, stderr } = await read();
  expect(code).toBe(1);
  expect(stderr).toContain('monitor.jsonl, line 2, is no run of a benchmark.');
});
