import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { DynamoDbAction, FunctionDefinition } from '../../lambdas/function-definition.ts';
import { TABLE_DEFINITIONS } from '../../tables/definitions.ts';
import { TABLE_NAMES, type TableName } from '../../tables/table-names.ts';
import type { PurserConfig } from '../config.ts';
import { exportBucketName } from './export-bucket.ts';

/** Where functions leave what people must be told of. */
export type Outlets = { alertQueue: IQueue; exportQueue: IQueue; alerts: ITopic; topicKey: IKey };

type Granted = {
  definition: FunctionDefinition;
  config: PurserConfig;
  outlets: Outlets;
  /** Of the tables that hold secrets or addresses. */
  confidentialKey: IKey;
};

/** What a function may do: what its facts say and nothing else. */
export function functionGrants(
  scope: Construct,
  { definition, config, outlets, confidentialKey }: Granted,
): PolicyStatement[] {
  const statements = TABLE_NAMES.flatMap((name) => {
    const actions = definition.tables?.[name];
    return actions ? tableGrants(scope, config, name, actions) : [];
  });
  return [
    ...statements,
    ...confidentialGrants(scope, definition, confidentialKey),
    ...(definition.publishesAlerts ? [sendingGrant(outlets.alertQueue)] : []),
    ...(definition.deliversAlerts ? deliveryGrants(scope, config, outlets) : []),
    ...(definition.readsMetrics ? [metricsGrant()] : []),
    ...(definition.queuesExports ? [sendingGrant(outlets.exportQueue)] : []),
    ...(definition.readsExports ? [objectGrant(scope, config, ['s3:GetObject'])] : []),
    ...(definition.deletesExports ? [objectGrant(scope, config, ['s3:DeleteObject'])] : []),
    ...(definition.writesExports
      ? [objectGrant(scope, config, ['s3:PutObject', 's3:AbortMultipartUpload'])]
      : []),
    ...(definition.sendsMail
      ? [mailGrant(scope, config, ['ses:SendEmail', 'ses:SendRawEmail'])]
      : []),
  ];
}

function tableGrants(
  scope: Construct,
  config: PurserConfig,
  name: TableName,
  actions: readonly DynamoDbAction[],
): PolicyStatement[] {
  const table = tableArn(scope, config.prefix + name);
  const indexes = actions.includes('Query') ? (TABLE_DEFINITIONS[name].indexes ?? []) : [];
  return [
    new PolicyStatement({
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: [table],
    }),
    ...indexes.map(
      (index) =>
        new PolicyStatement({
          actions: ['dynamodb:Query'],
          resources: [`${table}/index/${index.name}`],
        }),
    ),
  ];
}

/** DynamoDB uses the key of a table in the name of whoever reads or writes it, and nobody else does. */
function confidentialGrants(
  scope: Construct,
  { tables = {} }: FunctionDefinition,
  { keyArn }: IKey,
): PolicyStatement[] {
  const actions = TABLE_NAMES.filter((name) => TABLE_DEFINITIONS[name].isConfidential).flatMap(
    (name) => tables[name] ?? [],
  );
  if (actions.length === 0) return [];
  const isWriter = actions.some((action) => /^(Put|Update|Delete)/.test(action));
  return [
    new PolicyStatement({
      actions: ['kms:Decrypt', ...(isWriter ? ['kms:Encrypt', 'kms:GenerateDataKey'] : [])],
      resources: [keyArn],
      conditions: {
        StringEquals: { 'kms:ViaService': `dynamodb.${Stack.of(scope).region}.amazonaws.com` },
      },
    }),
  ];
}

/** CloudWatch knows no narrower resource for it. */
const metricsGrant = (): PolicyStatement =>
  new PolicyStatement({ actions: ['cloudwatch:GetMetricData'], resources: ['*'] });

const sendingGrant = ({ queueArn }: IQueue): PolicyStatement =>
  new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queueArn] });

function deliveryGrants(
  scope: Construct,
  config: PurserConfig,
  { alerts, topicKey }: Outlets,
): PolicyStatement[] {
  return [
    new PolicyStatement({ actions: ['sns:Publish'], resources: [alerts.topicArn] }),
    new PolicyStatement({
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [topicKey.keyArn],
    }),
    mailGrant(scope, config, ['ses:SendEmail']),
    // A phone number has no ARN: what is none of SNS's resources is a phone number.
    new PolicyStatement({ actions: ['sns:Publish'], notResources: ['arn:*:sns:*:*:*'] }),
  ];
}

const objectGrant = (scope: Construct, config: PurserConfig, actions: string[]): PolicyStatement =>
  new PolicyStatement({
    actions,
    resources: [
      Stack.of(scope).formatArn({
        service: 's3',
        region: '',
        account: '',
        resource: exportBucketName(config),
        resourceName: '*',
      }),
    ],
  });

/** Mail from the one sender; SES counts mail with attachments as raw. */
function mailGrant(
  scope: Construct,
  { alertSender }: PurserConfig,
  actions: string[],
): PolicyStatement {
  const identities = [alertSender, alertSender.replace(/^.*@/, '')];
  return new PolicyStatement({
    actions,
    resources: identities.map((resourceName) =>
      Stack.of(scope).formatArn({ service: 'ses', resource: 'identity', resourceName }),
    ),
    conditions: { StringEquals: { 'ses:FromAddress': alertSender } },
  });
}

/** By name, not by reference, so that a table never waits for the functions that use it. */
const tableArn = (scope: Construct, resourceName: string): string =>
  Stack.of(scope).formatArn({ service: 'dynamodb', resource: 'table', resourceName });
