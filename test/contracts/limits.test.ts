import { describe, expect, test } from 'vitest';
import { ROUTES } from '../../contracts/routes.ts';
import { usageEvent } from '../../contracts/usage.ts';

const many = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => item(index));
const ids = (count: number): string[] => many(count, (index) => `id-${index}`);
const addresses = (count: number): string[] => many(count, (index) => `ops-${index}@example.com`);
const record = <Value>(names: string[], value: Value): Record<string, Value> =>
  Object.fromEntries(names.map((name) => [name, value]));

const request = { system: 'relaycore', userId: 'ada', inputTokens: 1_000 };
const usage = { inputTokens: 1, outputTokens: 1 };
const prices = { inputUsdPerMillion: '1', outputUsdPerMillion: '2' };
const level = { name: 'warning', action: 'alert' };
const figure = {
  metric: 'costPerRequest',
  lowUsd: '1',
  typicalUsd: '2',
  highUsd: '3',
  meaning: 'what it says',
  source: 'a survey',
  sourceDate: '2026-11-21',
};
const event = {
  at: '2026-11-21T06:30:00Z',
  eventId: 'e-1',
  model: 'a-model',
  system: 'relaycore',
  userId: 'ada',
  usage,
};
const override = { scope: 'user', enabled: true };

const ownModel = (model: string) => ({ model, apis: ['chat'] });
/** A valid request per operation. Each row below changes one of its fields. */
const VALID: Record<string, object> = {
  createReservation: request,
  createPrediction: { steps: [request] },
  settleReservation: { usage },
  trackMetrics: { system: 'relaycore', measurements: [{ accuracy: 1 }] },
  ingestUsage: { events: [{}] },
  usageEvent: event,
  putBudget: { limitUsd: '1' },
  putThresholds: { levels: [{ ...level, amountUsd: '1' }] },
  putAlertPreferences: {},
  putModel: {},
  putRateCard: prices,
  putProvider: { baseUrl: 'https://inference.example.com/v1', models: [ownModel('own')] },
  putRoutingSettings: {},
  putFlag: {},
  putReportTags: { tags: [] },
  putCostAllocation: { rule: 'even' },
  putReportSubscription: { frequency: 'daily', to: ['ops@example.com'] },
  putBenchmark: { title: 'Hotels', figures: [figure] },
  promotePredictor: { version: 'online-2' },
  createKey: { name: 'a key', role: 'caller' },
  rotateKey: {},
  applyControl: { scope: 'user', scopeId: 'ada', action: 'disable', reason: 'why' },
};

type Row = [operation: string, field: string, within: unknown[], beyond: unknown[]];

