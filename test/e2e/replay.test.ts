import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runScript } from '../support/run-script.ts';
import { type LocalPurser, startPurser } from '../support/local-purser.ts';

const ROWS = 150;

let purser: LocalPurser;
beforeAll(async () => {
  purser = await startPurser();
});
afterAll(() => purser?.stop());

const inFolder = (name: string, args: string[]) =>
  runScript(name, args, { dataDir: purser.dataDirectory });

it('replays a sample through the whole application, and the report equals the ledger', async () => {
  const trace = join(purser.dataDirectory, 'sample.csv');
  const out = join(purser.dataDirectory, 'replay.json');
  await inFolder('sample', ['--rows', String(ROWS), '--out', trace]);
  await purser.put('/v1/budgets/user/user-01/daily', { limitUsd: '0.05' });

  const args = [trace, '--url', purser.url, '--key', purser.key];
  const { code, stdout } = await inFolder('replay', [...args, '--out', out]);
  expect(stdout).toContain('equal to the nano-dollar');
  expect(stdout).toContain('as the report of all days does');
  expect(stdout).toContain('× user/user-01/daily');
  expect(code).toBe(0);

  const figures = JSON.parse(readFileSync(out, 'utf8')) as Record<string, Record<string, number>>;
  const { proceed = 0, downgrade = 0, reject = 0 } = figures['decisions'] ?? {};
  expect(proceed + downgrade + reject).toBe(ROWS);
  expect(reject).toBeGreaterThan(0);
  expect(figures['settled']).toBe(proceed + downgrade);
  expect(figures).toMatchObject({
    totalsMatch: true,
    ledger: { state: 'equal' },
    report: { total: { requests: proceed + downgrade } },
  });
});
