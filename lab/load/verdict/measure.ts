import { quantile, quantiles } from '../../../domain/series/quantile.ts';
import { mean, median } from '../../../domain/series/robust.ts';
import type { CallSample, LoadSamples } from '../samples.ts';
import type { Flow } from '../scenarios.ts';
import type { ServerSample } from '../server-watch.ts';
import type { MetricName } from './targets.ts';

/** The figures of a system, or of the server; a figure that nobody measured is missing. */
export type Measured = Partial<Record<MetricName, number>>;

/** Steps in which Purser decides about money. */
const DECISIONS = new Set(['reserve', 'open']);

/** What the users of a flow saw. `lost` counts their calls that nobody answered. */
export function measuredFlow(
  calls: readonly CallSample[],
  seconds: number,
  lost: number,
): Measured {
  const latencies = calls.map(({ latencyMs }) => latencyMs);
  const decisions = latenciesOf(calls, (step) => DECISIONS.has(step));
  const predictions = latenciesOf(calls, (step) => step === 'predict');
  const errors = calls.filter(({ isError }) => isError).length + lost;
  return {
    ...(calls.length > 0 ? { responseMs: mean(latencies) } : {}),
    ...(predictions.length > 0 ? { predictionMs: mean(predictions) } : {}),
    ...(decisions.length > 0 ? { decisionP95Ms: quantiles(decisions, [0.95])[0] ?? 0 } : {}),
    requestsPerSecond: calls.length / seconds,
    ...(calls.length + lost > 0 ? { errorShare: errors / (calls.length + lost) } : {}),
  };
}

const latenciesOf = (calls: readonly CallSample[], isOf: (step: string) => boolean): number[] =>
  calls.filter(({ step }) => isOf(step)).map(({ latencyMs }) => latencyMs);

/** The first part of a run in which memory is still taken for the first time. */
const WARM_UP_SHARE = 0.3;
const LEAST_SAMPLES = 8;

/** What the server used. Memory counts from its floor, because garbage comes and goes. */
export function measuredServer(samples: readonly ServerSample[]): Measured {
  if (samples.length < LEAST_SAMPLES) return {};
  const warm = samples.slice(Math.floor(WARM_UP_SHARE * samples.length));
  const delays = warm.flatMap(({ loopDelayMs }) => loopDelayMs ?? []);
  const part = Math.ceil(warm.length / 4);
  const floor = (of: readonly ServerSample[]): number =>
    quantiles(
      of.map(({ memoryBytes }) => memoryBytes),
      [0.2],
    )[0] ?? 0;
  return {
    cpuShare: median(warm.map(({ cpuShare }) => cpuShare)),
    ...(delays.length > 0 ? { loopDelayMs: quantiles(delays, [0.95])[0] ?? 0 } : {}),
    memoryGrowthShare: floor(warm.slice(-part)) / floor(warm.slice(0, part)) - 1,
  };
}

/** How well the generator kept its times. */
export type GeneratorHealth = { lateP95Ms: number; loopDelayP95Ms: number; arrivals: number };

/** @param intended users that should have arrived, and how many did */
export function generatorHealth(
  { calls, generatorDelaysMs }: LoadSamples,
  { intended, arrived }: { intended: number; arrived: number },
): GeneratorHealth {
  const lateness = calls.map(({ lateMs }) => lateMs).toSorted((first, second) => first - second);
  return {
    lateP95Ms: lateness.length > 0 ? quantile(lateness, 0.95) : 0,
    loopDelayP95Ms:
      generatorDelaysMs.length > 0 ? (quantiles(generatorDelaysMs, [0.95])[0] ?? 0) : 0,
    arrivals: intended > 0 ? arrived / intended : 1,
  };
}

/** Calls of each flow that were made. */
export const callsByFlow = (calls: readonly CallSample[]): Map<Flow, CallSample[]> =>
  Map.groupBy(calls, ({ flow }) => flow);
