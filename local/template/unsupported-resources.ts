import type { LocalTemplate } from './local-template.ts';

/** Types that the local run emulates. */
const SERVED = new Set([
  'AWS::DynamoDB::Table',
  'AWS::DynamoDB::GlobalTable',
  'AWS::Lambda::Function',
  'AWS::Lambda::Alias',
  'AWS::Lambda::Version',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Authorizer',
  'AWS::ApiGatewayV2::Stage',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Resource',
  'AWS::ApiGateway::Method',
  'AWS::ApiGateway::Stage',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::SQS::Queue',
  'AWS::SNS::Topic',
  'AWS::SNS::Subscription',
  'AWS::S3::Bucket',
  'AWS::Scheduler::Schedule',
  'AWS::Events::Rule',
  'AWS::Events::EventBus',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::CloudFormation::Stack',
]);

/** Services and types without an effect that a program on one machine could notice. */
const INERT = [
  'AWS::IAM::',
  'AWS::Logs::',
  'AWS::CDK::Metadata',
  'AWS::KMS::',
  'AWS::XRay::',
  'AWS::Budgets::',
  'AWS::Backup::',
  'AWS::ApplicationAutoScaling::',
  'AWS::ResourceGroups::',
  'AWS::CloudWatch::Dashboard',
  'AWS::CloudWatch::AnomalyDetector',
  'AWS::Lambda::Permission',
  'AWS::Lambda::LayerVersion',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::S3::BucketPolicy',
  'AWS::Scheduler::ScheduleGroup',
  'AWS::ApiGatewayV2::Deployment',
  'AWS::ApiGateway::Deployment',
  'AWS::ApiGateway::Account',
  'AWS::CloudFront::',
  'AWS::WAFv2::',
  'Custom::',
  'AWS::CloudFormation::CustomResource',
];

/** One sentence for each type that matters at run time and is not emulated. */
export function unsupportedResources(template: LocalTemplate): string[] {
  const ids = new Map<string, string[]>();
  for (const { type, logicalId } of template.resources) {
    if (SERVED.has(type) || INERT.some((prefix) => type.startsWith(prefix))) continue;
    ids.set(type, [...(ids.get(type) ?? []), logicalId]);
  }
  return [...ids].map(
    ([type, names]) => `${type} is not part of the local run and is left out: ${names.join(', ')}`,
  );
}
