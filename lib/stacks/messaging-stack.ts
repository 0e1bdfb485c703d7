import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { QueueDefinition } from '../../queues/definition.ts';
import {
  FAILURE_QUEUES,
  type FailureQueueName,
  QUEUE_DEFINITIONS,
  type QueueName,
} from '../../queues/definitions.ts';
import type { PurserConfig } from '../config.ts';
import { createDeadLetterQueue } from '../constructs/dead-letter-queue.ts';

const CLOUD_WATCH = 'cloudwatch.amazonaws.com';

/** Topics that notify people, and queues of work and of failures. */
export class MessagingStack extends Stack {
  readonly topicKey: Key;
  /** Purser's alerts about spending. */
  readonly alerts: Topic;
  /** CloudWatch's alarms about Purser. */
  readonly alarms: Topic;
  /** What happened, for programs. */
  readonly events: EventBus;
  private readonly queues = new Map<string, Queue>();

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
    this.events = new EventBus(this, 'Events', {
      eventBusName: `${config.prefix}events`,
      description: 'What happened in Purser, for the automation of its customers',
    });
    this.alarms = this.createTopic('alarms', config);
    // Adding a policy replaces the topic's default one, which let the account's alarms publish.
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

    if (config.createAlertSender) {
      new EmailIdentity(this, 'AlertSender', { identity: Identity.email(config.alertSender) });
    }
    for (const { name } of FAILURE_QUEUES) {
      this.queues.set(name, createDeadLetterQueue(this, name, config));
    }
    for (const definition of Object.values(QUEUE_DEFINITIONS)) {
      const deadLetterQueue = this.queue(definition.deadLetterQueue);
      const queue = createWorkQueue(this, definition, deadLetterQueue, config);
      this.queues.set(definition.name, queue);
    }
  }

  /** A queue of work or of failures. */
  queue(name: QueueName | FailureQueueName): Queue {
    const queue = this.queues.get(name);
    if (!queue) throw new Error(`there is no queue ${name}`);
    return queue;
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

const createWorkQueue = (
  scope: Construct,
  definition: QueueDefinition,
  deadLetterQueue: Queue,
  { prefix }: PurserConfig,
): Queue =>
  new Queue(scope, definition.constructId, {
    queueName: prefix + definition.name,
    visibilityTimeout: Duration.seconds(definition.visibilityTimeoutSeconds),
    deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount: definition.attempts },
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(definition.retentionDays),
  });
