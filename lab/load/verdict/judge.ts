import { mean } from '../../../domain/series/robust.ts';
import type { RunDifference } from '../../regressions/run-difference.ts';
import type { GeneratorHealth, Measured } from './measure.ts';
import { type Limits, type LoadTargets, METRICS, type MetricName } from './targets.ts';

export type Verdict = 'met' | 'missed' | 'critical' | 'not measured';

/** One figure against its limits. */
export type JudgedMetric = Limits & {
  metric: MetricName;
  value: number | undefined;
  verdict: Verdict;
  /** How far from the target, as a share of it; negative is better. */
  deviation: number | undefined;
  /** 0 to 100; `undefined` if nobody measured it. */
  score: number | undefined;
  /** What to do, if the target is missed. */
  advice?: string;
};

/** A system of the product, or its server. */
export type JudgedSystem = { system: string; score: number | undefined; metrics: JudgedMetric[] };

/** `invalid`: the generator was too busy to tell anything about the server. */
export type Outcome = 'passed' | 'missed targets' | 'failed' | 'invalid';

export type JudgedRun = {
  outcome: Outcome;
  score: number | undefined;
  systems: JudgedSystem[];
  /** Why it is not `passed`, in sentences. */
  reasons: string[];
};

const ADVICE: Record<MetricName, string> = {
  responseMs: 'Look at the slowest step below, and at the server: CPU and event loop.',
  predictionMs: 'Predictions take CPU only: add memory to the function, or warm it.',
  decisionP95Ms: 'Budgets that many share conflict: use escrow and more lanes for them.',
  requestsPerSecond: 'The server does not keep up: raise concurrency or memory.',
  errorShare: 'Look at the list of errors, and at the log of that function.',
  cpuShare: 'The server has no CPU left: raise its memory, or spread the load.',
  loopDelayMs: 'Something computes too long in one piece: profile the server.',
  memoryGrowthShare: 'Memory grows while the load is level: look for a leak with heap snapshots.',
};

/** Judges the figures of one system by its limits. */
export function judgedSystem(
  system: string,
  measured: Measured,
  limits: Partial<Record<MetricName, Limits | undefined>>,
): JudgedSystem {
  const metrics = Object.entries(limits).flatMap(([metric, of]) =>
    of === undefined
      ? []
      : [judgedMetric(metric as MetricName, measured[metric as MetricName], of)],
  );
  const scores = metrics.flatMap(({ score }) => score ?? []);
  return { system, score: scores.length > 0 ? mean(scores) : undefined, metrics };
}

function judgedMetric(metric: MetricName, value: number | undefined, limits: Limits): JudgedMetric {
  const { target, critical } = limits;
  if (value === undefined) {
    return {
      metric,
      ...limits,
      value,
      verdict: 'not measured',
      deviation: undefined,
      score: undefined,
    };
  }
  const sign = METRICS[metric].better === 'lower' ? 1 : -1;
  // 0 at the target, 1 at the critical limit.
  const excess = (value - target) / (critical - target);
  const verdict = excess <= 0 ? 'met' : excess < 1 ? 'missed' : 'critical';
  return {
    metric,
    ...limits,
    value,
    verdict,
    deviation: (sign * (value - target)) / target,
    score: 100 * Math.min(1, Math.max(0, 1 - excess / 2)),
    ...(verdict === 'met' ? {} : { advice: ADVICE[metric] }),
  };
}

/** Why a generator's figures say nothing about the server; empty if they do. */
export function generatorReasons(
  health: GeneratorHealth,
  { mostLateMs, mostLoopDelayMs, leastArrivals }: LoadTargets['generator'],
): string[] {
  const { lateP95Ms, loopDelayP95Ms, arrivals } = health;
  const advice = 'Run the generator on another machine, or with fewer users.';
  return [
    ...(lateP95Ms > mostLateMs
      ? [`The generator made calls ${lateP95Ms.toFixed(0)} ms late (p95). ${advice}`]
      : []),
    ...(loopDelayP95Ms > mostLoopDelayMs
      ? [
          `The generator's event loop was held up for ${loopDelayP95Ms.toFixed(0)} ms (p95). ${advice}`,
        ]
      : []),
    ...(arrivals < leastArrivals
      ? [`Only ${(100 * arrivals).toFixed(0)} % of the users arrived. ${advice}`]
      : []),
  ];
}

/** A percentile of a step that got slower than in the baseline. */
export type StepDifference = RunDifference & { step: string };

/** The verdict on the whole run. */
export function judgedRun(
  systems: readonly JudgedSystem[],
  invalid: readonly string[],
  differences: readonly StepDifference[],
): JudgedRun {
  const scores = systems.flatMap(({ score }) => score ?? []);
  const bad = systems.flatMap(({ system, metrics }) =>
    metrics
      .filter(({ verdict }) => verdict === 'missed' || verdict === 'critical')
      .map((metric) => ({ system, ...metric })),
  );
  const slower = differences.filter(({ verdict }) => verdict === 'higher');
  const isCritical = bad.some(({ verdict }) => verdict === 'critical') || slower.length > 0;
  return {
    outcome:
      invalid.length > 0
        ? 'invalid'
        : isCritical
          ? 'failed'
          : bad.length > 0
            ? 'missed targets'
            : 'passed',
    score: scores.length > 0 ? mean(scores) : undefined,
    systems: [...systems],
    reasons: [
      ...invalid,
      ...bad.map(({ system, metric, advice }) =>
        `${system}: ${METRICS[metric].name}. ${advice ?? ''}`.trim(),
      ),
      ...slower.map(
        ({ step, share, change }) =>
          `${step}: the p${100 * share} is ${(100 * change).toFixed(0)} % above the baseline.`,
      ),
    ],
  };
}
