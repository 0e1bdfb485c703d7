import type { SettingName } from '../contracts/settings.ts';
import { QUEUE_DEFINITIONS, type QueueName } from '../queues/definitions.ts';

/** The kinds of resources that grants cover; `lib/constructs/function-grants.ts` resolves them. */
export type GrantedResource =
  | { queue: QueueName }
  | 'alert topic'
  | 'event bus'
  | 'key of topics'
  | 'mail sender'
  | 'phone numbers'
  | 'metrics'
  | 'price list'
  | 'export files'
  | 'job files'
  | 'batches'
  | 'models of batches'
  | 'batch role'
  | 'ledger stream'
  | 'models'
  | 'model caller'
  | 'provider keys';

export type Grant = { on: GrantedResource; actions: readonly string[] };
type Capability = { grants: readonly Grant[]; settings: readonly SettingName[] };

const publishes = <const Name extends QueueName>(name: Name) => ({
  grants: [{ on: { queue: name }, actions: ['sqs:SendMessage'] }],
  settings: [QUEUE_DEFINITIONS[name].setting as (typeof QUEUE_DEFINITIONS)[Name]['setting']],
});

/**
 * What a function may do besides using its tables: its role's grants and the settings that it
 * reads.
 */
export const CAPABILITIES = {
  /** Puts alerts in their queue. */
  'alerts:publish': publishes('alerts'),
  /** Delivers alerts to people through the alert topic, email and text messages. */
  'alerts:deliver': {
    grants: [
      { on: 'alert topic', actions: ['sns:Publish'] },
      { on: 'key of topics', actions: ['kms:Decrypt', 'kms:GenerateDataKey'] },
      { on: 'mail sender', actions: ['ses:SendEmail'] },
      { on: 'phone numbers', actions: ['sns:Publish'] },
    ],
    settings: ['PURSER_ALERT_TOPIC_ARN', 'PURSER_ALERT_SENDER', 'PURSER_ENVIRONMENT'],
  },
  /** Puts events on the bus. */
  'events:put': {
    grants: [{ on: 'event bus', actions: ['events:PutEvents'] }],
    settings: ['PURSER_EVENT_BUS', 'PURSER_ENVIRONMENT'],
  },
  /** Reads how many warm environments of each function were in use. */
  'warmth:read': {
    grants: [{ on: 'metrics', actions: ['cloudwatch:GetMetricData'] }],
    settings: ['PURSER_WARMTH', 'PURSER_OPERATOR_ORGANIZATION'],
  },
  /** Reads AWS's public price list. */
  'prices:read': {
    grants: [{ on: 'price list', actions: ['pricing:GetProducts'] }],
    settings: [],
  },
  /** Reads changes from the ledger's stream at its own pace, without a mapping. */
  'ledger-changes:read': {
    grants: [
      {
        on: 'ledger stream',
        actions: [
          'dynamodb:DescribeStream',
          'dynamodb:GetRecords',
          'dynamodb:GetShardIterator',
          'dynamodb:ListStreams',
        ],
      },
    ],
    settings: [],
  },
  /** Calls the gateway's models on Amazon Bedrock, whole or streamed, and counts their tokens. */
  'models:invoke': {
    grants: [
      {
        on: 'models',
        actions: [
          'bedrock:InvokeModel',
          'bedrock:InvokeModelWithResponseStream',
          'bedrock:CountTokens',
        ],
      },
    ],
    settings: ['PURSER_GATEWAY_REGIONS', 'PURSER_GATEWAY_MODELS'],
  },
  /** Calls models in the name of a department, where the deployment splits its bill. */
  'bill:split': {
    grants: [{ on: 'model caller', actions: ['sts:AssumeRole', 'sts:TagSession'] }],
    settings: ['PURSER_MODEL_CALLER_ARN'],
  },
  /** Reads the keys of organizations' own providers, and connects to these. */
  'provider-keys:read': {
    grants: [{ on: 'provider keys', actions: ['secretsmanager:GetSecretValue'] }],
    settings: ['PURSER_PROVIDERS'],
  },
  /** Puts exports in their queue. */
  'exports:publish': publishes('exports'),
  /** Creates download links for export files. */
  'export-files:read': {
    grants: [{ on: 'export files', actions: ['s3:GetObject'] }],
    settings: ['PURSER_EXPORT_BUCKET'],
  },
  'export-files:delete': {
    grants: [{ on: 'export files', actions: ['s3:DeleteObject'] }],
    settings: ['PURSER_EXPORT_BUCKET'],
  },
  'export-files:write': {
    grants: [{ on: 'export files', actions: ['s3:PutObject', 's3:AbortMultipartUpload'] }],
    settings: ['PURSER_EXPORT_BUCKET'],
  },
  /** Puts what is to be done in the queue of jobs. */
  'jobs:publish': publishes('jobs'),
  /** Reads requests and answers of jobs. */
  'job-files:read': {
    grants: [{ on: 'job files', actions: ['s3:GetObject'] }],
    settings: ['PURSER_JOB_BUCKET'],
  },
  /** Keeps requests of jobs and their answers, and deletes them. */
  'job-files:write': {
    grants: [{ on: 'job files', actions: ['s3:PutObject', 's3:DeleteObject'] }],
    settings: ['PURSER_JOB_BUCKET'],
  },
  /** Starts batches of calls, looks at them and stops them. */
  'batches:run': {
    grants: [
      { on: 'models of batches', actions: ['bedrock:CreateModelInvocationJob'] },
      {
        on: 'batches',
        actions: [
          'bedrock:CreateModelInvocationJob',
          'bedrock:GetModelInvocationJob',
          'bedrock:StopModelInvocationJob',
        ],
      },
      { on: 'batch role', actions: ['iam:PassRole'] },
    ],
    settings: ['PURSER_BATCH_ROLE_ARN', 'PURSER_FEWEST_BATCH_RECORDS', 'PURSER_JOB_BUCKET'],
  },
  /** Sends email. */
  'mail:send': {
    grants: [{ on: 'mail sender', actions: ['ses:SendEmail'] }],
    settings: ['PURSER_ALERT_SENDER', 'PURSER_ENVIRONMENT'],
  },
} as const satisfies Record<string, Capability>;

export type CapabilityName = keyof typeof CAPABILITIES;
/** The settings of the named capabilities. */
export type CapabilitySetting<Name extends CapabilityName> =
  (typeof CAPABILITIES)[Name]['settings'][number];

/** Every capability, in the order in which roles receive them. */
export const CAPABILITY_NAMES = Object.keys(CAPABILITIES) as CapabilityName[];
