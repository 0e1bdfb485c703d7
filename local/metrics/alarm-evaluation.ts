import type { AlarmDefinition, AlarmQuery } from './alarm-definition.ts';
import { evaluateExpression } from './metric-expression.ts';
import type { PeriodValue } from './metric-expression.ts';
import type { MetricStore } from './metric-store.ts';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export type AlarmVerdict = {
  state: AlarmState;
  reason: string;
};

/**
 * Decides an alarm's state from the periods ending at `end` (milliseconds since 1970). Keeps
 * `current` where CloudWatch does: if data is missing and missing data is to be ignored.
 */
export function evaluateAlarm(
  alarm: AlarmDefinition,
  store: MetricStore,
  end: number,
  current: AlarmState,
): AlarmVerdict {
  const periodMs = alarm.periodSeconds * 1000;
  const rangeStart = end - alarm.evaluationPeriods * periodMs;
  const isSilent = hasNoData(alarm.queries, store, rangeStart, end);
  let values: PeriodValue[];
  try {
    values = Array.from({ length: alarm.evaluationPeriods }, (_, index) => {
      const to = end - index * periodMs;
      return isSilent ? undefined : valueOf(alarm.queries, store, to - periodMs, to);
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { state: 'INSUFFICIENT_DATA', reason };
  }
  const present = values.filter((value) => value !== undefined);
  const missing = values.length - present.length;
  let breaching = present.filter((value) => breaches(alarm, value)).length;
  if (missing > 0) {
    if (alarm.missingData === 'breaching') breaching += missing;
    else if (present.length === 0 && alarm.missingData !== 'notBreaching') {
      return alarm.missingData === 'ignore'
        ? { state: current, reason: 'There is no data, which this alarm ignores.' }
        : {
            state: 'INSUFFICIENT_DATA',
            reason: `Insufficient Data: ${missing} datapoints were unknown.`,
          };
    }
  }
  // Missing data that counts neither way must not keep the existing data from alarming.
  const needed =
    alarm.missingData === 'missing' || alarm.missingData === 'ignore'
      ? Math.min(alarm.datapointsToAlarm, present.length)
      : alarm.datapointsToAlarm;
  const state = breaching >= needed ? 'ALARM' : 'OK';
  const shown = present.map((value) => String(value)).join(', ') || 'none';
  return {
    state,
    reason:
      `Threshold Crossed: ${breaching} out of the last ${values.length} datapoints [${shown}] ` +
      `${state === 'ALARM' ? 'breached' : 'breached, fewer than needed for,'} the threshold ` +
      `(${alarm.threshold}, ${alarm.comparison}).`,
  };
}

/** Whether no metric has a value in a range. Metric math then has none to fill gaps between. */
function hasNoData(
  queries: readonly AlarmQuery[],
  store: MetricStore,
  from: number,
  to: number,
): boolean {
  const metrics = queries.flatMap(({ metric }) => metric ?? []);
  return (
    metrics.length > 0 &&
    metrics.every((metric) => store.statistic(metric, 'SampleCount', from, to) === undefined)
  );
}

function valueOf(
  queries: readonly AlarmQuery[],
  store: MetricStore,
  from: number,
  to: number,
): PeriodValue {
  const compared = queries.find(({ returnsData }) => returnsData);
  return compared && queryValue(compared, queries, store, from, to);
}

/** A query's value over `[from, to)`. Its expression may refer to `queries`. */
export function queryValue(
  query: AlarmQuery,
  queries: readonly AlarmQuery[],
  store: MetricStore,
  from: number,
  to: number,
): PeriodValue {
  if (query.metric !== undefined) {
    return store.statistic(query.metric, query.metric.statistic, from, to);
  }
  return evaluateExpression(query.expression ?? '', (id) => {
    const named = queries.find((other) => other.id === id && other !== query);
    if (named === undefined) throw new Error(`The expression names no metric "${id}".`);
    return queryValue(named, queries, store, from, to);
  });
}

function breaches(alarm: AlarmDefinition, value: number): boolean {
  switch (alarm.comparison) {
    case 'GreaterThanThreshold':
      return value > alarm.threshold;
    case 'GreaterThanOrEqualToThreshold':
      return value >= alarm.threshold;
    case 'LessThanThreshold':
      return value < alarm.threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= alarm.threshold;
    default:
      return false;
  }
}