const NUMBERS: Row[] = [
  ['createReservation', 'inputTokens', [0, 100_000_000], [-1, 100_000_001, 0.5]],
  ['createReservation', 'maxOutputTokens', [1, 100_000_000], [0, 100_000_001]],
  ['createReservation', 'images', [1, 1_000], [0, 1_001]],
  ['createReservation', 'minQuality', [0, 1e-9, 1], [-1e-9, 0.9e-9, 1 + 1e-9]],
  ['createReservation', 'maxLatencyMs', [0.001, 86_400_000], [0, 0.0009, 86_400_001]],
  ['createPrediction', 'steps.0.times', [1, 10_000], [0, 10_001]],
  ['createPrediction', 'steps.0.retries', [0, 10], [-1, 11]],
  ['createPrediction', 'steps.0.probability', [0, 1e-9, 1], [-1e-9, 0.9e-9, 1 + 1e-9]],
  ['createPrediction', 'steps.0.retryProbability', [0, 1], [-1e-9, 1 + 1e-9]],
  ['settleReservation', 'latencyMs', [0, 0.001, 86_400_000], [-1, 0.0009, 86_400_001]],
  ['settleReservation', 'quality', [0, 1], [-1e-9, 1 + 1e-9]],
  ['settleReservation', 'usage.outputTokens', [0, 100_000_000], [-1, 100_000_001]],
  ['trackMetrics', 'measurements.0.throughputPerSecond', [0.001, 100_000], [0, 100_001]],
  ['putBudget', 'peakRequestsPerSecond', [0.001, 100_000], [0.0009, 100_001]],
  [
    'putThresholds',
    'levels.0',
    [0.01, 12.34, 1_000].map((percent) => ({ ...level, percent })),
    [0, 0.009, 12.345, 1_000.01].map((percent) => ({ ...level, percent })),
  ],
  [
    'putCostAllocation',
    'shares',
    [[]],
    [0, 0.009, 100.01].map((percent) => [{ departmentId: 'lab', percent }]),
  ],
  ['usageEvent', 'usage.inputTokens', [0, 100_000_000], [-1, 100_000_001]],
  ['listBudgets', 'limit', ['1', '9', '10', '99', '100', '500'], ['0', '01', '501', '1000', '-1']],
  ['compareBenchmarks', 'days', ['1', '9', '10', '89', '90'], ['0', '91', '100']],
  ['putModel', 'contextTokens', [1, 100_000_000], [0, 100_000_001]],
  ['putModel', 'performanceScore', [0, 1], [-1e-9, 1 + 1e-9]],
  ['putModel', 'latencyMs', [0.001, 86_400_000], [0, 86_400_001]],
  ['putRateCard', 'batchPercent', [1, 100], [0, 101]],
  ['putRateCard', 'flexPercent', [1, 100], [0, 101]],
  ['putRateCard', 'priorityPercent', [100, 1_000], [99, 1_001]],
  ['putFlag', 'rolloutPercent', [0, 100], [-1, 101, 0.5]],
  ['putReportSubscription', 'hour', [0, 23], [-1, 24]],
  ['promotePredictor', 'rolloutPercent', [1, 100], [0, 101]],
  ['createKey', 'claimLimitUsdPerHour', [1, 100_000_000], [0, 100_000_001]],
  ['createKey', 'backDateHours', [0, 2_160], [-1, 2_161]],
  ['createKey', 'requestsPerSecond', [1, 10_000], [0, 10_001]],
  ['rotateKey', 'overlapHours', [0, 168], [-1, 169]],
];

const USD: Row[] = [
  [
    'putBudget',
    'limitUsd',
    ['0', 0, '0.000000001', 1e-9, '1000000000', 1_000_000_000, '999999999.999999999'],
    ['-0.000000001', -1, '0.0000000001', 1e-10, '1000000000.000000001', 1_000_000_001, '1e3', ''],
  ],
  ['putThresholds', 'levels.0.amountUsd', ['0.000000001'], ['0', 0]],
  ['putRateCard', 'inputUsdPerMillion', ['0.000000001'], ['0']],
  ['putRateCard', 'imageUsd', ['0.000000001'], ['0']],
  ['putBenchmark', 'figures.0.lowUsd', ['0', '2'], ['2.000000001']],
  ['putBenchmark', 'figures.0.highUsd', ['2'], ['1.999999999']],
];

const TEXTS: Row[] = [
  ['createReservation', 'system', ['x', 'x'.repeat(128)], ['', 'x'.repeat(129)]],
  ['createReservation', 'prompt', ['x'.repeat(900_000)], ['x'.repeat(900_001)]],
  ['createKey', 'name', ['x', 'x'.repeat(100)], ['', 'x'.repeat(101), 'a\tb', '\ud800']],
  ['applyControl', 'reason', ['x', 'x'.repeat(200)], ['', 'x'.repeat(201)]],
  ['putModel', 'provider', ['x', 'x'.repeat(100)], ['', 'x'.repeat(101)]],
  ['putModel', 'qualitySource', ['x', 'x'.repeat(200)], ['', 'x'.repeat(201)]],
  ['putRateCard', 'source', ['x', 'x'.repeat(200)], ['', 'x'.repeat(201)]],
  ['putBenchmark', 'title', ['x'.repeat(128)], ['x'.repeat(129)]],
  ['putBenchmark', 'figures.0.meaning', ['x'.repeat(500)], ['x'.repeat(501)]],
  ['putBudget', 'timeZone', ['Europe/Berlin'], ['Europe/Atlantis']],
  ['createKey', 'expiresAt', ['1970-01-01T00:00:00Z', '9999-12-31T00:00:00Z'], []],
  ['createKey', 'expiresAt', [], ['1969-12-31T23:59:59Z', '9999-12-31T00:00:01Z', '2026-11-21']],
];

