import {
  CloudWatchClient,
  type CloudWatchClientConfig,
  GetMetricDataCommand,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import type { WarmHour } from '../domain/advice/warmth.ts';
import { requestLimits } from './request-limits.ts';

const HOUR_SECONDS = 3_600;
/** Metrics to read per function. `MetricDataQuery` allows letters, digits and `_` in IDs. */
const METRICS = {
  peakUse: { name: 'ProvisionedConcurrentExecutions', statistic: 'Maximum' },
  peakUtilization: { name: 'ProvisionedConcurrencyUtilization', statistic: 'Maximum' },
  spillovers: { name: 'ProvisionedConcurrencySpilloverInvocations', statistic: 'Sum' },
} as const;
type Field = keyof typeof METRICS;
const FIELDS = Object.keys(METRICS) as Field[];

/** Reads Lambda's function metrics from CloudWatch. */
export function createFunctionMetrics(config: CloudWatchClientConfig = {}) {
  const client = new CloudWatchClient({
    maxAttempts: 3,
    requestHandler: requestLimits(5_000),
    ...config,
  });
  return {
    /**
     * The hours in which each function's `live` alias ran, in order of time. The range must start
     * and end on a full hour.
     * @throws if CloudWatch does not answer, or answers only in part
     */
    async warmHours(
      functionNames: readonly string[],
      { fromMs, toMs }: { fromMs: number; toMs: number },
    ): Promise<Map<string, WarmHour[]>> {
      const hours = new Map(functionNames.map((name) => [name, new Map<number, WarmHour>()]));
      let next: string | undefined;
      do {
        const page = await client.send(
          new GetMetricDataCommand({
            MetricDataQueries: functionNames.flatMap(queriesOf),
            StartTime: new Date(fromMs),
            EndTime: new Date(toMs),
            ScanBy: 'TimestampAscending',
            NextToken: next,
          }),
        );
        for (const {
          Id = '',
          StatusCode,
          Timestamps = [],
          Values = [],
        } of page.MetricDataResults ?? []) {
          if (StatusCode !== 'Complete' && StatusCode !== 'PartialData') {
            throw new Error(`CloudWatch could not read ${Id}: ${StatusCode}`);
          }
          const { functionName, field } = readId(Id, functionNames);
          for (const [index, time] of Timestamps.entries()) {
            addValue(hours.get(functionName), time.getTime(), field, Values[index] ?? 0);
          }
        }
        next = page.NextToken;
      } while (next !== undefined);
      return new Map(
        [...hours].map(([name, byTime]) => [
          name,
          [...byTime.values()].toSorted((left, right) => left.atMs - right.atMs),
        ]),
      );
    },
  };
}

const queriesOf = (functionName: string, position: number): MetricDataQuery[] =>
  FIELDS.map((field) => ({
    Id: `${field}_${position}`,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/Lambda',
        MetricName: METRICS[field].name,
        Dimensions: [
          { Name: 'FunctionName', Value: functionName },
          { Name: 'Resource', Value: `${functionName}:live` },
        ],
      },
      Period: HOUR_SECONDS,
      Stat: METRICS[field].statistic,
    },
  }));

function readId(
  id: string,
  functionNames: readonly string[],
): { functionName: string; field: Field } {
  const [name, position] = id.split('_');
  const field = FIELDS.find((item) => item === name);
  const functionName = functionNames[Number(position)];
  if (!field || functionName === undefined) throw new Error(`CloudWatch answered ${id}, unasked`);
  return { functionName, field };
}

function addValue(
  byTime: Map<number, WarmHour> | undefined,
  atMs: number,
  field: Field,
  value: number,
): void {
  const hour = byTime?.get(atMs) ?? { atMs, peakUse: 0, peakUtilization: 0, spillovers: 0 };
  byTime?.set(atMs, { ...hour, [field]: value });
}
