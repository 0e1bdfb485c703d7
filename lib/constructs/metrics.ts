import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricName } from '../../contracts/telemetry.ts';
import type { FunctionDefinition } from '../../lambdas/function-definition.ts';
import type { PurserConfig } from '../config.ts';

/** The namespace that functions write to; see `aws/telemetry.ts`. */
export const METRICS_NAMESPACE = 'Purser';
/** Separates the metrics of environments in the same account. */
export const serviceName = ({ environment }: PurserConfig): string => `purser-${environment}`;

type Reading = { statistic: string; period?: Duration };

/** A metric that Purser writes about itself. */
export const ownMetric = (config: PurserConfig, metricName: MetricName, reading: Reading): Metric =>
  metric(METRICS_NAMESPACE, metricName, { service: serviceName(config) }, reading);

/** One line per value of a dimension of Purser's metrics. For dashboards only. */
export const ownMetricsBy = (
  config: PurserConfig,
  metricName: MetricName,
  dimension: string,
  { statistic, period = Duration.minutes(5) }: Reading,
): MathExpression =>
  new MathExpression({
    expression: `SEARCH('{${METRICS_NAMESPACE},service,${dimension}} MetricName="${metricName}" service="${serviceName(config)}"', '${statistic}', ${period.toSeconds()})`,
    label: '',
    period,
  });

/** A function metric written by Lambda. */
export const functionMetric = (
  { prefix }: PurserConfig,
  { name }: Pick<FunctionDefinition, 'name'>,
  metricName: 'Errors' | 'Duration' | 'IteratorAge',
  reading: Reading,
): Metric => metric('AWS/Lambda', metricName, { FunctionName: prefix + name }, reading);

/** An HTTP API metric written by API Gateway. */
export const apiMetric = (
  apiId: string,
  metricName: 'Count' | '4xx' | '5xx' | 'Latency',
  reading: Reading,
): Metric => metric('AWS/ApiGateway', metricName, { ApiId: apiId }, reading);

/** The name of the gateway's REST API, by which API Gateway reports its metrics. */
export const gatewayName = ({ prefix }: PurserConfig): string => `${prefix}gateway`;

/** A metric of the gateway's REST API, written by API Gateway. */
export const gatewayMetric = (
  config: PurserConfig,
  metricName: 'Count' | '4XXError' | '5XXError',
  reading: Reading,
): Metric => metric('AWS/ApiGateway', metricName, { ApiName: gatewayName(config) }, reading);

/** A table metric written by DynamoDB. */
export const tableMetric = (
  tableName: string,
  metricName: 'ConsumedWriteCapacityUnits' | 'ConsumedReadCapacityUnits' | 'WriteThrottleEvents',
  reading: Reading,
): Metric => metric('AWS/DynamoDB', metricName, { TableName: tableName }, reading);

/**
 * A metric with a value where it has none, once it has ever had one. An alarm on it that ignores
 * missing data notices silence, but not that a new deployment has not spoken yet.
 */
export const silenceAs = (value: number, silent: Metric): MathExpression =>
  new MathExpression({
    expression: `FILL(reported, ${value})`,
    usingMetrics: { reported: silent },
    period: silent.period,
  });

/** Calls that Lambda rejected in this account and region, of all functions together. */
export const accountThrottles = (): Metric =>
  metric('AWS/Lambda', 'Throttles', {}, { statistic: 'Sum' });

/** Age of a queue's oldest message, in seconds. */
export const queueAge = (queueName: string): Metric =>
  metric(
    'AWS/SQS',
    'ApproximateAgeOfOldestMessage',
    { QueueName: queueName },
    { statistic: 'Maximum', period: Duration.minutes(1) },
  );

/** Messages waiting in a queue. */
export const queueDepth = (queueName: string): Metric =>
  metric(
    'AWS/SQS',
    'ApproximateNumberOfMessagesVisible',
    { QueueName: queueName },
    { statistic: 'Maximum', period: Duration.minutes(1) },
  );

const metric = (
  namespace: string,
  metricName: string,
  dimensionsMap: Record<string, string>,
  { statistic, period = Duration.minutes(5) }: Reading,
): Metric => new Metric({ namespace, metricName, dimensionsMap, statistic, period });
