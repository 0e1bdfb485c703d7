import type { ServiceSettings } from './json-service/client.ts';
import { createSqsCall } from './sqs.ts';

export type Queue<Message> = {
  publish: (message: Message) => Promise<void>;
  /** Makes a received message visible again after this many seconds. */
  postpone: (receiptHandle: string, seconds: number) => Promise<void>;
};

type QueueSettings = ServiceSettings & {
  /** How long each message is hidden after it was published. */
  delaySeconds?: number;
};

/**
 * A queue of one message type. A call times out after two seconds and is tried three times, then
 * throws.
 */
export function createQueue<Message>(
  queueUrl: string,
  { delaySeconds, ...settings }: QueueSettings = {},
): Queue<Message> {
  const call = createSqsCall({ timeoutMs: 2_000, ...settings });
  return {
    async publish(message) {
      await call('SendMessage', {
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify(message),
        ...(delaySeconds === undefined ? {} : { DelaySeconds: delaySeconds }),
      });
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
