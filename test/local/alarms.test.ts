import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { AlarmDefinition } from '../../local/metrics/alarm-definition.ts';
import { type AlarmState, evaluateAlarm } from '../../local/metrics/alarm-evaluation.ts';
import { evaluateRule } from '../../local/metrics/alarm-rule.ts';
import { AlarmWatch } from '../../local/metrics/alarm-watch.ts';
import { addEmbeddedMetrics } from '../../local/metrics/embedded-metrics.ts';
import { evaluateExpression } from '../../local/metrics/metric-expression.ts';
import { MetricStore } from '../../local/metrics/metric-store.ts';

const minute = 60_000;
const end = 10 * minute;
const errors = { namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName: 'f' } };

const alarm: AlarmDefinition = {
  name: 'failures',
  arn: 'arn:alarm',
  description: null,
  queries: [
    { id: 'm', expression: undefined, metric: { ...errors, statistic: 'Sum' }, returnsData: true },
  ],
  threshold: 2,
  comparison: 'GreaterThanOrEqualToThreshold',
  evaluationPeriods: 3,
  datapointsToAlarm: 2,
  periodSeconds: 60,
  missingData: 'missing',
  actionsEnabled: true,
  actions: { ALARM: ['arn:topic'], OK: ['arn:topic'], INSUFFICIENT_DATA: [] },
};

/** Values of the last minutes, newest last; `undefined` leaves a gap. */
function storeWith(values: readonly (number | undefined)[]): MetricStore {
  const store = new MetricStore();
  for (const [index, value] of values.entries()) {
    const time = end - (values.length - index) * minute + 1;
    if (value !== undefined) store.add('AWS/Lambda', 'Errors', errors.dimensions, value, time);
  }
  return store;
}

describe('an alarm', () => {
  it.each<[(number | undefined)[], Partial<AlarmDefinition>, string]>([
    [[0, 2, 3], {}, 'ALARM'],
    [[0, 1, 3], {}, 'OK'],
    [[undefined, undefined, undefined], {}, 'INSUFFICIENT_DATA'],
    [[undefined, undefined, undefined], { missingData: 'notBreaching' }, 'OK'],
    [[undefined, undefined, undefined], { missingData: 'breaching' }, 'ALARM'],
    [[undefined, undefined, undefined], { missingData: 'ignore' }, 'ALARM'],
    [[undefined, undefined, 5], { missingData: 'notBreaching' }, 'OK'],
    [[undefined, undefined, 5], {}, 'ALARM'],
    [[5, 5, 0], { comparison: 'LessThanThreshold', datapointsToAlarm: 1 }, 'ALARM'],
  ])('of %j with %j is %s', (values, changes, expected) => {
    expect(evaluateAlarm({ ...alarm, ...changes }, storeWith(values), end, 'ALARM').state).toBe(
      expected,
    );
  });

  it('compares expressions and says when it cannot', () => {
    const rate = (expression: string): AlarmDefinition => ({
      ...alarm,
      threshold: 50,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      queries: [
        { id: 'rate', expression, metric: undefined, returnsData: true },
        {
          id: 'e',
          expression: undefined,
          metric: { ...errors, statistic: 'Sum' },
          returnsData: false,
        },
      ],
    });
    const store = storeWith([6]);
    expect(evaluateAlarm(rate('100 * e / 10'), store, end, 'OK').state).toBe('ALARM');
    expect(evaluateAlarm(rate('SEARCH(e)'), store, end, 'OK').state).toBe('INSUFFICIENT_DATA');
    expect(evaluateAlarm(rate('e + gone'), store, end, 'OK').state).toBe('INSUFFICIENT_DATA');
  });

  it('tells its topic of changes once, in the shape of CloudWatch', () => {
    const directory = mkdtempSync(join(tmpdir(), 'alarms-'));
    const metrics = storeWith([2, 2, 2]);
    const notify = vi.fn<(arn: string, subject: string, message: string) => void>();
    const watch = new AlarmWatch({
      dataDirectory: directory,
      definitions: [alarm],
      metrics,
      now: () => end,
      sample: () => undefined,
      notify,
    });
    watch.evaluate(end);
    watch.evaluate(end + 1);
    expect(notify).toHaveBeenCalledOnce();
    const [arn, subject, message] = notify.mock.calls[0] ?? [];
    expect([arn, subject]).toEqual(['arn:topic', 'ALARM: "failures" in US East (N. Virginia)']);
    expect(JSON.parse(message ?? '')).toMatchObject({
      AlarmName: 'failures',
      NewStateValue: 'ALARM',
      OldStateValue: 'INSUFFICIENT_DATA',
      Trigger: { MetricName: 'Errors', Dimensions: [{ name: 'FunctionName', value: 'f' }] },
    });
    for (const index of [0, 1, 2]) {
      metrics.add('AWS/Lambda', 'Errors', errors.dimensions, 0, end + index * minute);
    }
    watch.evaluate(end + 3 * minute);
    expect(notify.mock.calls.map(([, text]) => text.split(':')[0])).toEqual(['ALARM', 'OK']);
    expect(watch.list()).toMatchObject([{ name: 'failures', state: 'OK' }]);
    rmSync(directory, { recursive: true });
  });
});

