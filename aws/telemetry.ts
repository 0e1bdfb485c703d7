import { type Facts, METRICS, type Telemetry } from '../contracts/telemetry.ts';
import { loggedError, loggedFacts } from './logged-facts.ts';

/*
 * Writes log lines and EMF metrics in the form of Powertools for AWS Lambda. Its own writers read
 * the environment again for every line, which was a fourteenth of a decision's CPU.
 */

type Level = 'info' | 'warn' | 'error';

const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR', 'CRITICAL', 'SILENT'];
const { env } = process;
const service = env['POWERTOOLS_SERVICE_NAME'] ?? 'service_undefined';
const namespace = env['POWERTOOLS_METRICS_NAMESPACE'] ?? '';
const least = Math.max(0, LEVELS.indexOf((env['POWERTOOLS_LOG_LEVEL'] ?? 'INFO').toUpperCase()));
/** Tests set it to read the lines from their own console. */
const isConsoleRead = env['POWERTOOLS_DEV'] === 'true';
const hasMetrics =
  env['POWERTOOLS_METRICS_DISABLED'] === undefined
    ? !isConsoleRead
    : env['POWERTOOLS_METRICS_DISABLED'] !== 'true';

/** A function's structured logs and EMF metrics. Writes each metric immediately, as one line. */
export const telemetry: Telemetry = {
  info: (code, facts) => log('info', code, facts),
  warn: (code, facts) => log('warn', code, facts),
  error: (code, { error, ...facts }) => log('error', code, facts, errorView(loggedError(error))),
  metric(name, value, given = {}) {
    if (!hasMetrics) return;
    const dimensions = Object.fromEntries(Object.entries(given).filter(([, text]) => text !== ''));
    const metric = { Name: name, Unit: METRICS[name] };
    const line = {
      _aws: {
        Timestamp: Date.now(),
        CloudWatchMetrics: [
          {
            Namespace: namespace,
            Dimensions: [['service', ...Object.keys(dimensions)]],
            Metrics: [metric],
          },
        ],
      },
      service,
      ...dimensions,
      [name]: value,
    };
    write('info', JSON.stringify(line));
  },
};

function log(level: Level, code: string, facts: Facts = {}, error?: ErrorView): void {
  const name = level.toUpperCase();
  if (LEVELS.indexOf(name) < least) return;
  const fields = {
    level: name,
    message: code,
    timestamp: new Date().toISOString(),
    service,
    sampling_rate: 0,
    xray_trace_id: /Root=([^;]+)/.exec(env['_X_AMZN_TRACE_ID'] ?? '')?.[1],
    ...loggedFacts(facts),
    code,
    error,
  };
  const filled = Object.entries(fields).filter(([, fact]) => fact !== '' && fact !== null);
  write(level, JSON.stringify(Object.fromEntries(filled)));
}

/** Lambda's own console would put its own words before each line. */
function write(level: Level, line: string): void {
  if (isConsoleRead) console[level](line);
  else (level === 'info' ? process.stdout : process.stderr).write(`${line}\n`);
}

type ErrorView = {
  name: string;
  location: string;
  message: string;
  stack: string | undefined;
  cause?: ErrorView;
};

const errorView = ({ name, message, stack, cause }: Error): ErrorView => ({
  name,
  location: /\((.*:\d+):\d+\)$/m.exec(stack ?? '')?.[1] ?? '',
  message,
  stack,
  ...(cause instanceof Error ? { cause: errorView(cause) } : {}),
});
