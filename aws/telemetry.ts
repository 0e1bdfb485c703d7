import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS, type Telemetry } from '../contracts/telemetry.ts';
import { loggedError, loggedFacts } from './logged-facts.ts';

const logger = new Logger();
let metrics: Metrics | undefined;

/**
 * Created during the first invocation, because concurrent invocations require an invocation
 * context.
 */
const metricsOfInvocation = (): Metrics => (metrics ??= new Metrics());

/** A function's structured logs and EMF metrics. Writes each metric immediately, as one line. */
export const telemetry: Telemetry = {
  info: (code, facts = {}) => logger.info(code, { ...loggedFacts(facts), code }),
  warn: (code, facts = {}) => logger.warn(code, { ...loggedFacts(facts), code }),
  error: (code, { error, ...facts }) =>
    logger.error(code, {
      ...loggedFacts(facts),
      code,
      error: loggedError(error),
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
