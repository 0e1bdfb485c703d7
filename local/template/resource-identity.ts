import type { TemplateResource } from './assembly.ts';
import { ownValue } from '../own-value.ts';

export const region = 'us-east-1';
export const accountId = '000000000000';
/** The credentials that every local program signs with. */
export const localCredentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** A resource's identity: its physical name, its ARN, and its `Ref` value. */
export type ResourceIdentity = {
  name: string;
  arn: string;
  ref: string;
  attributes: Readonly<Record<string, string>>;
};

/** Addresses that are known only once the local servers listen. */
export type LocalAddresses = {
  /** Base of queue URLs, without a trailing slash. */
  queueBaseUrl: string;
  /** Base URL of the APIs. */
  apiUrl: string;
};

const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::CompositeAlarm': 'AlarmName',
  'AWS::Events::Rule': 'Name',
  'AWS::Events::EventBus': 'Name',
  'AWS::Scheduler::Schedule': 'Name',
  'AWS::Scheduler::ScheduleGroup': 'Name',
  'AWS::ApiGatewayV2::Api': 'Name',
  'AWS::ApiGateway::RestApi': 'Name',
  'AWS::ApiGateway::Stage': 'StageName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::SSM::Parameter': 'Name',
  'AWS::SecretsManager::Secret': 'Name',
};

/** The property that names a resource of this type, if there is one. */
export function nameProperty(type: string): string | undefined {
  return ownValue(NAME_PROPERTIES, type);
}

/**
 * Names a resource as CloudFormation would, but with stable names where AWS generates random ones.
 * `name` is the resolved name property, if the template sets one; only aliases and versions need
 * `functionArn` and `version`.
 */
export function identify(
  stackName: string,
  logicalId: string,
  resource: TemplateResource,
  names: { name?: string; functionArn?: string; alias?: string },
  addresses: LocalAddresses,
): ResourceIdentity {
  const name = names.name ?? `${stackName}-${logicalId}`;
  switch (resource.Type) {
    case 'AWS::Lambda::Function':
      return identity(name, arnOf('lambda', `function:${name}`), name);
    case 'AWS::Lambda::Version': {
      const version = `${names.functionArn ?? ''}:1`;
      return identity('1', version, version, { Version: '1', FunctionArn: version });
    }
    case 'AWS::Lambda::Alias': {
      const alias = `${names.functionArn ?? ''}:${names.alias ?? ''}`;
      return identity(names.alias ?? '', alias, alias, { AliasArn: alias });
    }
    case 'AWS::DynamoDB::Table':
    case 'AWS::DynamoDB::GlobalTable': {
      const table = arnOf('dynamodb', `table/${name}`);
      return identity(name, table, name, { StreamArn: `${table}/stream/local`, TableId: name });
    }
    case 'AWS::SQS::Queue': {
      const url = `${addresses.queueBaseUrl}/${accountId}/${name}`;
      return identity(name, arnOf('sqs', name), url, { QueueName: name, QueueUrl: url });
    }
    case 'AWS::SNS::Topic': {
      const topic = arnOf('sns', name);
      return identity(name, topic, topic, { TopicArn: topic, TopicName: name });
    }
    case 'AWS::S3::Bucket': {
      const bucket = name.toLowerCase();
      return identity(bucket, `arn:aws:s3:::${bucket}`, bucket);
    }
    case 'AWS::IAM::Role':
      return identity(name, `arn:aws:iam::${accountId}:role/${name}`, name, { RoleId: name });
    case 'AWS::ApiGatewayV2::Api':
      return identity(name, arnOf('apigateway', logicalId), logicalId, {
        ApiId: logicalId,
        ApiEndpoint: addresses.apiUrl,
      });
    case 'AWS::ApiGateway::RestApi':
      return identity(name, arnOf('apigateway', logicalId), logicalId, {
        RestApiId: logicalId,
        RootResourceId: `${logicalId}/`,
      });
    case 'AWS::Events::Rule':
      return identity(name, arnOf('events', `rule/${name}`), name);
    case 'AWS::Events::EventBus':
      return identity(name, arnOf('events', `event-bus/${name}`), name, { Name: name });
    case 'AWS::Scheduler::Schedule':
      return identity(name, arnOf('scheduler', `schedule/default/${name}`), name);
    case 'AWS::CloudWatch::Alarm':
    case 'AWS::CloudWatch::CompositeAlarm':
      return identity(name, arnOf('cloudwatch', `alarm:${name}`), name);
    case 'AWS::Logs::LogGroup':
      return identity(name, arnOf('logs', `log-group:${name}:*`), name);
    default:
      return identity(name, arnOf(serviceOf(resource.Type), name), name);
  }
}

function arnOf(service: string, path: string): string {
  return `arn:aws:${service}:${region}:${accountId}:${path}`;
}

function identity(
  name: string,
  arn: string,
  ref: string,
  attributes: Readonly<Record<string, string>> = {},
): ResourceIdentity {
  return { name, arn, ref, attributes: { Arn: arn, ...attributes } };
}

function serviceOf(type: string): string {
  return (type.split('::')[1] ?? 'unknown').toLowerCase();
}
