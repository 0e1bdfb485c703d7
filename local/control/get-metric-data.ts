import { type MetricDataQuery, periodOf, readQuery } from '../metrics/alarm-definition.ts';
import { queryValue } from '../metrics/alarm-evaluation.ts';
import type { MetricStore } from '../metrics/metric-store.ts';
import type { ControlOperation } from './control-service.ts';

type GetMetricDataInput = {
  MetricDataQueries: readonly (MetricDataQuery & { Label?: string })[];
  /** Seconds since 1970, like all times of this protocol. */
  StartTime: number;
  EndTime: number;
  ScanBy?: 'TimestampAscending' | 'TimestampDescending';
};

/**
 * Implements CloudWatch's GetMetricData: metrics and expressions per period, in one page. Periods
 * start at multiples of their length. Periods without data are left out.
 */
export function createGetMetricData(store: MetricStore): ControlOperation {
  return (input) => {
    const question = input as unknown as GetMetricDataInput;
    const queries = question.MetricDataQueries.map(readQuery);
    const results = queries.flatMap((query, index) => {
      const dataQuery = question.MetricDataQueries[index];
      if (!query.returnsData || dataQuery === undefined) return [];
      const period = periodOf(dataQuery);
      const points: { time: number; value: number }[] = [];
      const first = Math.floor(question.StartTime / period) * period;
      for (let time = first; time < question.EndTime; time += period) {
        const value = queryValue(query, queries, store, time * 1000, (time + period) * 1000);
        if (value !== undefined) points.push({ time, value });
      }
      if (question.ScanBy !== 'TimestampAscending') points.reverse();
      return [
        {
          Id: query.id,
          Label: dataQuery.Label ?? query.metric?.name ?? query.id,
          StatusCode: 'Complete',
          Timestamps: points.map(({ time }) => time),
          Values: points.map(({ value }) => value),
        },
      ];
    });
    return { MetricDataResults: results, Messages: [] };
  };
}
