import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Alias, Architecture, Code, Function, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { join } from 'node:path';
import type { SettingName } from '../../contracts/settings.ts';
import type { DynamoDbAction, FunctionDefinition } from '../../lambdas/function-definition.ts';
import { FUNCTIONS } from '../../lambdas/functions.ts';
import { TABLE_DEFINITIONS } from '../../tables/definitions.ts';
import { TABLE_NAMES, type TableName } from '../../tables/table-names.ts';
import type { PurserConfig } from '../config.ts';
import { exportBucketName, exportBucketNameInRules } from './export-bucket.ts';
import { METRICS_NAMESPACE, serviceName } from './metrics.ts';

const BUNDLES = join(import.meta.dirname, '../../dist/functions');
const LIVE = 'live';
/** Above this share of warm environments in use, AWS warms more. */
const WARM_TARGET_PERCENT = 70;

/** Where functions leave what people must be told of. */
export type Outlets = { alertQueue: IQueue; exportQueue: IQueue; alerts: ITopic; topicKey: IKey };

type Props = { definition: FunctionDefinition; config: PurserConfig; outlets: Outlets };

/**
 * A Lambda function made from its plain facts: the built bundle, its settings, a role that may do
 * what the facts say and nothing else, its log group, and the alias `live` that all callers use.
 */
export class PurserFunction extends Construct {
  readonly definition: FunctionDefinition;
  readonly role: Role;
  readonly live: Alias;

  constructor(scope: Construct, props: Props) {
    super(scope, props.definition.name);
    const { definition, config } = props;
    this.definition = definition;
    const functionName = config.prefix + definition.name;

    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: config.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      description: `What ${functionName} may do`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(this.role);
    for (const statement of grants(this, props)) this.role.addToPolicy(statement);

    const lambda = new Function(this, 'Function', {
      functionName,
      description: definition.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(join(BUNDLES, definition.name)),
      handler: 'index.handler',
      memorySize: definition.memoryMiB,
      timeout: Duration.seconds(definition.timeoutSeconds),
      role: this.role,
      logGroup,
      tracing: Tracing.ACTIVE,
      environment: environmentOf(props),
    });
    Validations.of(this.role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'Neither X-Ray (two write actions) nor CloudWatch (GetMetricData) has a resource to name.',
    });

    if (definition.requestsExports ?? definition.writesExports) {
      Validations.of(this.role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::arn:aws:s3:::${exportBucketNameInRules(config)}/*]`,
        reason: 'Objects are named when they are made: the one bucket is as near as a grant comes.',
      });
    }

    const { max } = config.provisionedConcurrency;
    const min = leastWarm(config, definition);
    this.live = new Alias(this, 'Live', {
      aliasName: LIVE,
      version: lambda.currentVersion,
      ...(definition.hotPath ? { provisionedConcurrentExecutions: min } : {}),
    });
    if (definition.hotPath) {
      this.live
        .addAutoScaling({ minCapacity: min, maxCapacity: max })
        .scaleOnUtilization({ utilizationTarget: WARM_TARGET_PERCENT / 100 });
    }
  }
}

const leastWarm = (
  { provisionedConcurrency: { min, minOf } }: PurserConfig,
  { name }: Pick<FunctionDefinition, 'name'>,
): number => new Map(Object.entries(minOf)).get(name) ?? min;

function grants(scope: Construct, { definition, config, outlets }: Props): PolicyStatement[] {
  const statements = TABLE_NAMES.flatMap((name) => {
    const actions = definition.tables?.[name];
    return actions ? tableGrants(scope, config, name, actions) : [];
  });
  return [
    ...statements,
    ...(definition.publishesAlerts ? publishingGrants(outlets) : []),
    ...(definition.deliversAlerts ? deliveryGrants(scope, config, outlets) : []),
    ...(definition.readsMetrics ? [metricsGrant()] : []),
    ...(definition.requestsExports ? exportGrants(scope, config, outlets) : []),
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

/** CloudWatch knows no narrower resource for it. */
const metricsGrant = (): PolicyStatement =>
  new PolicyStatement({ actions: ['cloudwatch:GetMetricData'], resources: ['*'] });

const publishingGrants = ({ alertQueue }: Outlets): PolicyStatement[] => [
  new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [alertQueue.queueArn] }),
];

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

const exportGrants = (
  scope: Construct,
  config: PurserConfig,
  { exportQueue }: Outlets,
): PolicyStatement[] => [
  new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [exportQueue.queueArn] }),
  objectGrant(scope, config, ['s3:GetObject']),
];

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

function environmentOf({ definition, config, outlets }: Props): Record<string, string> {
  const settings: Record<SettingName, string | undefined> = {
    PURSER_ENVIRONMENT: config.environment,
    PURSER_TABLE_PREFIX: config.prefix,
    PURSER_RESERVATION_HOLD_SECONDS: String(config.reservationHoldSeconds),
    PURSER_RETENTION_DAYS: String(config.retentionDays),
    PURSER_ALERT_QUEUE_URL: outlets.alertQueue.queueUrl,
    PURSER_ALERT_TOPIC_ARN: outlets.alerts.topicArn,
    PURSER_ALERT_SENDER: config.alertSender,
    PURSER_OPERATOR_ORGANIZATION: config.operatorOrganization,
    PURSER_WARMTH: JSON.stringify(warmthOf(config)),
    PURSER_EXPORT_QUEUE_URL: outlets.exportQueue.queueUrl,
    PURSER_EXPORT_BUCKET: exportBucketName(config),
    PURSER_JWT_ISSUER: config.jwt?.issuer,
    PURSER_JWT_AUDIENCE: config.jwt?.audience,
    PURSER_JWKS_URL: config.jwt?.jwksUrl,
  };
  const names: SettingName[] = ['PURSER_TABLE_PREFIX', ...(definition.environment ?? [])];
  const own = names.flatMap((name) => {
    const value = settings[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(own),
    POWERTOOLS_SERVICE_NAME: serviceName(config),
    POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
    POWERTOOLS_LOG_LEVEL: config.logLevel,
    // Lambda's own tracing stays on; see docs/decisions/0001-tracing.md.
    ...(definition.hotPath ? { POWERTOOLS_TRACE_ENABLED: 'false' } : {}),
  };
}

function warmthOf(config: PurserConfig) {
  const functions: readonly FunctionDefinition[] = FUNCTIONS;
  return {
    region: config.region,
    targetPercent: WARM_TARGET_PERCENT,
    functions: functions
      .filter(({ hotPath }) => hotPath)
      .map(({ name, memoryMiB }) => ({
        name,
        functionName: config.prefix + name,
        memoryMiB,
        min: leastWarm(config, { name }),
      })),
  };
}
