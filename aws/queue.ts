import { createServiceClient, type ServiceSettings } from './json-service/client.ts';

export type Queue<Message> = {
  publish: (message: Message) => Promise<void>;
  /** Makes a received message visible again after this many seconds. */
  postpone: (receiptHandle: string, seconds: number) => Promise<void>;
};

/**
 * A queue of one message type. A call times out after two seconds and is tried three times, then
 * throws.
 */
export function createQueue<Message>(
  queueUrl: string,
  settings: ServiceSettings = {},
): Queue<Message> {
  const call = createServiceClient(
    { name: 'sqs', target: 'AmazonSQS', unsignedHeaders: traceHeader },
    { timeoutMs: 2_000, ...settings },
  );
  return {
    async publish(message) {
      await call('SendMessage', { QueueUrl: queueUrl, MessageBody: JSON.stringify(message) });
    },

    async postpone(receiptHandle, seconds) {
      await call('ChangeMessageVisibility', {
        QueueUrl: queueUrl,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      });
    },
  };
}

/** By this, AWS connects calls to traces, and stops functions that call themselves forever. */
function traceHeader(): Record<string, string> {
  const trace = process.env['_X_AMZN_TRACE_ID'];
  return trace === undefined ? {} : { 'x-amzn-trace-id': trace };
}
