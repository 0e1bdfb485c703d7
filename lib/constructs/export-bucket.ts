import { Aws, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { PurserConfig } from '../config.ts';

/** As the domain keeps them; a test holds the two together. */
const KEPT_DAYS = 7;

/** Unique in the world, as names of buckets must be. */
export const exportBucketName = ({ prefix }: PurserConfig): string =>
  `${prefix}exports-${Aws.ACCOUNT_ID}-${Aws.REGION}`;

/** The name as rules of cdk-nag write it. */
export const exportBucketNameInRules = ({ prefix }: PurserConfig): string =>
  `${prefix}exports-<AWS::AccountId>-<AWS::Region>`;

/** The private bucket of report files, which go when their mention in the table does. */
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
    // Its files can be made again, but a bucket that is not empty cannot be removed.
    removalPolicy: RemovalPolicy.RETAIN,
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'The audit log records who requested a file, and links expire within minutes.',
  });
  return bucket;
}
