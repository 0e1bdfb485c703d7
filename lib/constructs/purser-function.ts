import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  Architecture,
  Code,
  Function,
  RecursiveLoop,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { join } from 'node:path';
import type { SettingName } from '../../contracts/settings.ts';
import { type FunctionDefinition, isTraced } from '../../lambdas/function-definition.ts';
import { FUNCTIONS } from '../../lambdas/functions.ts';
import { QUEUE_DEFINITIONS, type QueueSetting } from '../../queues/definitions.ts';
import { leastWarm, type PurserConfig } from '../config.ts';
import { batchRoleArn } from './batch-role.ts';
import { exportBucketName, exportBucketNameInRules } from './export-bucket.ts';
import { jobBucketName, jobBucketNameInRules } from './job-bucket.ts';
import { functionGrants, type Outlets } from './function-grants.ts';
import { METRICS_NAMESPACE, serviceName } from './metrics.ts';
import { modelCallerArn } from './model-caller.ts';
import { shiftFailures, shiftGradually } from './gradual-shift.ts';
import { keepWarm, WARM_TARGET_PERCENT } from './warm-environments.ts';

const BUNDLES = join(import.meta.dirname, '../../dist/functions');
const LIVE = 'live';

type Props = {
  definition: FunctionDefinition;
  config: PurserConfig;
  outlets: Outlets;
  confidentialKey: IKey;
  /** Ends a gradual shift, instead of an alarm of its own. */
  shiftAlarm?: IAlarm;
};

