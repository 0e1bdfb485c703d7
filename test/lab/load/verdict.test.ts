import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differencesFrom, latenciesBySteps } from '../../../lab/load/baseline.ts';
import type { CallSample } from '../../../lab/load/samples.ts';
import { runPlan, SCENARIOS } from '../../../lab/load/scenarios.ts';
import { breakingPoint } from '../../../lab/load/verdict/breaking-point.ts';
import { generatorReasons, judgedRun, judgedSystem } from '../../../lab/load/verdict/judge.ts';
import { measuredFlow, measuredServer } from '../../../lab/load/verdict/measure.ts';
import { loadTargets } from '../../../lab/load/verdict/targets.ts';
import { logNormalVariate, seededRandom } from '../../../lab/traces/seeded-random.ts';
import { runScript } from '../../support/run-script.ts';

const LIMITS = { responseMs: { target: 200, critical: 1_000 } };
const call = (atSecond: number, change: Partial<CallSample> = {}): CallSample => ({
  calledMs: 1_000 * atSecond,
  flow: 'relaycore',
  step: 'reserve',
  latencyMs: 20,
  isError: false,
  outcome: 'proceed',
  lateMs: 0,
  ...change,
});

describe('a figure', () => {
  test.each([
    [150, 'met', -0.25, 100],
    [200, 'met', 0, 100],
    [600, 'missed', 2, 75],
    [1_000, 'critical', 4, 50],
    [5_000, 'critical', 24, 0],
    [undefined, 'not measured', undefined, undefined],
  ])('of %s ms is judged by target and critical limit', (value, verdict, deviation, score) => {
    const measured = value === undefined ? {} : { responseMs: value };
    const { metrics } = judgedSystem('relaycore', measured, LIMITS);
    expect(metrics).toMatchObject([{ verdict, deviation, score }]);
  });

  test('that should be high is judged the other way round', () => {
    const limits = { requestsPerSecond: { target: 100, critical: 50 } };
    const of = (requestsPerSecond: number) =>
      judgedSystem('relaycore', { requestsPerSecond }, limits).metrics[0];
    expect(of(120)).toMatchObject({ verdict: 'met', deviation: -0.2 });
    expect(of(75)).toMatchObject({ verdict: 'missed', deviation: 0.25, score: 75 });
    expect(of(50)?.verdict).toBe('critical');
  });
});

describe('a run', () => {
  const system = (responseMs: number) => judgedSystem('relaycore', { responseMs }, LIMITS);

  test('passes, misses targets, fails or is invalid, and says why', () => {
    expect(judgedRun([system(100)], [], [])).toMatchObject({ outcome: 'passed', reasons: [] });
    expect(judgedRun([system(300)], [], []).outcome).toBe('missed targets');
    expect(judgedRun([system(2_000)], [], [])).toMatchObject({
      outcome: 'failed',
      reasons: [expect.stringContaining('relaycore: mean response time.')],
    });
    expect(judgedRun([system(2_000)], ['The generator was busy.'], []).outcome).toBe('invalid');
  });

  test('fails if a step is surely slower than in the baseline', () => {
    const difference = { share: 0.95, before: 10, after: 15, change: 0.5, low: 0.4, high: 0.6 };
    const differences = [{ ...difference, verdict: 'higher' as const, step: 'relaycore settle' }];
    expect(judgedRun([system(100)], [], differences)).toMatchObject({
      outcome: 'failed',
      reasons: ['relaycore settle: the p95 is 50 % above the baseline.'],
    });
  });

  test('is invalid if the generator was late, held up, or did not send all users', () => {
    const { generator } = loadTargets();
    const sound = { lateP95Ms: 5, loopDelayP95Ms: 5, arrivals: 1 };
    expect(generatorReasons(sound, generator)).toEqual([]);
    for (const fault of [{ lateP95Ms: 9_000 }, { loopDelayP95Ms: 9_000 }, { arrivals: 0.5 }]) {
      expect(generatorReasons({ ...sound, ...fault }, generator)).toHaveLength(1);
    }
  });
});

test('calls that nobody answered are errors', () => {
  const calls = [call(0), call(1, { isError: true }), call(2, { step: 'settle', latencyMs: 80 })];
  expect(measuredFlow(calls, 3, 1)).toEqual({
    responseMs: 40,
    decisionP95Ms: 20,
    requestsPerSecond: 1,
    errorShare: 0.5,
  });
});

