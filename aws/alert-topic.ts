import { PublishCommand, SNSClient, type SNSClientConfig } from '@aws-sdk/client-sns';
import type { TopicMessage } from '../domain/alerts/topic-message.ts';
import { requestLimits } from './request-limits.ts';

/**
 * The SNS topic for alerts; people subscribe to it by email. A publish times out after two seconds
 * and is tried three times, then `publish` throws.
 */
export function createAlertTopic(topicArn: string, config: SNSClientConfig = {}) {
  const client = new SNSClient({
    maxAttempts: 3,
    requestHandler: requestLimits(2_000),
    ...config,
  });
  return {
    async publish({ subject, text, attributes }: TopicMessage): Promise<void> {
      await client.send(
        new PublishCommand({
          TopicArn: topicArn,
          Subject: subject,
          Message: text,
          MessageAttributes: Object.fromEntries(
            Object.entries(attributes).map(([name, value]) => [
              name,
              { DataType: 'String', StringValue: value },
            ]),
          ),
        }),
      );
    },
  };
}
