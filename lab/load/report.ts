import { quantiles } from '../../domain/series/quantile.ts';
import { mean } from '../../domain/series/robust.ts';
import type { ArtilleryRun } from './artillery.ts';
import { type Latencies, latenciesBySteps } from './baseline.ts';
import { type LoadMoment, loadOverTime } from './over-time.ts';
import type { CallSample, LoadSamples } from './samples.ts';
import type { RunPlan, Scenario, ScenarioName } from './scenarios.ts';
import type { ServerSample } from './server-watch.ts';
import { type BreakingPoint, breakingPoint } from './verdict/breaking-point.ts';
import {
  generatorReasons,
  type JudgedRun,
  judgedRun,
  judgedSystem,
  type StepDifference,
} from './verdict/judge.ts';
import {
  callsByFlow,
  type GeneratorHealth,
  generatorHealth,
  measuredFlow,
  measuredServer,
} from './verdict/measure.ts';
import type { LoadTargets } from './verdict/targets.ts';

/** How long the calls of a step took. */
export type StepTimes = {
  step: string;
  calls: number;
  perSecond: number;
  meanMs: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
};

/** A load run: what happened, and the verdict. */
export type LoadReport = {
  scenario: ScenarioName;
  startedAt: string;
  users: number;
  /** Measured, after the arrival of all users. */
  seconds: number;
  verdict: JudgedRun;
  steps: StepTimes[];
  decisions: [string, number][];
  errors: [string, number][];
  generator: GeneratorHealth & { cpuSeconds: number };
  breakingPoint?: BreakingPoint;
  differences: StepDifference[];
  overTime: LoadMoment[];
  server: ServerSample[];
  latenciesMs: Latencies;
};

/** What a run left behind. */
export type LoadRun = {
  name: ScenarioName;
  scenario: Scenario;
  plan: RunPlan;
  startedMs: number;
  samples: LoadSamples;
  artillery: ArtilleryRun;
  server: ServerSample[];
};

/** Judges a run. `compare` finds differences from a baseline, if there is one. */
export async function loadReport(
  run: LoadRun,
  targets: LoadTargets,
  compare: (latencies: Latencies) => Promise<StepDifference[]>,
): Promise<LoadReport> {
  const { scenario, plan, samples, artillery, server } = run;
  const firstMs = samples.calls[0]?.calledMs ?? run.startedMs;
  const fromMs = firstMs + plan.arrivalSeconds * 1_000;
  const untilMs = firstMs + plan.seconds * 1_000;
  const calls = samples.calls.filter(
    ({ calledMs }) => calledMs >= fromMs && calledMs < Math.max(untilMs, fromMs + 1_000),
  );
  const seconds = Math.max(1, plan.seconds - plan.arrivalSeconds);
  const point = scenario.ramp ? breakingPoint(samples.calls, targets.breakingPoint) : undefined;
  const generator = generatorHealth(samples, {
    // A run that broke was ended before all users arrived.
    intended: point?.broke ? artillery.arrived : plan.arrivals,
    arrived: artillery.arrived,
  });
  const latenciesMs = latenciesBySteps(calls);
  const differences = await compare(latenciesMs);
  const systems = point
    ? [sustainedSystem(point, targets)]
    : [...flowSystems(run, calls, seconds, targets), serverSystem(server, targets)];
  const invalid = generatorReasons(generator, targets.generator);
  return {
    scenario: run.name,
    startedAt: new Date(run.startedMs).toISOString(),
    users: plan.users,
    seconds,
    verdict: judgedRun(systems, invalid, differences),
    steps: stepTimes(calls, seconds),
    decisions: counted(calls.filter(({ isError, outcome }) => !isError && outcome !== '')),
    errors: [...counted(calls.filter(({ isError }) => isError)), ...artillery.lost],
    generator: { ...generator, cpuSeconds: artillery.cpuSeconds },
    ...(point ? { breakingPoint: point } : {}),
    differences,
    overTime: loadOverTime(samples.calls),
    server,
    latenciesMs,
  };
}

function flowSystems(
  { scenario, plan, artillery }: LoadRun,
  calls: readonly CallSample[],
  seconds: number,
  targets: LoadTargets,
): JudgedRun['systems'] {
  const lost = artillery.lost.reduce((sum, [, count]) => sum + count, 0);
  return [...callsByFlow(calls)].map(([flow, of]) => {
    const share = of.length / Math.max(1, calls.length);
    const { requestsPerSecond, ...measured } = measuredFlow(of, seconds, lost * share);
    // Fewer users than the target is for, or users of several flows, cannot reach it.
    const isWhole = scenario.flow === flow && plan.users >= scenario.users;
    return judgedSystem(
      flow,
      isWhole ? { ...measured, requestsPerSecond } : measured,
      targets.systems[flow],
    );
  });
}

const serverSystem = (samples: readonly ServerSample[], targets: LoadTargets) =>
  judgedSystem('server', measuredServer(samples), targets.server);

/** A stress test is judged by what it sustained before it broke. */
function sustainedSystem(point: BreakingPoint, { systems }: LoadTargets) {
  const { requestsPerSecond } = systems.relaycore;
  return judgedSystem(
    'relaycore',
    { requestsPerSecond: point.sustainedPerSecond },
    { requestsPerSecond },
  );
}

function stepTimes(calls: readonly CallSample[], seconds: number): StepTimes[] {
  return [...Map.groupBy(calls, ({ flow, step }) => `${flow} ${step}`)].map(([step, of]) => {
    const latencies = of.map(({ latencyMs }) => latencyMs);
    const [p50Ms = 0, p95Ms = 0, p99Ms = 0] = quantiles(latencies, [0.5, 0.95, 0.99]);
    const perSecond = of.length / seconds;
    return { step, calls: of.length, perSecond, meanMs: mean(latencies), p50Ms, p95Ms, p99Ms };
  });
}

function counted(calls: readonly CallSample[]): [string, number][] {
  return [...Map.groupBy(calls, ({ outcome }) => outcome)]
    .map(([outcome, of]): [string, number] => [outcome, of.length])
    .toSorted(([, first], [, second]) => second - first);
}
