import type { ServiceSettings } from './json-service/client.ts';
import { createSqsCall } from './sqs.ts';

export type FailedMessage = { body: string; receiptHandle: string };

/** Long enough to process every message before any of them reappears. */
const HIDDEN_SECONDS = 3_600;
/** SQS may query only some of its servers, so one empty answer does not mean an empty queue. */
const EMPTY_ANSWERS = 3;

/** A queue that keeps failures, for commands that retry them. */
export function createFailureQueue(queueName: string, settings: ServiceSettings) {
  const call = createSqsCall({ timeoutMs: 5_000, ...settings });
  const urlOf = async (): Promise<string> => {
    const answer = await call('GetQueueUrl', { QueueName: queueName });
    return (answer as { QueueUrl: string }).QueueUrl;
  };
  return {
    /** Receives every message and hides it from others for an hour. */
    async receiveAll(): Promise<FailedMessage[]> {
      const QueueUrl = await urlOf();
      const failures: FailedMessage[] = [];
      for (let empty = 0; empty < EMPTY_ANSWERS;) {
        const { Messages = [] } = (await call('ReceiveMessage', {
          QueueUrl,
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 1,
          VisibilityTimeout: HIDDEN_SECONDS,
        })) as { Messages?: { Body: string; ReceiptHandle: string }[] };
        if (Messages.length === 0) empty += 1;
        failures.push(
          ...Messages.map(({ Body, ReceiptHandle }) => ({
            body: Body,
            receiptHandle: ReceiptHandle,
          })),
        );
      }
      return failures;
    },

    /** Deletes messages that are done. */
    async remove(messages: readonly FailedMessage[]): Promise<void> {
      const QueueUrl = await urlOf();
      for (const { receiptHandle } of messages) {
        await call('DeleteMessage', { QueueUrl, ReceiptHandle: receiptHandle });
      }
    },
  };
}
