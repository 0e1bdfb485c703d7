import { Duration, Validations } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { PurserConfig } from '../config.ts';

/** An encrypted queue that keeps failures for 14 days, for a person to inspect and redrive. */
export function createDeadLetterQueue(scope: Construct, name: string, config: PurserConfig): Queue {
  const queue = new Queue(scope, name, {
    queueName: config.prefix + name,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason: 'It is a dead-letter queue itself; an alarm watches its depth.',
  });
  return queue;
}