test('memory grows only if its floor does', () => {
  const samples = (memoryBytes: (at: number) => number) =>
    Array.from({ length: 60 }, (_, at) => ({
      atMs: 1_000 * at,
      memoryBytes: memoryBytes(at),
      cpuShare: 0.4,
      loopDelayMs: 12,
    }));
  const sawtooth = measuredServer(samples((at) => 1e8 + 1e6 * (at % 7)));
  expect(sawtooth).toMatchObject({ cpuShare: 0.4, loopDelayMs: 12 });
  expect(Math.abs(sawtooth.memoryGrowthShare ?? 1)).toBeLessThan(0.05);
  const leak = measuredServer(samples((at) => 1e8 + 2e6 * at));
  expect(leak.memoryGrowthShare).toBeGreaterThan(0.3);
  expect(measuredServer(samples(() => 1).slice(0, 7))).toEqual({});
});

describe('the breaking point', () => {
  const limits = { mostErrorShare: 0.05, mostDecisionP95Ms: 1_000, seconds: 5 };
  const rising = (latencyMs: (second: number) => number): CallSample[] =>
    Array.from({ length: 30 }, (_, second) =>
      Array.from({ length: 10 + 2 * second }, () => call(second, { latencyMs: latencyMs(second) })),
    ).flat();

  test('is where two windows in a row are slow; what was sustained is the best before', () => {
    const point = breakingPoint(
      rising((second) => (second < 20 ? 20 : 3_000)),
      limits,
    );
    expect(point.sustainedPerSecond).toBe(44);
    expect(point.broke).toEqual({ atMs: 30_000, why: 'the p95 of all calls was 3000 ms' });
  });

  test('is not reached by a hiccup', () => {
    const hiccup = rising((second) => (second >= 10 && second < 15 ? 3_000 : 20));
    expect(breakingPoint(hiccup, limits)).toEqual({ sustainedPerSecond: 64 });
    expect(breakingPoint([], limits)).toEqual({ sustainedPerSecond: 0 });
  });
});

describe('a baseline', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'baseline-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const latencies = (scaleMs: number, seed: number) => {
    const random = seededRandom(seed);
    const calls = Array.from({ length: 600 }, (_, at) =>
      call(at, { latencyMs: scaleMs * logNormalVariate(0.3, random) }),
    );
    return latenciesBySteps(calls);
  };

  test('tells which steps got slower', async () => {
    const file = join(folder, 'before.json');
    await writeFile(file, JSON.stringify({ scenario: 'soak', latenciesMs: latencies(50, 1) }));
    const slower = await differencesFrom(file, 'soak', latencies(80, 2));
    expect(slower.map(({ step, share, verdict }) => [step, share, verdict])).toEqual([
      ['relaycore reserve', 0.5, 'higher'],
      ['relaycore reserve', 0.95, 'higher'],
    ]);
    await expect(differencesFrom(file, 'relaycore', latencies(80, 2))).rejects.toThrow(
      'is a run of soak, not of relaycore',
    );
  });

  test('that is none is refused', async () => {
    const file = join(folder, 'none.json');
    await writeFile(file, '{}');
    await expect(differencesFrom(file, 'soak', {})).rejects.toThrow('no report of npm run load');
  });
});

test('a scale shortens a run, and a ramp adds users step by step', () => {
  expect(runPlan(SCENARIOS.relaycore, 0.02, 200)).toMatchObject({ seconds: 12, arrivalSeconds: 4 });
  const stress = runPlan(SCENARIOS.stress, 1, 0);
  expect(stress.phases[2]).toEqual({ duration: 20, arrivalRate: 60 });
  expect(stress.arrivals).toBe(20 * 20 * ((15 * 16) / 2));
});

test('the command explains itself in 80 columns, and refuses what costs money unasked', async () => {
  const { stdout } = await runScript('load', ['--help']);
  for (const name of Object.keys(SCENARIOS)) expect(stdout).toContain(`  ${name} `);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  const elsewhere = await runScript('load', ['neuroweaver', '--url', 'https://api.example.com']);
  expect(elsewhere).toMatchObject({ code: 2, stderr: expect.stringContaining('--calls-models') });
});