const INSTANTS: Row[] = [
  [
    'costReport',
    'from',
    ['1970-01-01', '9999-12-31', '2026-11-21T06:00:00+02:00'],
    ['10000-01-01'],
  ],
  ['costReport', 'from', [], ['1969-12-31T23:59:59Z', '9999-12-31T00:00:01Z', '21.11.2026']],
  ['listAudit', 'from', ['1970-01-01', '9999-12-31'], ['1969-12-31', '2026-11-21T06:00:00Z']],
];

/** Fields that limit each other. */
const PAIRS: Row[] = [
  [
    'usageEvent',
    'usage',
    [{ ...usage, cacheWriteTokens: 5, cacheWriteOneHourTokens: 5 }],
    [{ ...usage, cacheWriteTokens: 5, cacheWriteOneHourTokens: 6 }],
  ],
  [
    'putAlertPreferences',
    'quietHours',
    [{ from: '00:00', to: '23:59' }],
    [
      { from: '22:00', to: '22:00' },
      { from: '24:00', to: '06:00' },
      { from: '22:60', to: '06:00' },
    ],
  ],
  [
    'putThresholds',
    'levels',
    [
      [
        { ...level, amountUsd: '1' },
        { ...level, name: 'critical', amountUsd: '1.000000001' },
      ],
    ],
    [
      [
        { ...level, amountUsd: '1' },
        { ...level, name: 'critical', amountUsd: '1' },
      ],
      [
        { ...level, amountUsd: '1' },
        { ...level, amountUsd: '2' },
      ],
      [{ ...level, amountUsd: '1', percent: 1 }],
      [level],
    ],
  ],
  [
    'putAlertPreferences',
    'channels',
    [[{ channel: 'slack', url: 'https://hooks.slack.com/services/T/B/x' }]],
    [[{ channel: 'slack', url: 'https://hooks.slack.com.example.com/services/T/B/x' }]],
  ],
];

