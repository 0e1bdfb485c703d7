import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { buildExports, EXPORT_ATTEMPTS } from '../../lambdas/build-exports/function.ts';
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
  /** Reports that are to be written to files. */
  readonly exportQueue: Queue;
  /** Records of the ledger's stream that could not be aggregated. */
  readonly streamFailures: Queue;
  /** Runs of schedules that could not be started or failed. */
  readonly scheduleFailures: Queue;
  /** Alerts that could not be delivered by every channel. */
  readonly alertFailures: Queue;
  /** Exports that could not be made. */
  readonly exportFailures: Queue;
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

    this.deadLetterQueueNames = [
      'stream-failures',
      'schedule-failures',
      'alert-failures',
      'export-failures',
    ].map((name) => config.prefix + name);
    this.streamFailures = createDeadLetterQueue(this, 'stream-failures', config);
    this.scheduleFailures = createDeadLetterQueue(this, 'schedule-failures', config);
    this.alertFailures = createDeadLetterQueue(this, 'alert-failures', config);
    this.exportFailures = createDeadLetterQueue(this, 'export-failures', config);
    this.alertQueue = createWorkQueue(this, 'alert-queue', {
      queueName: `${config.prefix}alerts`,
      // Six times what its function may take, as AWS advises.
      visibilityTimeout: Duration.minutes(2),
      deadLetterQueue: { queue: this.alertFailures, maxReceiveCount: ALERT_ATTEMPTS },
    });
    this.exportQueue = createWorkQueue(this, 'export-queue', {
      queueName: `${config.prefix}exports`,
      // A little more than its function may take: a run that died is begun anew soon.
      visibilityTimeout: Duration.seconds(buildExports.timeoutSeconds + 60),
      deadLetterQueue: { queue: this.exportFailures, maxReceiveCount: EXPORT_ATTEMPTS },
    });
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
const ALERT_ATTEMPTS = 10;

type WorkQueueProps = Required<
  Pick<QueueProps, 'queueName' | 'visibilityTimeout' | 'deadLetterQueue'>
>;

const createWorkQueue = (scope: Construct, id: string, props: WorkQueueProps): Queue =>
  new Queue(scope, id, {
    ...props,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(4),
  });
