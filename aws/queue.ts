import {
  ChangeMessageVisibilityCommand,
  SendMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';

/**
 * A queue of one kind of message. A call is given up after two seconds and tried three times, then it
 * throws.
 */
export function createQueue<Message>(queueUrl: string, config: SQSClientConfig = {}) {
  const client = new SQSClient({
    maxAttempts: 3,
    requestHandler: { requestTimeout: 2_000, connectionTimeout: 1_000 },
    ...config,
  });
  return {
    async publish(message: Message): Promise<void> {
      await client.send(
        new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message) }),
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
