import type { ExampleStep } from './example-requests.ts';
import type { Json } from './json-places.ts';

/** Too old for an application whose clock moves on. */
export const MEASURED_AT = '2026-11-21T12:20:00Z';

/** What two calls of a system measured; the first has every measure. */
export const metricsBody: Record<string, Json> = {
  system: 'relaycore',
  measurements: [
    {
      at: MEASURED_AT,
      start: 'cold',
      responseTimeMs: 2_150.5,
      costUsd: '0.004215',
      accuracy: 0.97,
      throughputPerSecond: 58.2,
    },
    { at: MEASURED_AT, responseTimeMs: 810 },
  ],
};

/** Examples of the routes of metrics. */
export const METRICS_STEPS: readonly ExampleStep[] = [
  { operationId: 'trackMetrics', request: () => ({ body: metricsBody }) },
  { operationId: 'getMetrics', request: () => ({ query: { system: 'relaycore' } }) },
];
