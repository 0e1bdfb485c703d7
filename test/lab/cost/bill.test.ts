import { beforeAll, describe, expect, test } from 'vitest';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { join } from 'node:path';
import { billOfUse, gatewayBill, idleBill, totalOf, warmUsd } from '../../../lab/cost/bill.ts';
import { billsOf, figuresOf, GOALS, useAsJson, useFromJson } from '../../../lab/cost/figures.ts';
import type { Reading } from '../../../lab/cost/measured-run.ts';
import {
  runsPerMonth,
  type TemplateFacts,
  templateFacts,
} from '../../../lab/cost/template-facts.ts';
import { buildFunctions } from '../../../bin/build.ts';
import type { FunctionDefinition } from '../../../lambdas/function-definition.ts';
import { FUNCTIONS } from '../../../lambdas/functions.ts';
import { configFor } from '../../../lib/config.ts';
import { createApp } from '../../../lib/purser-app.ts';

const functions: readonly FunctionDefinition[] = FUNCTIONS;
const COMMAND = join(import.meta.dirname, '../../../lab/cost/cost.ts');
const TOLERANCE = 1.05;
/**
 * Reserve and settle (`test/services/reservations`), a posting's record and sums
 * (`test/services/reporting/aggregate-postings.test.ts`), and its route's statistics.
 */
const UNITS_FAR_APART = 14;
const NOTHING: Reading = {
  store: {
    readUnits: 0,
    writeUnits: 0,
    reads: 0,
    writes: 0,
    transactions: 0,
    plainWaits: 0,
    transactionWaits: 0,
  },
  runs: new Map(),
  logBytes: 0,
};
let prod: TemplateFacts;
beforeAll(async () => {
  await buildFunctions();
  const outdir = mkdtempSync(join(tmpdir(), 'purser-cost-'));
  const { directory } = createApp({ environments: ['prod'], outdir, skipChecks: true }).synth();
  prod = templateFacts(directory, configFor('prod'), functions);
  rmSync(outdir, { recursive: true });
});

test('prod without requests and warm environments costs less than 15 USD a month', () => {
  const scheduled = functions
    .filter(({ schedule }) => schedule)
    .map((definition) => ({ definition, reading: NOTHING }));
  // Six metrics are written without requests; the runs of schedules cost a few tenths more.
  const idle = idleBill(prod, 6, scheduled);
  expect(totalOf(idle)).toBeLessThan(14.5);
  expect(prod).toMatchObject({ dashboards: 1, compositeAlarms: 1, keys: 2, polledQueues: 3 });
  expect(prod.alarmMetrics).toBeGreaterThan(30);
  // Four functions of half a gigabyte or more, five environments each.
  expect(warmUsd(prod)).toBeCloseTo(prod.warmGb * 730 * 3_600 * 0.0000033334, 6);
});

describe('the last recorded run', () => {
  const use = useFromJson(
    readFileSync(join(import.meta.dirname, '../../../lab/cost/last-run.json'), 'utf8'),
  );

  test('costs what the goals allow, use a twentieth less, because runs differ by that', () => {
    const { idleUsdPerMonth, usdPerMillion } = figuresOf(billsOf(prod, use, functions));
    expect(idleUsdPerMonth).toBeLessThan(GOALS.idleUsdPerMonth);
    expect(usdPerMillion.busy * TOLERANCE).toBeLessThanOrEqual(GOALS.busy);
    expect(usdPerMillion.low * TOLERANCE).toBeLessThanOrEqual(GOALS.low);
  });

  test('wrote the units that tests assert for each part of a pair far apart', () => {
    const { pairs, reading } = use.low;
    const unitsPerPair = reading.store.writeUnits / pairs;
    expect(unitsPerPair).toBeGreaterThan(UNITS_FAR_APART / TOLERANCE);
    expect(unitsPerPair).toBeLessThan(UNITS_FAR_APART * TOLERANCE);
  });

  test('is kept and read as it was measured', () => {
    expect(useFromJson(useAsJson(use))).toEqual(use);
  });
});

