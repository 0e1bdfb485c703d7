import { Stack, Validations } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { EXPORT_KEPT_DAYS } from '../../domain/reporting/report-export.ts';
import { DAY_MS, MOST_WAITING_MS, RESULT_KEPT_MS } from '../../domain/jobs/job.ts';
import { configFor, ENVIRONMENTS, stackName } from '../../lib/config.ts';
import { createApp } from '../../lib/purser-app.ts';
import { FAILURE_QUEUES } from '../../queues/definitions.ts';
import type { TableDefinition } from '../../tables/definition.ts';
import { TABLE_DEFINITIONS, TABLE_NAMES } from '../../tables/definitions.ts';
import { STACK_NAMES, type Synthesized, synthesize, textOf } from './synthesized.ts';

let synthesized: Synthesized;
beforeAll(async () => {
  // Throws if cdk-nag or template validation reports anything.
  synthesized = await synthesize(true);
});

describe('checks', () => {
  test('refuse an application that cdk-nag objects to', () => {
    const outdir = mkdtempSync(join(tmpdir(), 'purser-nag-'));
    const app = createApp({ environments: ['dev'], outdir });
    const queue = new Queue(new Stack(app, 'Careless'), 'WithoutEncryptionInTransit');
    Validations.of(queue).acknowledge({ id: 'AwsSolutions-SQS3', reason: 'Not what is tested.' });
    expect(() => app.synth()).toThrow(/AwsSolutions-SQS4/);
    rmSync(outdir, { recursive: true });
  });

  test('are suppressed for few rules, each time with a reason', () => {
    const acknowledged = synthesized.app.node
      .findAll()
      .flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(acknowledgements.parse(data)));
    expect(acknowledged.length).toBeGreaterThan(0);
    for (const [, reason] of acknowledged) expect(reason).toMatch(/^[A-Z].{30,}\.$/);
    expect(new Set(acknowledged.map(([id]) => id.replace('Annotation::', '')))).toEqual(
      new Set([
        'AwsSolutions-APIG2',
        'AwsSolutions-APIG3',
        'AwsSolutions-APIG4',
        'AwsSolutions-APIG6',
        'AwsSolutions-COG4',
        'AwsSolutions-DDB3',
        'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]',
        'AwsSolutions-IAM5[Resource::arn:aws:ses:us-east-1:<AWS::AccountId>:identity/*]',
        'AwsSolutions-IAM5[Resource::*]',
        ...ENVIRONMENTS.map(
          (name) =>
            `AwsSolutions-IAM5[Resource::arn:aws:dynamodb:us-east-1:<AWS::AccountId>:table/${configFor(name).prefix}ledger/stream/*]`,
        ),
        ...ENVIRONMENTS.flatMap((name) =>
          ['exports', 'jobs'].map(
            (bucket) =>
              `AwsSolutions-IAM5[Resource::arn:aws:s3:::${configFor(name).prefix}${bucket}-<AWS::AccountId>-<AWS::Region>/*]`,
          ),
        ),
        ...ENVIRONMENTS.map(
          (name) =>
            `AwsSolutions-IAM5[Resource::arn:aws:secretsmanager:us-east-1:<AWS::AccountId>:secret:${configFor(name).prefix}providers/*]`,
        ),
        'AwsSolutions-IAM5[Resource::arn:aws:bedrock:us-east-1:<AWS::AccountId>:model-invocation-job/*]',
        ...ENVIRONMENTS.map(
          (name) =>
            `AwsSolutions-IAM5[Resource::arn:aws:s3:::${configFor(name).prefix}jobs-<AWS::AccountId>-<AWS::Region>/batches/*]`,
        ),
        'AwsSolutions-S1',
        'AwsSolutions-SQS3',
      ]),
    );
  });
});

