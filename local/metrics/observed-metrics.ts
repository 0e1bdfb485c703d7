import type { InvocationReport } from '../functions/function-fleet.ts';
import type { MessageService } from '../messaging/message-service.ts';
import type { QueueDefinition } from '../messaging/messaging-definition.ts';
import type { Dimensions, MetricStore } from './metric-store.ts';

/** Adds one invocation's AWS/Lambda metrics, by function and by alias like CloudWatch. */
export function addInvocationMetrics(
  store: MetricStore,
  report: InvocationReport,
  time: number,
): void {
  const { functionName, qualifier, durationMs, failed, concurrent } = report;
  const own: Dimensions = { FunctionName: functionName };
  const all: Dimensions[] = [own, {}];
  store.add('AWS/Lambda', 'ConcurrentExecutions', own, concurrent.function, time);
  if (qualifier !== undefined) {
    const named = { ...own, Resource: `${functionName}:${qualifier}` };
    all.push(named);
    store.add('AWS/Lambda', 'ConcurrentExecutions', named, concurrent.qualifier, time);
    addWarmthMetrics(store, report, named, time);
  }
  for (const dimensions of all) {
    store.add('AWS/Lambda', 'Invocations', dimensions, 1, time);
    store.add('AWS/Lambda', 'Errors', dimensions, failed ? 1 : 0, time);
    store.add('AWS/Lambda', 'Duration', dimensions, durationMs, time);
    store.add('AWS/Lambda', 'Throttles', dimensions, 0, time);
  }
}

/**
 * Adds provisioned concurrency metrics as if each warm environment ran one invocation at a time;
 * the rest counts as spillover.
 */
function addWarmthMetrics(
  store: MetricStore,
  { concurrent, provisioned }: InvocationReport,
  dimensions: Dimensions,
  time: number,
): void {
  if (provisioned === undefined) return;
  const used = Math.min(concurrent.qualifier, provisioned);
  const spilled = Number(concurrent.qualifier > provisioned);
  const values = {
    ProvisionedConcurrentExecutions: used,
    ProvisionedConcurrencyUtilization: used / provisioned,
    ProvisionedConcurrencyInvocations: 1 - spilled,
    ProvisionedConcurrencySpilloverInvocations: spilled,
  };
  for (const [name, value] of Object.entries(values)) {
    store.add('AWS/Lambda', name, dimensions, value, time);
  }
}

/** Adds the AWS/ApiGateway metrics of one HTTP API request. */
export function addRequestMetrics(
  store: MetricStore,
  request: {
    apiId: string;
    stage: string;
    statusCode: number;
    durationMs: number;
  },
  time: number,
): void {
  const { apiId, stage, statusCode, durationMs } = request;
  const both: Dimensions[] = [{ ApiId: apiId }, { ApiId: apiId, Stage: stage }];
  for (const dimensions of both) {
    store.add('AWS/ApiGateway', 'Count', dimensions, 1, time);
    store.add('AWS/ApiGateway', 'Latency', dimensions, durationMs, time);
    store.add(
      'AWS/ApiGateway',
      '4xx',
      dimensions,
      Number(statusCode >= 400 && statusCode < 500),
      time,
    );
    store.add('AWS/ApiGateway', '5xx', dimensions, Number(statusCode >= 500), time);
  }
}

/** Adds the AWS/ApiGateway metrics of one REST API request, by the API's name like CloudWatch. */
export function addRestMetrics(
  store: MetricStore,
  request: { apiName: string; stage: string; statusCode: number; durationMs: number },
  time: number,
): void {
  const { apiName, stage, statusCode, durationMs } = request;
  const both: Dimensions[] = [{ ApiName: apiName }, { ApiName: apiName, Stage: stage }];
  for (const dimensions of both) {
    const isRefusal = statusCode >= 400 && statusCode < 500;
    store.add('AWS/ApiGateway', 'Count', dimensions, 1, time);
    store.add('AWS/ApiGateway', 'Latency', dimensions, durationMs, time);
    store.add('AWS/ApiGateway', '4XXError', dimensions, Number(isRefusal), time);
    store.add('AWS/ApiGateway', '5XXError', dimensions, Number(statusCode >= 500), time);
  }
}

/** Adds AWS/SQS metrics: the messages waiting in each queue at this time. */
export function addQueueMetrics(
  store: MetricStore,
  messages: MessageService,
  queues: readonly QueueDefinition[],
  time: number,
): void {
  for (const { arn, name } of queues) {
    const { ready, delayed, inflight } = messages.queue(arn)?.inspectMessages() ?? {
      ready: [],
      delayed: [],
      inflight: [],
    };
    const dimensions = { QueueName: name };
    const oldest = Math.min(...ready.map(({ sentTimestamp }) => sentTimestamp), Date.now());
    const ageSeconds = Math.floor((Date.now() - oldest) / 1000);
    store.add('AWS/SQS', 'ApproximateNumberOfMessagesVisible', dimensions, ready.length, time);
    store.add('AWS/SQS', 'ApproximateNumberOfMessagesDelayed', dimensions, delayed.length, time);
    store.add(
      'AWS/SQS',
      'ApproximateNumberOfMessagesNotVisible',
      dimensions,
      inflight.length,
      time,
    );
    store.add('AWS/SQS', 'ApproximateAgeOfOldestMessage', dimensions, ageSeconds, time);
  }
}