const LISTS: Row[] = [
  ['createReservation', 'candidates', [ids(1), ids(20)], [[], ids(21)]],
  [
    'createReservation',
    'messages',
    [many(2_000, () => ({ role: 'user', content: '' }))],
    [[], many(2_001, () => ({ role: 'user', content: '' }))],
  ],
  ['createReservation', 'tags', [record(ids(20), '')], [record(ids(21), '')]],
  ['createReservation', 'tags', [{ team: 'x'.repeat(128) }], [{ team: 'x'.repeat(129) }]],
  ['createReservation', 'tags', [{ constructors: '' }], [{ constructor: 'x' }]],
  ['createPrediction', 'steps', [many(100, () => request)], [[], many(101, () => request)]],
  ['ingestUsage', 'events', [[{}], many(500, () => ({}))], [[], many(501, () => ({}))]],
  ['putAlertPreferences', 'channels', [['email']], [[], ['email', 'email']]],
  [
    'putAlertPreferences',
    'channels',
    [[{ channel: 'email', to: addresses(1) }], [{ channel: 'email', to: addresses(10) }]],
    [
      [{ channel: 'email', to: [] }],
      [{ channel: 'email', to: addresses(11) }],
      [{ channel: 'email', to: ['a@b.example', 'a@b.example'] }],
      [{ channel: 'email', kinds: [] }],
    ],
  ],
  [
    'putAlertPreferences',
    'channels',
    [addresses(10).map((to) => ({ channel: 'email', to }))],
    [addresses(11).map((to) => ({ channel: 'email', to }))],
  ],
  [
    'putFlag',
    'overrides',
    [ids(100).map((scopeId) => ({ ...override, scopeId }))],
    [
      ids(101).map((scopeId) => ({ ...override, scopeId })),
      ['ada', 'ada'].map((scopeId) => ({ ...override, scopeId })),
    ],
  ],
  ['putReportTags', 'tags', [[], ids(5)], [ids(6), ['team', 'team']]],
  ['putReportSubscription', 'to', [addresses(10)], [[], addresses(11), ['a@b.ex', 'a@b.ex']]],
  ['putCostAllocation', 'sharedDepartments', [[], ids(100)], [ids(101), ['lab', 'lab']]],
  ['putBenchmark', 'figures', [many(50, () => figure)], [[], many(51, () => figure)]],
  [
    'putProvider',
    'models',
    [ids(50).map(ownModel)],
    [[], ids(51).map(ownModel), ['a', 'a'].map(ownModel), [{ model: 'a', apis: [] }]],
  ],
  ['putProvider', 'regions', [['eu-west-1']], [[], ['eu-west-1', 'eu-west-1'], ['Frankfurt']]],
  [
    'putRoutingSettings',
    'pools',
    [ids(50).map((model) => ({ model, strategy: 'nearest' }))],
    [ids(51).map((model) => ({ model, strategy: 'nearest' }))],
  ],
  ['createKey', 'users', [ids(1), ids(50)], [[], ids(51), ['ada', 'ada']]],
  ['createKey', 'systems', [ids(50)], [ids(51)]],
  ['putThresholds', 'levels', [[], [{ ...level, amountUsd: '1' }]], []],
];

/** Copies a request with a different value at a path such as `levels.0.percent`. */
function withValue(base: unknown, [name = '', ...rest]: string[], value: unknown): unknown {
  if (rest.length === 0) {
    return Array.isArray(base)
      ? base.with(Number(name), value)
      : { ...(base as object), [name]: value };
  }
  const inner = (base as Record<string, unknown>)[name];
  return withValue(base, [name], withValue(inner, rest, value));
}

/** The refused fields, checked against the operation's body or else its query. */
function refusedFields(operation: string, field: string, value: unknown): string[] {
  const route = ROUTES[operation];
  const schema = operation === 'usageEvent' ? usageEvent : (route?.body ?? route?.query);
  if (schema === undefined) throw new Error(`${operation} takes neither a body nor a query`);
  const result = schema.safeParse(withValue(VALID[operation] ?? {}, field.split('.'), value));
  return (result.error?.issues ?? []).map(({ path }) => String(path[0]));
}

const shown = (value: unknown): string => JSON.stringify(value).slice(0, 60);
const rows = [...NUMBERS, ...USD, ...TEXTS, ...INSTANTS, ...LISTS, ...PAIRS];

describe('the last values within a limit are taken', () => {
  const cases = rows.flatMap(([operation, field, within]) =>
    within.map((value) => [operation, field, shown(value), value] as const),
  );
  test.each(cases)('%s takes %s = %s', (operation, field, _, value) => {
    expect(refusedFields(operation, field, value)).toEqual([]);
  });
});

describe('the first values beyond a limit are refused, and the answer names the field', () => {
  const cases = rows.flatMap(([operation, field, , beyond]) =>
    beyond.map((value) => [operation, field, shown(value), value] as const),
  );
  test.each(cases)('%s refuses %s = %s', (operation, field, _, value) => {
    const [name] = field.split('.');
    expect([...new Set(refusedFields(operation, field, value))]).toEqual([name]);
  });
});
