import { Aws, Duration, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { PurserConfig } from '../config.ts';
import { removalPolicyOf } from './removal-policy.ts';

/** As long as a job may wait. Requests are deleted when their job ends, long before this. */
const KEPT_DAYS = 31;
/** Answers are hidden after a day, and deleted with the next run of this rule. */
const RESULTS_KEPT_DAYS = 1;

/** Globally unique, as bucket names must be. */
export const jobBucketName = ({ prefix }: PurserConfig): string =>
  `${prefix}jobs-${Aws.ACCOUNT_ID}-${Aws.REGION}`;

/** The name as cdk-nag rules write it. */
export const jobBucketNameInRules = ({ prefix }: PurserConfig): string =>
  `${prefix}jobs-<AWS::AccountId>-<AWS::Region>`;

/** The private bucket of the requests that wait and of their answers, in which texts are. */
export function createJobBucket(scope: Construct, config: PurserConfig): Bucket {
  const bucket = new Bucket(scope, 'job-files', {
    bucketName: jobBucketName(config),
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    lifecycleRules: [
      { expiration: Duration.days(KEPT_DAYS) },
      { prefix: 'results/', expiration: Duration.days(RESULTS_KEPT_DAYS) },
    ],
    removalPolicy: removalPolicyOf(config),
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'Only functions read it, and their logs say for whom.',
  });
  return bucket;
}
