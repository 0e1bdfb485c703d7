import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, type PolicyStatementProps } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import {
  CAPABILITIES,
  CAPABILITY_NAMES,
  type GrantedResource,
} from '../../lambdas/capabilities.ts';
import type { DynamoDbAction, FunctionDefinition } from '../../lambdas/function-definition.ts';
import type { QueueName } from '../../queues/definitions.ts';
import { TABLE_DEFINITIONS, TABLE_NAMES, type TableName } from '../../tables/definitions.ts';
import type { PurserConfig } from '../config.ts';
import { batchArns, batchRoleArn } from './batch-role.ts';
import { exportBucketName } from './export-bucket.ts';
import { jobBucketName } from './job-bucket.ts';
import { batchModelArns, modelArns } from './model-arns.ts';
import { modelCallerArn } from './model-caller.ts';

/** The messaging resources that functions may use. */
export type Outlets = {
  queue: (name: QueueName) => IQueue;
  alerts: ITopic;
  events: IEventBus;
  /** CloudWatch's alarms about functions. */
  alarms: ITopic;
  topicKey: IKey;
};

type Granted = {
  definition: FunctionDefinition;
  config: PurserConfig;
  outlets: Outlets;
  /** Encrypts the tables that hold secrets or addresses. */
  confidentialKey: IKey;
};

/** A function's permissions: exactly what its definition says. */
export function functionGrants(scope: Construct, granted: Granted): PolicyStatement[] {
  const { definition, config, confidentialKey } = granted;
  const { tables, uses } = definition;
  return [
    ...TABLE_NAMES.flatMap((name) => tableGrants(scope, config, name, tables?.[name] ?? [])),
    ...confidentialGrants(scope, definition, confidentialKey),
    ...CAPABILITY_NAMES.filter((name) => uses?.includes(name)).flatMap((name) =>
      CAPABILITIES[name].grants.flatMap(({ on, actions }) =>
        partsOf(scope, granted, on).map(
          (part) => new PolicyStatement({ actions: [...actions], ...part }),
        ),
      ),
    ),
  ];
}

/**
 * Resolves a capability's resource. Models come one by one, because CDK spreads statements over
 * several policies where one would be too large, but never splits a statement.
 */
function partsOf(
  scope: Construct,
  granted: Granted,
  resource: GrantedResource,
): PolicyStatementProps[] {
  const { splitsBill } = granted.config.gateway;
  if (resource === 'model caller' && !splitsBill) return [];
  if (resource === 'models of batches') {
    return batchModelArns(scope, granted.config).map((resources) => ({ resources }));
  }
  if (resource !== 'models') return [resourcesOf(scope, granted, resource)];
  return modelArns(scope, granted.config.gateway).map((resources) => ({ resources }));
}

function resourcesOf(
  scope: Construct,
  { config, outlets }: Granted,
  resource: Exclude<GrantedResource, 'models' | 'models of batches'>,
): PolicyStatementProps {
  if (typeof resource === 'object') return { resources: [outlets.queue(resource.queue).queueArn] };
  switch (resource) {
    case 'alert topic':
      return { resources: [outlets.alerts.topicArn] };
    case 'event bus':
      return { resources: [outlets.events.eventBusArn] };
    case 'key of topics':
      return { resources: [outlets.topicKey.keyArn] };
    case 'mail sender':
      return mailSender(scope, config);
    case 'phone numbers':
      // Phone numbers have no ARN, so this excludes every SNS resource and leaves only phone
      // numbers.
      return { notResources: ['arn:*:sns:*:*:*'] };
    case 'metrics':
      // CloudWatch supports no narrower resource.
      return { resources: ['*'] };
    case 'price list':
      // The Price List API has no resources.
      return { resources: ['*'] };
    case 'ledger stream':
      return { resources: [`${tableArn(scope, `${config.prefix}ledger`)}/stream/*`] };
    case 'model caller':
      return { resources: [modelCallerArn(scope, config)] };
    case 'provider keys':
      return { resources: [providerKeys(scope, config)] };
    case 'batches':
      return { resources: [batchArns(scope)] };
    case 'batch role':
      return {
        resources: [batchRoleArn(scope, config)],
        conditions: { StringEquals: { 'iam:PassedToService': 'bedrock.amazonaws.com' } },
      };
    case 'job files':
      return { resources: [filesIn(scope, jobBucketName(config))] };
    case 'export files':
      return { resources: [filesIn(scope, exportBucketName(config))] };
  }
}

function tableGrants(
  scope: Construct,
  config: PurserConfig,
  name: TableName,
  actions: readonly DynamoDbAction[],
): PolicyStatement[] {
  if (actions.length === 0) return [];
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

/** DynamoDB uses a table's key on behalf of the function that reads or writes it. */
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

const providerKeys = (scope: Construct, { prefix }: PurserConfig): string =>
  Stack.of(scope).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: `${prefix}providers/*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

const filesIn = (scope: Construct, bucketName: string): string =>
  Stack.of(scope).formatArn({
    service: 's3',
    region: '',
    account: '',
    resource: bucketName,
    resourceName: '*',
  });

/**
 * Allows mail from the configured sender only. The resource is every identity, because SES in its
 * sandbox checks the recipient's identity as well.
 */
const mailSender = (scope: Construct, { alertSender }: PurserConfig): PolicyStatementProps => ({
  resources: [
    Stack.of(scope).formatArn({ service: 'ses', resource: 'identity', resourceName: '*' }),
  ],
  conditions: { StringEquals: { 'ses:FromAddress': alertSender } },
});

/** By name instead of reference, so that a table never depends on the functions that use it. */
const tableArn = (scope: Construct, resourceName: string): string =>
  Stack.of(scope).formatArn({ service: 'dynamodb', resource: 'table', resourceName });
