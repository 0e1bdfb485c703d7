import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { LOG_LINE_FIELDS, METRICS, type Telemetry } from '../contracts/telemetry.ts';

const logger = new Logger();
let metrics: Metrics | undefined;

/** Made in the first invocation: where invocations run side by side it needs one to be made in. */
const metricsOfInvocation = (): Metrics => (metrics ??= new Metrics());

/** Structured logs and EMF metrics of a function; each metric is one line, written at once. */
export const telemetry: Telemetry = {
  info: (code, facts = {}) => logger.info(code, { ...plain(facts), code }),
  warn: (code, facts = {}) => logger.warn(code, { ...plain(facts), code }),
  error: (code, { error, ...facts }) =>
    logger.error(code, {
      ...plain(facts),
      code,
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

const OF_THE_LINE: ReadonlySet<string> = new Set(LOG_LINE_FIELDS);

/**
 * Facts as a log line can hold them: JSON has no big integers, and a fact named like a field of the
 * line itself (`level`) gets another name (`fact_level`), because the logger would let it win.
 */
function plain(facts: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [
      OF_THE_LINE.has(name) ? `fact_${name}` : name,
      typeof fact === 'bigint' ? fact.toString() : fact,
    ]),
  );
}
