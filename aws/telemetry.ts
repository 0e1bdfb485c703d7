import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS, type Telemetry } from '../contracts/telemetry.ts';

const logger = new Logger();
let metrics: Metrics | undefined;

/** Made in the first invocation: where invocations run side by side it needs one to be made in. */
const metricsOfInvocation = (): Metrics => (metrics ??= new Metrics());

/** Structured logs and EMF metrics of a function; each metric is one line, written at once. */
export const telemetry: Telemetry = {
  info: (code, facts = {}) => logger.info(code, { code, ...plain(facts) }),
  warn: (code, facts = {}) => logger.warn(code, { code, ...plain(facts) }),
  error: (code, { error, ...facts }) =>
    logger.error(code, {
      code,
      ...plain(facts),
      error: error instanceof Error ? error : new Error(String(error)),
    }),
  metric: (name, value, dimensions = {}) => {
    const single = metricsOfInvocation().singleMetric();
    for (const [dimension, text] of Object.entries(dimensions))
      single.addDimension(dimension, text);
    single.addMetric(name, UNITS[METRICS[name]], value);
  },
};

const UNITS = {
  Milliseconds: MetricUnit.Milliseconds,
  Seconds: MetricUnit.Seconds,
  Count: MetricUnit.Count,
  None: MetricUnit.NoUnit,
} as const;

/** JSON has no big integers. */
function plain(facts: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [
      name,
      typeof fact === 'bigint' ? fact.toString() : fact,
    ]),
  );
}
