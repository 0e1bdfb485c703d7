import {
  ChangeMessageVisibilityCommand,
  SendMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';
import type { Alert } from '../domain/alerts/alert.ts';

/**
 * The queue of alerts, where whoever finds something wrong leaves it to be delivered. A message is
 * given up after two seconds and tried three times, then `publish` throws.
 */
export function createAlertQueue(queueUrl: string, config: SQSClientConfig = {}) {
  const client = new SQSClient({
    maxAttempts: 3,
    requestHandler: { requestTimeout: 2_000, connectionTimeout: 1_000 },
    ...config,
  });
  return {
    async publish(alert: Alert): Promise<void> {
      await client.send(
        new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(alert) }),
      );
    },

    /** Makes a message that was received come again after so many seconds. */
    async postpone(receiptHandle: string, seconds: number): Promise<void> {
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
