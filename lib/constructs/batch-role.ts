import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { PurserConfig } from '../config.ts';
import { jobBucketName, jobBucketNameInRules } from './job-bucket.ts';
import { modelArns } from './model-arns.ts';

/** Roles belong to the account, so the region is in the name. */
const nameOf = ({ prefix, region }: PurserConfig): string => `${prefix}batches-${region}`;

/** The ARN of the role by which Bedrock works off batches. */
export const batchRoleArn = (scope: Construct, config: PurserConfig): string =>
  Stack.of(scope).formatArn({
    service: 'iam',
    region: '',
    resource: 'role',
    resourceName: nameOf(config),
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });

/** The ARNs of all batches of the account and region. Bedrock chooses their names. */
export const batchArns = (scope: Construct): string =>
  Stack.of(scope).formatArn({
    service: 'bedrock',
    resource: 'model-invocation-job',
    resourceName: '*',
  });

/**
 * The role by which Bedrock reads the files of batches, calls the gateway's models and writes their
 * answers. Only Bedrock's batches of this account and region may take it.
 */
export function addBatchRole(scope: Construct, config: PurserConfig): Role {
  const { account } = Stack.of(scope);
  const bucketArn = `arn:aws:s3:::${jobBucketName(config)}`;
  const role = new Role(scope, 'BatchRole', {
    roleName: nameOf(config),
    description: 'Works off batches of requests that wait',
    assumedBy: new ServicePrincipal('bedrock.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': account },
        ArnLike: { 'aws:SourceArn': batchArns(scope) },
      },
    }),
  });
  role.addToPolicy(
    new PolicyStatement({
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: [`${bucketArn}/batches/*`],
    }),
  );
  role.addToPolicy(
    new PolicyStatement({
      actions: ['s3:ListBucket'],
      resources: [bucketArn],
      conditions: { StringLike: { 's3:prefix': ['batches/*'] } },
    }),
  );
  for (const resources of modelArns(scope, { ...config.gateway, regions: [config.region] })) {
    role.addToPolicy(new PolicyStatement({ actions: ['bedrock:InvokeModel'], resources }));
  }
  Validations.of(role).acknowledge({
    id: `AwsSolutions-IAM5[Resource::arn:aws:s3:::${jobBucketNameInRules(config)}/batches/*]`,
    reason: 'Names of files are not known in advance, so the grant covers one folder.',
  });
  return role;
}