test('the command prices the recorded run with the templates of today, and says when it ran', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    COMMAND,
    '--environment',
    'prod',
  ]);
  expect(stdout).toMatch(/measured on \d{4}-\d{2}-\d{2}\./);
  expect(stdout).toContain(totalOf(gatewayBill(functions)).toFixed(2));
  const lines = stdout.split('\n');
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.filter((line) => line.startsWith('  sum'))).toHaveLength(3);
});

test.each([
  [['--busy', '100'], '--busy needs --measure.'],
  [['--record', '--quiet', 'none'], '--quiet must be a whole number'],
  [['--environment', 'moon'], '--environment must be dev, staging, prod.'],
  [['prod'], '"prod" is not understood.'],
])('the command refuses %j', async (args, message) => {
  await expect(promisify(execFile)(process.execPath, [COMMAND, ...args])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining(message),
  });
});

test('use is priced by its units', () => {
  const reading: Reading = {
    store: {
      readUnits: 8,
      writeUnits: 12,
      reads: 2,
      writes: 1,
      transactions: 1,
      plainWaits: 1,
      transactionWaits: 1,
    },
    runs: new Map([['reserve', 1]]),
    logBytes: 1_000,
  };
  const memoryGb = (functions.find(({ name }) => name === 'reserve')?.memoryMiB ?? 0) / 1_024;
  const bill = billOfUse(reading, functions, { apiRequests: 2, times: 1e6 });
  expect(bill.get('DynamoDB')).toBeCloseTo(12 * 0.625 + 8 * 0.125, 9);
  expect(bill.get('API Gateway')).toBeCloseTo(2, 9);
  // Two reads and a write of 5 ms, a transaction of 10 ms, and 5 ms of CPU.
  expect(bill.get('Lambda')).toBeCloseTo(0.2 + memoryGb * 0.03 * 13.3334, 6);
  const alone = billOfUse(reading, functions, { isAlone: true, times: 1e6 });
  // One wait of 5 ms and one of 10 ms.
  expect(alone.get('Lambda')).toBeCloseTo(0.2 + memoryGb * 0.02 * 13.3334, 6);
  expect(bill.get('Logs')).toBeCloseTo(((1_000 + 310 + 840) * 0.5e6) / 2 ** 30, 6);
});

test('a call through the gateway is paid for as long as its model writes', () => {
  const streaming: FunctionDefinition[] = functions
    .filter(({ name }) => name === 'reserve')
    .map((definition) => ({ ...definition, memoryMiB: 512, streams: true }));
  const bill = gatewayBill(streaming);
  expect(bill.get('API Gateway')).toBe(3.5);
  // Half a gigabyte for four seconds and what 6.2 ms of a core take with a share of 512 / 1769.
  const seconds = 4 + (0.0062 * 1_769) / 512;
  expect(bill.get('Lambda')).toBeCloseTo(0.2 + 0.5 * seconds * 13.3334, 6);
  expect(bill.get('Logs')).toBeCloseTo((730 * 0.5e6) / 2 ** 30, 6);
});

test('the gateway costs what the goal allows, and half of what a gigabyte would', () => {
  const usd = totalOf(gatewayBill(functions));
  expect(usd).toBeLessThan(GOALS.gateway);
  const larger = functions.map((definition) => ({ ...definition, memoryMiB: 1_024 }));
  expect(usd).toBeLessThan(totalOf(gatewayBill(larger)) * 0.55);
});

describe('a schedule', () => {
  test.each([
    ['rate(1 minute)', 43_800],
    ['rate(15 minutes)', 2_920],
    ['rate(1 hour)', 730],
    ['rate(1 day)', 730 / 24],
    ['cron(15 2 * * ? *)', 730 / 24],
    ['cron(2 * * * ? *)', 730],
    ['cron(0 3 ? * SUN *)', 730 / 24 / 7],
  ])('%s fires %d times a month', (expression, expected) => {
    expect(runsPerMonth(expression)).toBeCloseTo(expected, 6);
  });

  test('that cannot be counted is refused', () => {
    expect(() => runsPerMonth('cron(0/5 8-17 1 * ? *)')).toThrow('cannot be counted');
  });

  test.each(functions.filter(({ schedule }) => schedule))('of $name is counted', (definition) => {
    expect(runsPerMonth(definition.schedule?.expression ?? '')).toBeGreaterThan(3);
  });
});
