import { ownValue } from '../own-value.ts';

/** One minute of one metric. */
export type MetricMinute = {
  /** Start of the minute, milliseconds since 1970. */
  at: number;
  sum: number;
  count: number;
  minimum: number;
  maximum: number;
  /** Individual values for percentiles; only the first ones if there are very many. */
  values: number[];
};

export type Dimensions = Readonly<Record<string, string>>;

export type Metric = {
  namespace: string;
  name: string;
  dimensions: Dimensions;
  minutes: readonly MetricMinute[];
};

const MINUTE_MS = 60_000;
const KEPT_MINUTES = 25 * 60;
const MOST_METRICS = 5_000;
const MOST_VALUES = 1_000;

/** Keeps about a day of metrics in memory, one value set per minute of the shifted clock. */
export class MetricStore {
  private readonly metrics = new Map<string, { metric: Metric; minutes: MetricMinute[] }>();

  /** Adds a value at a time in milliseconds since 1970. */
  add(namespace: string, name: string, dimensions: Dimensions, value: number, time: number): void {
    if (!Number.isFinite(value) || !Number.isFinite(time)) return;
    const key = metricKey(namespace, name, dimensions);
    let entry = this.metrics.get(key);
    if (entry === undefined) {
      // High-cardinality dimensions must not fill the memory of a long run.
      if (this.metrics.size >= MOST_METRICS) return;
      const minutes: MetricMinute[] = [];
      entry = { metric: { namespace, name, dimensions, minutes }, minutes };
      this.metrics.set(key, entry);
    }
    const minute = minuteAt(entry.minutes, Math.floor(time / MINUTE_MS) * MINUTE_MS);
    minute.sum += value;
    minute.count += 1;
    minute.minimum = Math.min(minute.minimum, value);
    minute.maximum = Math.max(minute.maximum, value);
    if (minute.values.length < MOST_VALUES) minute.values.push(value);
  }

  /**
   * The statistic over `[from, to)`, milliseconds since 1970; `undefined` without data. Supports
   * Sum, Average, Minimum, Maximum, SampleCount and percentiles such as p99.
   */
  statistic(
    metric: Pick<Metric, 'namespace' | 'name' | 'dimensions'>,
    statistic: string,
    from: number,
    to: number,
  ): number | undefined {
    const key = metricKey(metric.namespace, metric.name, metric.dimensions);
    const minutes = (this.metrics.get(key)?.minutes ?? []).filter(
      ({ at }) => at >= from && at < to,
    );
    return minutes.length === 0 ? undefined : summarize(minutes, statistic);
  }

  /** All metrics, for display. */
  list(): Metric[] {
    return [...this.metrics.values()].map(({ metric }) => metric);
  }
}

function summarize(minutes: readonly MetricMinute[], statistic: string): number | undefined {
  const sum = minutes.reduce((total, minute) => total + minute.sum, 0);
  const count = minutes.reduce((total, minute) => total + minute.count, 0);
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'Average':
      return sum / count;
    case 'SampleCount':
      return count;
    case 'Minimum':
      return Math.min(...minutes.map(({ minimum }) => minimum));
    case 'Maximum':
      return Math.max(...minutes.map(({ maximum }) => maximum));
    default: {
      const rank = Number(/^p(\d+(?:\.\d+)?)$/.exec(statistic)?.[1]) / 100;
      if (Number.isNaN(rank)) return undefined;
      const values = minutes.flatMap((minute) => minute.values).toSorted((a, b) => a - b);
      return values[Math.min(values.length - 1, Math.ceil(rank * values.length) - 1)];
    }
  }
}

function minuteAt(minutes: MetricMinute[], at: number): MetricMinute {
  const last = minutes.findLast((minute) => minute.at <= at);
  if (last?.at === at) return last;
  const fresh: MetricMinute = {
    at,
    sum: 0,
    count: 0,
    minimum: Number.POSITIVE_INFINITY,
    maximum: Number.NEGATIVE_INFINITY,
    values: [],
  };
  minutes.splice(last === undefined ? 0 : minutes.indexOf(last) + 1, 0, fresh);
  if (minutes.length > KEPT_MINUTES) minutes.shift();
  return fresh;
}

function metricKey(namespace: string, name: string, dimensions: Dimensions): string {
  const names = Object.keys(dimensions).toSorted();
  let text = `${namespace}|${name}|`;
  for (const key of names) text += `${key}=${ownValue(dimensions, key)},`;
  return text;
}
