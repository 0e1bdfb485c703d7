import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { FollowedTable } from '../../lambdas/function-definition.ts';
import { FUNCTIONS } from '../../lambdas/functions.ts';
import { QUEUE_DEFINITIONS } from '../../queues/definitions.ts';
import type { PurserConfig } from '../config.ts';
import { addBatchRole } from '../constructs/batch-role.ts';
import { PurserFunction } from '../constructs/purser-function.ts';
import { ScheduledFunction } from '../constructs/scheduled-function.ts';
import type { DataStack } from './data-stack.ts';
import type { MessagingStack } from './messaging-stack.ts';

type Props = { config: PurserConfig; data: DataStack; messaging: MessagingStack };

/** Everything that runs without a caller: consumers of streams and queues, and schedules. */
export class ProcessingStack extends Stack {
  readonly functions: readonly PurserFunction[];

  constructor(scope: Construct, id: string, stackProps: StackProps, props: Props) {
    super(scope, id, stackProps);
    const { config, messaging } = props;
    const { confidentialKey } = props.data;
    this.functions = FUNCTIONS.filter(
      ({ follows, queue, schedule }) => follows ?? queue ?? schedule,
    ).map(
      (definition) =>
        new PurserFunction(this, { definition, config, outlets: messaging, confidentialKey }),
    );
    if (this.functions.some(({ definition }) => definition.uses?.includes('batches:run'))) {
      addBatchRole(this, config);
    }
    for (const started of this.functions) {
      for (const followed of started.definition.follows ?? []) {
        this.followTable(started, followed, props);
      }
      if (started.definition.queue) this.workOff(started, messaging);
      if (started.definition.schedule) {
        new ScheduledFunction(this, `${started.definition.name}-schedule`, {
          target: started,
          failures: messaging.queue('schedule-failures'),
          config,
        });
      }
    }
  }

  private followTable(
    follower: PurserFunction,
    { table, batchSize, filter }: FollowedTable,
    { config, data, messaging }: Props,
  ): void {
    const { name, follows = [] } = follower.definition;
    const failures = messaging.queue('stream-failures');
    const streamArn = data.streamArn(table);
    follower.role.addToPolicy(
      new PolicyStatement({
        actions: [
          'dynamodb:DescribeStream',
          'dynamodb:GetRecords',
          'dynamodb:GetShardIterator',
          'dynamodb:ListStreams',
        ],
        resources: [streamArn],
      }),
    );
    follower.role.addToPolicy(
      new PolicyStatement({
        actions: ['sqs:SendMessage'],
        resources: [failures.queueArn],
      }),
    );
    const mapping = new EventSourceMapping(
      this,
      follows.length > 1 ? `${name}-${table}` : `${name}-stream`,
      {
        target: follower.live,
        eventSourceArn: streamArn,
        startingPosition: StartingPosition.TRIM_HORIZON,
        batchSize,
        ...(config.streamWindowSeconds > 0 && {
          maxBatchingWindow: Duration.seconds(config.streamWindowSeconds),
        }),
        filters: [FilterCriteria.filter({ dynamodb: { NewImage: filter } })],
        reportBatchItemFailures: true,
        bisectBatchOnError: true,
        // The follower sets a record apart that it cannot count, so a batch fails only with the
        // store, however long that takes. Streams keep records for 24 hours.
        maxRecordAge: Duration.hours(23),
        // The library's own destination grants more than sending.
        onFailure: { bind: () => ({ destination: failures.queueArn }) },
      },
    );
    mapping.node.addDependency(follower.role);
  }

  /** Processes messages immediately instead of waiting for a batch to fill. */
  private workOff(worker: PurserFunction, messaging: MessagingStack): void {
    const { name, queue } = worker.definition;
    if (!queue) return;
    const source = messaging.queue(queue);
    worker.role.addToPolicy(
      new PolicyStatement({
        actions: [
          'sqs:ReceiveMessage',
          'sqs:DeleteMessage',
          'sqs:ChangeMessageVisibility',
          'sqs:GetQueueAttributes',
        ],
        resources: [source.queueArn],
      }),
    );
    const mapping = new EventSourceMapping(this, `${name}-queue`, {
      target: worker.live,
      eventSourceArn: source.queueArn,
      batchSize: QUEUE_DEFINITIONS[queue].batchSize,
      maxConcurrency: QUEUE_DEFINITIONS[queue].maxConcurrency,
      reportBatchItemFailures: true,
    });
    mapping.node.addDependency(worker.role);
  }
}
