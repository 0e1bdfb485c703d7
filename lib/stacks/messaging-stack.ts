import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { PurserConfig } from '../config.ts';
import { createDeadLetterQueue } from '../constructs/dead-letter-queue.ts';

const CLOUD_WATCH = 'cloudwatch.amazonaws.com';

/** Topics that reach people, and the queues that keep what could not be processed. */
export class MessagingStack extends Stack {
  readonly topicKey: Key;
  /** What Purser finds out about spending. */
  readonly alerts: Topic;
  /** What CloudWatch finds out about Purser. */
  readonly alarms: Topic;
  /** Alerts on their way to people. */
  readonly alertQueue: Queue;
  /** Records of the ledger's stream that could not be aggregated. */
  readonly streamFailures: Queue;
  /** Runs of schedules that could not be started or failed. */
  readonly scheduleFailures: Queue;
  /** Alerts that could not be delivered by every channel. */
  readonly alertFailures: Queue;
  readonly deadLetterQueueNames: readonly string[];

  constructor(scope: Construct, id: string, props: StackProps, config: PurserConfig) {
    super(scope, id, props);
    this.topicKey = new Key(this, 'TopicKey', {
      alias: `${config.prefix}topics`,
      description:
        'Encrypts the topics; CloudWatch may only publish to topics whose key it may use',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.topicKey.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(CLOUD_WATCH)],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
      }),
    );

    this.alerts = this.createTopic('alerts', config);
    this.alarms = this.createTopic('alarms', config);
    // A topic with a policy of its own loses the default one, which let the account's alarms publish.
    this.alarms.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AllowAlarms',
        effect: Effect.ALLOW,
        principals: [
          new ServicePrincipal(CLOUD_WATCH, {
            conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
          }),
        ],
        actions: ['sns:Publish'],
        resources: [this.alarms.topicArn],
      }),
    );

    this.deadLetterQueueNames = ['stream-failures', 'schedule-failures', 'alert-failures'].map(
      (name) => config.prefix + name,
    );
    this.streamFailures = createDeadLetterQueue(this, 'stream-failures', config);
    this.scheduleFailures = createDeadLetterQueue(this, 'schedule-failures', config);
    this.alertFailures = createDeadLetterQueue(this, 'alert-failures', config);
    this.alertQueue = createAlertQueue(this, this.alertFailures, config);
  }

  private createTopic(name: string, config: PurserConfig): Topic {
    const topic = new Topic(this, name, {
      topicName: config.prefix + name,
      masterKey: this.topicKey,
      enforceSSL: true,
    });
    topic.addSubscription(new EmailSubscription(config.alarmEmail));
    return topic;
  }
}

/** A failed attempt waits longer each time (`deliver-alerts`): ten of them last more than half an hour. */
const ATTEMPTS = 10;

function createAlertQueue(scope: Construct, failures: Queue, config: PurserConfig): Queue {
  return new Queue(scope, 'alert-queue', {
    queueName: `${config.prefix}alerts`,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    // Six times what its function may take, as AWS advises.
    visibilityTimeout: Duration.minutes(2),
    retentionPeriod: Duration.days(4),
    deadLetterQueue: { queue: failures, maxReceiveCount: ATTEMPTS },
  });
}
