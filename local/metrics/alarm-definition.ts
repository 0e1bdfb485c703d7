import type { LocalTemplate } from '../template/local-template.ts';
import type { Dimensions } from './metric-store.ts';

/** An alarm of the template. Uses CloudWatch's own values where its messages repeat them. */
export interface AlarmDefinition {
  readonly name: string;
  readonly arn: string;
  readonly description: string | null;
  readonly queries: readonly AlarmQuery[];
  readonly threshold: number;
  readonly comparison: string;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly periodSeconds: number;
  readonly missingData: string;
  readonly actionsEnabled: boolean;
  readonly actions: Readonly<Record<'ALARM' | 'OK' | 'INSUFFICIENT_DATA', readonly string[]>>;
}

/** An alarm over the states of other alarms. */
export type CompositeDefinition = Pick<
  AlarmDefinition,
  'name' | 'arn' | 'description' | 'actionsEnabled' | 'actions'
> & { readonly rule: string };

/** A metric or an expression over other queries. The one with `returnsData` is compared. */
export interface AlarmQuery {
  readonly id: string;
  readonly expression: string | undefined;
  readonly metric:
    | {
        readonly namespace: string;
        readonly name: string;
        readonly dimensions: Dimensions;
        readonly statistic: string;
      }
    | undefined;
  readonly returnsData: boolean;
}

interface DimensionList {
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
}

interface MetricIdentity extends DimensionList {
  readonly Namespace?: string;
  readonly MetricName?: string;
}

interface ActionProperties {
  readonly AlarmDescription?: string;
  readonly ActionsEnabled?: boolean | string;
  readonly AlarmActions?: readonly string[];
  readonly OKActions?: readonly string[];
  readonly InsufficientDataActions?: readonly string[];
}

interface AlarmProperties extends MetricIdentity, ActionProperties {
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly Period?: number | string;
  readonly Threshold?: number | string;
  readonly ComparisonOperator: string;
  readonly EvaluationPeriods: number | string;
  readonly DatapointsToAlarm?: number | string;
  readonly TreatMissingData?: string;
  readonly Metrics?: readonly MetricDataQuery[];
}

/** In the format of templates and CloudWatch's GetMetricData. */
export interface MetricDataQuery {
  readonly Id: string;
  readonly Expression?: string;
  readonly ReturnData?: boolean | string;
  readonly Period?: number | string;
  readonly MetricStat?: {
    readonly Metric: MetricIdentity;
    readonly Stat: string;
    readonly Period: number | string;
  };
}

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
    .ofType<ActionProperties & { readonly AlarmRule: string }>('AWS::CloudWatch::CompositeAlarm')
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