describe('an alarm over others', () => {
  const states: Record<string, AlarmState> = { a: 'ALARM', b: 'OK', c: 'INSUFFICIENT_DATA' };
  const holds = (rule: string): boolean => evaluateRule(rule, (name) => states[name] ?? 'OK');

  it.each([
    ['ALARM("a")', true],
    ['(ALARM("b") OR ALARM("c") OR ALARM("a"))', true],
    ['ALARM("a") AND ALARM("b")', false],
    ['ALARM(b) OR OK(b) AND NOT ALARM(c)', true],
    ['NOT (ALARM("a") OR TRUE)', false],
    ['INSUFFICIENT_DATA("c") AND NOT FALSE', true],
  ])('%s is %s', (rule, expected) => {
    expect(holds(rule)).toBe(expected);
  });

  it.each(['', 'ALARM("a"', 'ALARM("a") ALARM("b")', 'ON("a")', 'AND'])('refuses %j', (rule) => {
    expect(() => holds(rule)).toThrow(Error);
  });

  it('is on while one of them is, and names it', () => {
    const directory = mkdtempSync(join(tmpdir(), 'alarms-'));
    const metrics = storeWith([2, 2, 2]);
    const notify = vi.fn<(arn: string, subject: string, message: string) => void>();
    const { actions } = alarm;
    const watch = new AlarmWatch({
      dataDirectory: directory,
      definitions: [
        { ...alarm, actionsEnabled: false },
        { ...alarm, name: 'quiet', threshold: 100, actionsEnabled: false },
      ],
      composites: [
        {
          name: 'any',
          arn: 'arn:any',
          description: null,
          rule: '(ALARM("arn:aws:cloudwatch:us-east-1:1:alarm:quiet") OR ALARM("arn:x:alarm:failures"))',
          actionsEnabled: true,
          actions,
        },
      ],
      metrics,
      now: () => end,
      sample: () => undefined,
      notify,
    });
    watch.evaluate(end);
    const message: unknown = JSON.parse(notify.mock.calls[0]?.[2] ?? '');
    expect(message).toMatchObject({
      AlarmName: 'any',
      NewStateValue: 'ALARM',
      NewStateReason: 'In ALARM: failures.',
    });
    for (const index of [0, 1, 2]) {
      metrics.add('AWS/Lambda', 'Errors', errors.dimensions, 0, end + index * minute);
    }
    watch.evaluate(end + 3 * minute);
    expect(notify.mock.calls.map(([, text]) => text.split(':')[0])).toEqual(['ALARM', 'OK']);
    expect(watch.list().map(({ name, state }) => `${name} ${state}`)).toContain('any OK');
    rmSync(directory, { recursive: true });
  });
});

describe('an alarm on missing data', () => {
  it('waits until its whole window was watched, also after a jump of the clock', () => {
    const directory = mkdtempSync(join(tmpdir(), 'alarms-'));
    let now = end;
    const watch = new AlarmWatch({
      dataDirectory: directory,
      definitions: [{ ...alarm, missingData: 'breaching' }],
      metrics: new MetricStore(),
      now: () => now,
      sample: () => undefined,
      notify: () => undefined,
    });
    const stateAfter = (ms: number): string | undefined => {
      now += ms;
      watch.evaluate(now);
      return watch.list()[0]?.state;
    };
    expect(stateAfter(minute)).toBe('INSUFFICIENT_DATA');
    now += 60 * minute;
    watch.skipTime();
    expect(stateAfter(2 * minute)).toBe('INSUFFICIENT_DATA');
    expect(stateAfter(minute)).toBe('ALARM');
    rmSync(directory, { recursive: true });
  });
});