describe.each(ENVIRONMENTS)('%s', (environment) => {
  const config = configFor(environment);

  test('has its stacks, each tagged with environment, system and cost center', () => {
    for (const name of STACK_NAMES) {
      expect(synthesized.tags[stackName(environment, name)]).toEqual({
        Environment: environment,
        System: 'purser',
        CostCenter: 'ai-platform',
      });
    }
  });

  test('has exactly the tables of the definitions', () => {
    const names = synthesized
      .resources(environment, 'AWS::DynamoDB::GlobalTable')
      .map(({ Properties }) => textOf(Properties['TableName']));
    expect(names.toSorted()).toEqual(TABLE_NAMES.map((name) => config.prefix + name).toSorted());
  });

  test.each(TABLE_NAMES)('creates %s as it is defined', (name) => {
    const definition: TableDefinition = TABLE_DEFINITIONS[name];
    const table = synthesized
      .resources(environment, 'AWS::DynamoDB::GlobalTable')
      .find(({ Properties }) => Properties['TableName'] === config.prefix + name);
    expect(table?.Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: keySchema(definition),
      SSESpecification: { SSEEnabled: true },
      Replicas: [
        {
          PointInTimeRecoverySpecification: {
            PointInTimeRecoveryEnabled: config.pointInTimeRecovery,
          },
          DeletionProtectionEnabled: config.deletionProtection,
        },
      ],
    });
    expect(table?.Properties['GlobalSecondaryIndexes']).toEqual(
      definition.indexes?.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index),
        Projection: { ProjectionType: index.projection },
      })),
    );
    const { [name]: warm } = config.warmThroughput;
    expect(table?.Properties['WarmThroughput']).toEqual(
      warm && {
        ReadUnitsPerSecond: warm.readUnitsPerSecond,
        WriteUnitsPerSecond: warm.writeUnitsPerSecond,
      },
    );
    expect(table?.Properties['StreamSpecification']).toEqual(
      definition.stream ? { StreamViewType: 'NEW_AND_OLD_IMAGES' } : undefined,
    );
    expect(table?.Properties['TimeToLiveSpecification']).toEqual(
      definition.timeToLiveAttribute
        ? { AttributeName: definition.timeToLiveAttribute, Enabled: true }
        : undefined,
    );
    // The policy of a first deployment that fails: what it created must not block the next attempt.
    expect(table?.DeletionPolicy).toBe(config.retainData ? 'RetainExceptOnCreate' : 'Delete');
  });

  test.each([
    ['report files', 'exports', [{ ExpirationInDays: EXPORT_KEPT_DAYS, Status: 'Enabled' }]],
    [
      'requests and answers of jobs',
      'jobs',
      [
        { ExpirationInDays: MOST_WAITING_MS / DAY_MS, Status: 'Enabled' },
        { ExpirationInDays: RESULT_KEPT_MS / DAY_MS, Prefix: 'results/', Status: 'Enabled' },
      ],
    ],
  ])('keeps %s private and encrypted, for as long as they are needed', (_, name, rules) => {
    const buckets = synthesized.resources(environment, 'AWS::S3::Bucket');
    expect(buckets).toHaveLength(2);
    const bucket = buckets.find(({ Properties }) =>
      textOf(Properties['BucketName']).startsWith(`${config.prefix}${name}-`),
    );
    expect(bucket?.Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
        ],
      },
      LifecycleConfiguration: { Rules: rules },
    });
    expect(bucket?.DeletionPolicy).toBe(config.retainData ? 'RetainExceptOnCreate' : 'Delete');
    const policies = synthesized.resources(environment, 'AWS::S3::BucketPolicy');
    expect(policies).toHaveLength(2);
    for (const { Properties } of policies) {
      expect(JSON.stringify(Properties)).toContain('"aws:SecureTransport":"false"');
    }
  });

  test('keeps failures for 14 days, encrypted at rest and in transit', () => {
    const queues = synthesized.resources(environment, 'AWS::SQS::Queue');
    const failures = queues.filter(({ Properties }) => !Properties['RedrivePolicy']);
    expect(failures.map(({ Properties }) => Properties)).toMatchObject(
      FAILURE_QUEUES.map(({ name }) => ({
        QueueName: config.prefix + name,
        MessageRetentionPeriod: 1_209_600,
        SqsManagedSseEnabled: true,
      })),
    );
    const policies = synthesized.resources(environment, 'AWS::SQS::QueuePolicy');
    expect(policies).toHaveLength(queues.length);
    for (const { Properties } of policies) {
      expect(JSON.stringify(Properties)).toContain('"aws:SecureTransport":"false"');
    }
  });

  test('encrypts its topics, each with an email subscriber', () => {
    const topics = synthesized.resources(environment, 'AWS::SNS::Topic');
    expect(topics.map(({ Properties }) => textOf(Properties['TopicName'])).toSorted()).toEqual([
      `${config.prefix}alarms`,
      `${config.prefix}alerts`,
    ]);
    for (const { Properties, logicalId } of topics) {
      expect(Properties['KmsMasterKeyId']).toBeDefined();
      expect(
        synthesized
          .resources(environment, 'AWS::SNS::Subscription')
          .map((subscription) => subscription.Properties),
      ).toContainEqual({
        Protocol: 'email',
        Endpoint: config.alarmEmail,
        TopicArn: { Ref: logicalId },
      });
    }
  });

  test('has at most fifty alarms, and as many metrics on its dashboard as are free', () => {
    expect(synthesized.resources(environment, 'AWS::CloudWatch::Alarm').length).toBeLessThanOrEqual(
      50,
    );
    const [dashboard] = synthesized.resources(environment, 'AWS::CloudWatch::Dashboard');
    const widgets = dashboardBody.parse(
      JSON.parse(textOf(dashboard?.Properties['DashboardBody']).replaceAll('${', '$')),
    ).widgets;
    const metrics = widgets.flatMap(({ properties }) => properties.metrics ?? []);
    expect(metrics.length).toBeGreaterThan(20);
    expect(metrics.length).toBeLessThanOrEqual(50);
  });

  test('has one dashboard', () => {
    const dashboards = synthesized.resources(environment, 'AWS::CloudWatch::Dashboard');
    expect(dashboards.map(({ Properties }) => Properties['DashboardName'])).toEqual([
      `${config.prefix}overview-us-east-1`,
    ]);
  });

  test('needs nothing that the local run cannot understand', () => {
    const types = synthesized.resources(environment).map(({ Type }) => Type);
    expect(types.length).toBeGreaterThan(200);
    expect(types.filter((type) => /Custom/.test(type))).toEqual([]);
  });
});

test('only prod protects its tables from deletion; dev alone gives them up with the stack', () => {
  expect(ENVIRONMENTS.map((environment) => configFor(environment).deletionProtection)).toEqual([
    false,
    false,
    true,
  ]);
  expect(ENVIRONMENTS.map((environment) => configFor(environment).retainData)).toEqual([
    false,
    true,
    true,
  ]);
  expect(configFor('prod').pointInTimeRecovery).toBe(true);
});

const dashboardBody = z.object({
  widgets: z.array(
    z.object({ properties: z.object({ metrics: z.array(z.unknown()).optional() }) }),
  ),
});
const acknowledgements = z.record(z.string(), z.string());

const keySchema = ({
  partitionKey,
  sortKey,
}: Pick<TableDefinition, 'partitionKey' | 'sortKey'>) => [
  { AttributeName: partitionKey.name, KeyType: 'HASH' },
  ...(sortKey ? [{ AttributeName: sortKey.name, KeyType: 'RANGE' }] : []),
];
