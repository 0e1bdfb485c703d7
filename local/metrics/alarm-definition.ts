import type { LocalTemplate } from '../template/local-template.ts';
import type { Dimensions } from './metric-store.ts';

/** An alarm of the template. Uses CloudWatch's own values where its messages repeat them. */
export type AlarmDefinition = {
  name: string;
  arn: string;
  description: string | null;
  queries: readonly AlarmQuery[];
  threshold: number;
  comparison: string;
  evaluationPeriods: number;
  datapointsToAlarm: number;
  periodSeconds: number;
  missingData: string;
  actionsEnabled: boolean;
  actions: Readonly<Record<'ALARM' | 'OK' | 'INSUFFICIENT_DATA', readonly string[]>>;
};

/** An alarm over the states of other alarms. */
export type CompositeDefinition = Pick<
  AlarmDefinition,
  'name' | 'arn' | 'description' | 'actionsEnabled' | 'actions'
> & { rule: string };

/** A metric or an expression over other queries. The one with `returnsData` is compared. */
export type AlarmQuery = {
  id: string;
  expression: string | undefined;
  metric:
    | {
        namespace: string;
        name: string;
        dimensions: Dimensions;
        statistic: string;
      }
    | undefined;
  returnsData: boolean;
};

type DimensionList = {
  Dimensions?: readonly { Name: string; Value: string }[];
};

type MetricIdentity = DimensionList & {
  Namespace?: string;
  MetricName?: string;
};

type ActionProperties = {
  AlarmDescription?: string;
  ActionsEnabled?: boolean | string;
  AlarmActions?: readonly string[];
  OKActions?: readonly string[];
  InsufficientDataActions?: readonly string[];
};

type AlarmProperties = MetricIdentity &
  ActionProperties & {
    Statistic?: string;
    ExtendedStatistic?: string;
    Period?: number | string;
    Threshold?: number | string;
    ComparisonOperator: string;
    EvaluationPeriods: number | string;
    DatapointsToAlarm?: number | string;
    TreatMissingData?: string;
    Metrics?: readonly MetricDataQuery[];
  };

/** In the format of templates and CloudWatch's GetMetricData. */
export type MetricDataQuery = {
  Id: string;
  Expression?: string;
  ReturnData?: boolean | string;
  Period?: number | string;
  MetricStat?: {
    Metric: MetricIdentity;
    Stat: string;
    Period: number | string;
  };
};

/** Reads the metric alarms of a template. */
export function readAlarms(template: LocalTemplate): AlarmDefinition[] {
  return template
    .ofType<AlarmProperties>('AWS::CloudWatch::Alarm')
    .map(({ name, arn, properties }) => {
      const evaluationPeriods = Number(properties.EvaluationPeriods);
      const periods = (properties.Metrics ?? []).map(periodOf);
      return {
        name,
        arn,
        ...readActions(properties),
        queries: readQueries(properties),
        threshold: Number(properties.Threshold ?? Number.NaN),
        comparison: properties.ComparisonOperator,
        evaluationPeriods,
        datapointsToAlarm: Number(properties.DatapointsToAlarm ?? evaluationPeriods),
        periodSeconds: Number(properties.Period ?? Math.max(60, ...periods)),
        missingData: properties.TreatMissingData ?? 'missing',
      };
    });
}

/** Reads the composite alarms of a template. */
export function readCompositeAlarms(template: LocalTemplate): CompositeDefinition[] {
  return template
    .ofType<ActionProperties & { AlarmRule: string }>('AWS::CloudWatch::CompositeAlarm')
    .map(({ name, arn, properties }) => ({
      name,
      arn,
      rule: properties.AlarmRule,
      ...readActions(properties),
    }));
}

const readActions = (properties: ActionProperties) => ({
  description: properties.AlarmDescription ?? null,
  actionsEnabled: String(properties.ActionsEnabled ?? true) === 'true',
  actions: {
    ALARM: properties.AlarmActions ?? [],
    OK: properties.OKActions ?? [],
    INSUFFICIENT_DATA: properties.InsufficientDataActions ?? [],
  },
});

function readQueries(properties: AlarmProperties): AlarmQuery[] {
  if (properties.Metrics === undefined) {
    const statistic = properties.ExtendedStatistic ?? properties.Statistic ?? 'Average';
    const metric = readMetric(properties, statistic);
    return [{ id: 'm', expression: undefined, metric, returnsData: true }];
  }
  return properties.Metrics.map(readQuery);
}

/** Seconds over which a query aggregates values. */
export const periodOf = (query: MetricDataQuery): number =>
  Number(query.MetricStat?.Period ?? query.Period ?? 60);

export const readQuery = (query: MetricDataQuery): AlarmQuery => ({
  id: query.Id,
  expression: query.Expression,
  metric: query.MetricStat && readMetric(query.MetricStat.Metric, query.MetricStat.Stat),
  returnsData: String(query.ReturnData ?? true) === 'true',
});

function readMetric(
  { Namespace, MetricName, Dimensions: list }: MetricIdentity,
  statistic: string,
): NonNullable<AlarmQuery['metric']> {
  return {
    namespace: Namespace ?? '',
    name: MetricName ?? '',
    dimensions: Object.fromEntries((list ?? []).map(({ Name, Value }) => [Name, Value])),
    statistic,
  };
}
