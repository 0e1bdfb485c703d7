import {
  DeleteObjectsCommand,
  ListBucketsCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { requestLimits } from './request-limits.ts';

/**
 * Deletes every object in the account's bucket whose name starts with a prefix. Returns how many;
 * 0 if there is no such bucket.
 */
export async function emptyBucket(prefix: string, region: string): Promise<number> {
  const client = new S3Client({
    region,
    maxAttempts: 5,
    requestHandler: requestLimits(10_000),
  });
  const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
  const bucket = Buckets.find(({ Name }) => Name?.startsWith(prefix) && Name.endsWith(region));
  if (bucket?.Name === undefined) return 0;
  let deleted = 0;
  for await (const { Contents = [] } of paginateListObjectsV2(
    { client },
    { Bucket: bucket.Name },
  )) {
    if (Contents.length === 0) continue;
    await client.send(
      new DeleteObjectsCommand({
        Bucket: bucket.Name,
        Delete: { Objects: Contents.map(({ Key }) => ({ Key })), Quiet: true },
      }),
    );
    deleted += Contents.length;
  }
  return deleted;
}
