import { readFileSync } from 'node:fs';
import * as z from 'zod';

const limits = z.strictObject({ target: z.number(), critical: z.number() });

/** The figures that a run is judged by, with their words and the direction that is better. */
export const METRICS = {
  responseMs: { name: 'mean response time', unit: 'ms', better: 'lower' },
  predictionMs: { name: 'mean time of a prediction', unit: 'ms', better: 'lower' },
  decisionP95Ms: { name: 'p95 of a decision', unit: 'ms', better: 'lower' },
  requestsPerSecond: { name: 'requests per second', unit: '', better: 'higher' },
  errorShare: { name: 'errors', unit: '%', better: 'lower' },
  cpuShare: { name: 'CPU of the server', unit: '%', better: 'lower' },
  loopDelayMs: { name: 'p95 of event loop delay', unit: 'ms', better: 'lower' },
  memoryGrowthShare: { name: 'growth of memory', unit: '%', better: 'lower' },
} as const;

export type MetricName = keyof typeof METRICS;

const system = z.partialRecord(
  z.enum(['responseMs', 'predictionMs', 'decisionP95Ms', 'requestsPerSecond', 'errorShare']),
  limits,
);

const targets = z.strictObject({
  systems: z.strictObject({ automatrix: system, relaycore: system, neuroweaver: system }),
  server: z.partialRecord(z.enum(['cpuShare', 'loopDelayMs', 'memoryGrowthShare']), limits),
  generator: z.strictObject({
    mostLateMs: z.number(),
    mostLoopDelayMs: z.number(),
    leastArrivals: z.number(),
  }),
  breakingPoint: z.strictObject({
    mostErrorShare: z.number(),
    mostDecisionP95Ms: z.number(),
    seconds: z.number(),
  }),
});

/** Targets and critical limits, as `artillery/targets.json` holds them. */
export type LoadTargets = z.output<typeof targets>;
export type Limits = z.output<typeof limits>;

/** Reads `artillery/targets.json`. */
export function loadTargets(): LoadTargets {
  const file = new URL('../../../artillery/targets.json', import.meta.url);
  return targets.parse(JSON.parse(readFileSync(file, 'utf8')));
}