/**
 * A Lambda function created from its definition: the built bundle, its settings, a role with
 * exactly the declared permissions, its log group, and the alias `live` that all callers use.
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
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      description: `What ${functionName} may do`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(this.role);
    for (const statement of functionGrants(this, props)) this.role.addToPolicy(statement);

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
      tracing: isTraced(definition) ? Tracing.ACTIVE : Tracing.DISABLED,
      // Rollback points the alias at a former version; `npm run deploy` deletes the oldest.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      environment: environmentOf(this, props),
      ...(sendsToItself(definition) ? { recursiveLoop: RecursiveLoop.ALLOW } : {}),
    });
    acknowledgeWildcards(this.role, definition, config);

    this.live = new Alias(this, 'Live', { aliasName: LIVE, version: lambda.currentVersion });
    const least = leastWarm(config, definition);
    if (definition.hotPath && least > 0) {
      keepWarm(this, this.live, { least, most: config.provisionedConcurrency.max });
    }
    if (definition.hotPath && config.canaryDeployments) {
      const failures =
        props.shiftAlarm ?? shiftFailures(this, this.live, functionName, props.outlets.alarms);
      shiftGradually(this, this.live, { functionName, failures });
    }
  }
}

/** Says why the few grants with wildcards are as narrow as they can be. */
function acknowledgeWildcards(
  role: Role,
  definition: FunctionDefinition,
  config: PurserConfig,
): void {
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason:
      'X-Ray (two write actions), CloudWatch (GetMetricData) and the Price List API (GetProducts) have no resource to name.',
  });

  if (definition.uses?.some((name) => name === 'alerts:deliver' || name === 'mail:send')) {
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:aws:ses:${config.region}:<AWS::AccountId>:identity/*]`,
      reason: 'A condition limits it to one sender; in its sandbox, SES checks recipients too.',
    });
  }
  if (definition.uses?.includes('ledger-changes:read')) {
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:aws:dynamodb:${config.region}:<AWS::AccountId>:table/${config.prefix}ledger/stream/*]`,
      reason: 'The name of a stream contains its creation time, so the grant covers one table.',
    });
  }
  if (definition.uses?.includes('provider-keys:read')) {
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:aws:secretsmanager:${config.region}:<AWS::AccountId>:secret:${config.prefix}providers/*]`,
      reason:
        'Organizations add providers while the deployment runs, so the grant covers the secrets under one prefix.',
    });
  }
  if (definition.uses?.some((capability) => capability.startsWith('export-files:'))) {
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:aws:s3:::${exportBucketNameInRules(config)}/*]`,
      reason: 'Names of files are not known in advance, so the grant covers one bucket.',
    });
  }
  if (definition.uses?.includes('batches:run')) {
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:aws:bedrock:${config.region}:<AWS::AccountId>:model-invocation-job/*]`,
      reason: 'Bedrock chooses the names of batches, so the grant covers those of one region.',
    });
  }
  if (definition.uses?.some((capability) => capability.startsWith('job-files:'))) {
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:aws:s3:::${jobBucketNameInRules(config)}/*]`,
      reason: 'Names of files are not known in advance, so the grant covers one bucket.',
    });
  }
}

/** Whether it sends to the queue that it processes, which Lambda would otherwise stop as a loop. */
const sendsToItself = ({ queue, uses }: FunctionDefinition): boolean =>
  queue !== undefined && uses?.includes(`${queue}:publish`) === true;

function environmentOf(
  scope: Construct,
  { definition, config, outlets }: Props,
): Record<string, string> {
  const queueUrls = Object.fromEntries(
    Object.values(QUEUE_DEFINITIONS).map(({ name, setting }) => [
      setting,
      outlets.queue(name).queueUrl,
    ]),
  ) as Record<QueueSetting, string>;
  const settings: Record<SettingName, string | undefined> = {
    ...queueUrls,
    PURSER_ENVIRONMENT: config.environment,
    PURSER_TABLE_PREFIX: config.prefix,
    PURSER_RESERVATION_HOLD_SECONDS: String(config.reservationHoldSeconds),
    PURSER_RETENTION_DAYS: String(config.retentionDays),
    PURSER_ENTRY_SHARDS: JSON.stringify(config.entryShards),
    PURSER_REQUESTS_PER_SECOND: String(config.throttle.requestsPerSecond),
    PURSER_ALERT_TOPIC_ARN: outlets.alerts.topicArn,
    PURSER_ALERT_SENDER: config.alertSender,
    PURSER_EVENT_BUS: outlets.events.eventBusName,
    PURSER_OPERATOR_ORGANIZATION: config.operatorOrganization ?? undefined,
    PURSER_WARMTH: JSON.stringify(warmthOf(config)),
    PURSER_GATEWAY_REGIONS: JSON.stringify(config.gateway.regions),
    PURSER_GATEWAY_MODELS: JSON.stringify(config.gateway.models),
    PURSER_MODEL_CALLER_ARN: config.gateway.splitsBill ? modelCallerArn(scope, config) : undefined,
    PURSER_VALKEY_URL: config.gateway.valkeyUrl ?? '',
    PURSER_PROVIDERS: JSON.stringify(config.providers),
    PURSER_EXPORT_BUCKET: exportBucketName(config),
    PURSER_JOB_BUCKET: jobBucketName(config),
    PURSER_BATCH_ROLE_ARN: batchRoleArn(scope, config),
    PURSER_FEWEST_BATCH_RECORDS: String(config.gateway.fewestBatchRecords),
    PURSER_AUTHORIZER_CACHE_SECONDS: String(config.authorizerCacheSeconds),
    PURSER_JWT_ISSUER: config.jwt?.issuer,
    PURSER_JWT_AUDIENCE: config.jwt?.audience,
    PURSER_JWKS_URL: config.jwt?.jwksUrl,
    PURSER_JWT_DEPARTMENTS_CLAIM: config.jwt?.departmentsClaim,
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
    ...(isTraced(definition) ? {} : { POWERTOOLS_TRACE_ENABLED: 'false' }),
  };
}

function warmthOf(config: PurserConfig) {
  const functions: readonly FunctionDefinition[] = FUNCTIONS;
  return {
    region: config.region,
    targetPercent: WARM_TARGET_PERCENT,
    functions: functions
      .filter((definition) => definition.hotPath && leastWarm(config, definition) > 0)
      .map(({ name, memoryMiB }) => ({
        name,
        functionName: config.prefix + name,
        memoryMiB,
        min: leastWarm(config, { name }),
      })),
  };
}