describe('an alarm that fills gaps', () => {
  const silence: AlarmDefinition = {
    ...alarm,
    queries: [
      { ...errors, id: 'reported', expression: undefined, returnsData: false },
      { id: 'filled', expression: 'FILL(reported, 100)', metric: undefined, returnsData: true },
    ].map((query) => ({
      ...query,
      metric: query.id === 'reported' ? { ...errors, statistic: 'Sum' } : undefined,
    })),
    missingData: 'ignore',
  };

  it.each<[(number | undefined)[], AlarmState, AlarmState]>([
    // A new deployment has not spoken yet: that is no silence.
    [[undefined, undefined, undefined], 'INSUFFICIENT_DATA', 'INSUFFICIENT_DATA'],
    [[0, 0, undefined], 'OK', 'OK'],
    [[0, undefined, undefined], 'OK', 'ALARM'],
    // It stays on until something is reported again.
    [[undefined, undefined, undefined], 'ALARM', 'ALARM'],
    [[undefined, 0, 0], 'ALARM', 'OK'],
  ])('of %j was %s and is %s', (values, before, after) => {
    expect(evaluateAlarm(silence, storeWith(values), end, before).state).toBe(after);
  });

  it('waits until its whole window was watched', () => {
    const directory = mkdtempSync(join(tmpdir(), 'purser-alarms-'));
    const metrics = new MetricStore();
    let now = 10 * minute;
    const watch = new AlarmWatch({
      dataDirectory: directory,
      definitions: [silence],
      metrics,
      now: () => now,
      sample: () => undefined,
      notify: () => undefined,
    });
    metrics.add('AWS/Lambda', 'Errors', errors.dimensions, 0, now);
    now += 60 * minute;
    watch.skipTime();
    metrics.add('AWS/Lambda', 'Errors', errors.dimensions, 0, now);
    const stateAfter = (minutes: number) => {
      now += minutes * minute;
      watch.evaluate(now);
      return watch.list()[0]?.state;
    };
    expect(stateAfter(1)).toBe('OK');
    expect(stateAfter(1)).toBe('OK');
    expect(stateAfter(1)).toBe('ALARM');
    rmSync(directory, { recursive: true });
  });
});

describe('metrics', () => {
  it('are read from log lines', () => {
    const store = new MetricStore();
    const line = {
      _aws: {
        Timestamp: end - 1,
        CloudWatchMetrics: [
          {
            Namespace: 'N',
            Dimensions: [['service']],
            Metrics: [{ Name: 'Cost' }, { Name: 'Ms' }],
          },
        ],
      },
      service: 's',
      Cost: 2,
      Ms: [10, 20, 30],
    };
    addEmbeddedMetrics(store, [JSON.stringify(line), '{"CloudWatchMetrics":', 'plain']);
    const statistic = (name: string, kind: string) =>
      store.statistic({ namespace: 'N', name, dimensions: { service: 's' } }, kind, 0, end);
    expect(statistic('Cost', 'Sum')).toBe(2);
    expect(
      ['Average', 'Minimum', 'Maximum', 'SampleCount', 'p50', 'p99'].map((kind) =>
        statistic('Ms', kind),
      ),
    ).toEqual([20, 10, 30, 3, 20, 30]);
    expect(statistic('Ms', 'trimmed')).toBeUndefined();
    expect(statistic('None', 'Sum')).toBeUndefined();
  });

  it.each<[string, number | undefined]>([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['a / b', 2],
    ['-a + 1', -3],
    ['a / (b - b)', undefined],
    ['none + 1', undefined],
    ['FILL(none, 0) + a', 4],
    ['IF(a > b, 1, 0)', 1],
  ])('%s is %s', (expression, expected) => {
    const values: Record<string, number> = { a: 4, b: 2 };
    expect(evaluateExpression(expression, (id) => values[id])).toBe(expected);
  });

  it.each(['1 +', '(1', '1 2', 'METRICS()', 'a $ b'])('refuses %s', (expression) => {
    expect(() => evaluateExpression(expression, () => 1)).toThrow(Error);
  });
});
