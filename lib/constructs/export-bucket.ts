import { Aws, Duration, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { PurserConfig } from '../config.ts';
import { removalPolicyOf } from './removal-policy.ts';

/** Must match the domain's retention; a test compares them. */
const KEPT_DAYS = 7;

/** Globally unique, as bucket names must be. */
export const exportBucketName = ({ prefix }: PurserConfig): string =>
  `${prefix}exports-${Aws.ACCOUNT_ID}-${Aws.REGION}`;

/** The name as cdk-nag rules write it. */
export const exportBucketNameInRules = ({ prefix }: PurserConfig): string =>
  `${prefix}exports-<AWS::AccountId>-<AWS::Region>`;

/** The private bucket of report files. Files expire together with their table items. */
export function createExportBucket(scope: Construct, config: PurserConfig): Bucket {
  const bucket = new Bucket(scope, 'exports', {
    bucketName: exportBucketName(config),
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    lifecycleRules: [
      {
        expiration: Duration.days(KEPT_DAYS),
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      },
    ],
    removalPolicy: removalPolicyOf(config),
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'The audit log records who requested a file, and links expire within minutes.',
  });
  return bucket;
}
