import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { METRICS, type MetricName, type Telemetry } from '../../contracts/telemetry.ts';

const written: string[] = [];

beforeEach(() => {
  written.length = 0;
  // Makes the logger write to this process's console, where the test can read it.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'Purser');
  for (const method of ['info', 'warn', 'error', 'log'] as const) {
    vi.spyOn(console, method).mockImplementation((line: string) => void written.push(line));
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function lineOf(log: (telemetry: Telemetry) => void): Promise<Record<string, unknown>> {
  vi.resetModules();
  const { telemetry } = await import('../../aws/telemetry.ts');
  log(telemetry);
  return JSON.parse(written.at(-1) ?? '{}');
}

/** Line fields written by the logger, the gateway and X-Ray. */
const LINE_FIELDS = [
  'level',
  'message',
  'timestamp',
  'service',
  'code',
  'error',
  'cold_start',
  'function_arn',
  'function_memory_size',
  'function_name',
  'function_request_id',
  'sampling_rate',
  'tenant_id',
  'xray_trace_id',
];

test('a fact never overwrites a field of the log line', async () => {
  const facts = Object.fromEntries(LINE_FIELDS.map((name) => [name, 'taken']));
  const plain = await lineOf((telemetry) => telemetry.warn('BREACH_RAISED'));
  const line = await lineOf((telemetry) => telemetry.warn('BREACH_RAISED', facts));
  expect(line).toMatchObject({ level: 'WARN', message: 'BREACH_RAISED', code: 'BREACH_RAISED' });
  for (const name of LINE_FIELDS.filter((field) => field !== 'timestamp')) {
    expect(line[name], name).toEqual(plain[name]);
    expect(line[`fact_${name}`]).toBe('taken');
  }
});

test('an error keeps its level and its code along with its facts', async () => {
  const facts = { error: new Error('broken'), level: 'emergency', rows: 5n } as never;
  const line = await lineOf((telemetry) => telemetry.error('ALERT_NOT_SENT', facts));
  expect(line).toMatchObject({
    level: 'ERROR',
    code: 'ALERT_NOT_SENT',
    fact_level: 'emergency',
    rows: '5',
    error: { message: 'broken' },
  });
});

const CANARY = 'canary-of-a-prompt';

test('only listed facts are logged, at any depth', async () => {
  const facts = {
    organizationId: 'acme',
    prompt: CANARY,
    to: [CANARY],
    tags: { team: CANARY },
    target: { scope: 'user', prompt: CANARY },
    [CANARY]: 1,
  };
  const line = await lineOf((telemetry) => telemetry.info('SEEN', facts));
  expect(line).toMatchObject({
    organizationId: 'acme',
    target: { scope: 'user' },
    prompt: expect.stringContaining('not logged') as string,
  });
  const { [CANARY]: _, ...rest } = line;
  expect(JSON.stringify(rest)).not.toContain(CANARY);
});

test.each<[string, () => unknown]>([
  ['a parser', () => JSON.parse(`{"a": ${CANARY}}`)],
  ['a number', () => BigInt(CANARY)],
  ['a date', () => new Intl.DateTimeFormat('en', { timeZone: CANARY })],
  ['a decoder', () => decodeURIComponent(`%${CANARY}`)],
  ['an address', () => new URL(CANARY)],
])('the words of %s are not logged, its name and place are', async (_, fail) => {
  const error = thrownBy(fail);
  const line = await lineOf((telemetry) => telemetry.error('BROKEN', { error }));
  expect(JSON.stringify(line)).not.toContain(CANARY);
  expect(line['error']).toMatchObject({ name: error.name });
  expect(JSON.stringify(line)).toContain('telemetry.test.ts');
});

test('an error of our own is logged in its words, and its cause only by name', async () => {
  const cause = thrownBy(() => JSON.parse(CANARY));
  const error = new Error('the report was not sent', { cause });
  const line = await lineOf((telemetry) => telemetry.error('BROKEN', { error }));
  expect(line['error']).toMatchObject({
    message: 'the report was not sent',
    cause: { name: 'SyntaxError' },
  });
  expect(JSON.stringify(line)).not.toContain(CANARY);
});

/** Alarms and dashboards read these names and units. */
const UNITS: Record<string, MetricName[]> = {
  Count: [
    'ReservationsDecided',
    'StoreConflicts',
    'ReservationsExpired',
    'UsageEventsAccepted',
    'PostingsAggregated',
    'PostingsInSuspense',
    'ExpiriesInSuspense',
    'ScopesNotReviewed',
    'MonitorRuns',
    'StalePrices',
    'ProviderConnectionsOpened',
    'ProviderConnectionsBusy',
    'ProviderCallsWaiting',
    'PriceChanges',
    'BreachesRaised',
    'JobsWaiting',
    'AlertsDelivered',
    'ControlsChanged',
    'UnknownPrices',
    'UnreadMembers',
    'UnreadUsage',
    'RequestsLimited',
    'CostDeviations',
    'EventsNotRead',
    'LedgerViolations',
    'PredictorTrained',
    'PredictorDrift',
    'AnalyticsCacheHits',
    'AnalyticsCacheMisses',
    'ResponseCacheHits',
    'ResponseCacheMisses',
  ],
  Seconds: ['SweepLagSeconds', 'OldestJobSeconds'],
  Milliseconds: ['AggregationLagMilliseconds', 'AlertDelay'],
  None: ['SettledUsd', 'OverrunUsd'],
};

test.each(
  Object.entries(UNITS).flatMap(([unit, names]) => names.map((name) => [name, unit] as const)),
)('the metric %s is written in %s, with its dimensions', async (name, unit) => {
  const line = await lineOf((telemetry) => telemetry.metric(name, 3, { cause: 'test' }));
  expect(line).toMatchObject({
    [name]: 3,
    cause: 'test',
    _aws: { CloudWatchMetrics: [{ Metrics: [{ Name: name, Unit: unit }] }] },
  });
});

test('every metric has its unit here', () => {
  expect(Object.values(UNITS).flat().toSorted()).toEqual(Object.keys(METRICS).toSorted());
});

function thrownBy(fail: () => unknown): Error {
  try {
    fail();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}
