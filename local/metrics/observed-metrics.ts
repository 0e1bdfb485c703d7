import type { InvocationReport } from '../functions/function-fleet.ts';
import type { MessageService } from '../messaging/message-service.ts';
import type { QueueDefinition } from '../messaging/messaging-definition.ts';
import type { Dimensions, MetricStore } from './metric-store.ts';

/** Adds AWS/Lambda metrics of one invocation, by function and by alias as CloudWatch does. */
export function addInvocationMetrics(
  store: MetricStore,
  report: InvocationReport,
  time: number,
): void {
  const { functionName, qualifier, durationMs, failed } = report;
  const own: Dimensions = { FunctionName: functionName };
  const all: Dimensions[] = [own, {}];
  if (qualifier !== undefined) all.push({ ...own, Resource: `${functionName}:${qualifier}` });
  for (const dimensions of all) {
    store.add('AWS/Lambda', 'Invocations', dimensions, 1, time);
    store.add('AWS/Lambda', 'Errors', dimensions, failed ? 1 : 0, time);
    store.add('AWS/Lambda', 'Duration', dimensions, durationMs, time);
    store.add('AWS/Lambda', 'Throttles', dimensions, 0, time);
  }
}

/** Adds AWS/ApiGateway metrics of one request to an HTTP API. */
export function addRequestMetrics(
  store: MetricStore,
  request: {
    readonly apiId: string;
    readonly stage: string;
    readonly statusCode: number;
    readonly durationMs: number;
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

/** Adds AWS/SQS metrics: what waits in each queue at this time. */
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
