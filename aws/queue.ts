import {
  ChangeMessageVisibilityCommand,
  SendMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';
import { requestLimits } from './request-limits.ts';

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
  config: SQSClientConfig = {},
): Queue<Message> {
  const client = new SQSClient({
    maxAttempts: 3,
    requestHandler: requestLimits(2_000),
    ...config,
  });
  return {
    async publish(message) {
      await client.send(
        new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message) }),
      );
    },

    async postpone(receiptHandle, seconds) {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: seconds,
        }),
      );
    },
  };
}
