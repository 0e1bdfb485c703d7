import { Readable, pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { requestLimits } from './request-limits.ts';

/** The bucket of report files: compressed text, readable through signed links. */
export function createReportBucket(bucket: string, config: S3ClientConfig = {}) {
  const client = new S3Client({
    maxAttempts: 5,
    requestHandler: requestLimits(10_000),
    ...config,
  });
  return {
    /** Streams a text to storage in parts. If the stream breaks, nothing is left behind. */
    async upload(
      text: AsyncIterable<string>,
      { objectKey, fileName }: { objectKey: string; fileName: string },
    ): Promise<{ bytes: number }> {
      const body = createGzip();
      // The upload fails with the stream's own error, so the callback has nothing to add.
      pipeline(Readable.from(text), body, () => undefined);
      const upload = new Upload({
        client,
        params: {
          Bucket: bucket,
          Key: objectKey,
          Body: body,
          ContentType: 'application/gzip',
          ContentDisposition: `attachment; filename="${fileName}"`,
        },
      });
      let bytes = 0;
      upload.on('httpUploadProgress', ({ loaded = 0 }) => (bytes = Math.max(bytes, loaded)));
      await upload.done();
      return { bytes };
    },

    /** Deletes an object. Does nothing if the object does not exist. */
    async delete(objectKey: string): Promise<void> {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: objectKey }));
    },

    /** A link to an object that needs no credentials and is valid for this many seconds. */
    link: (objectKey: string, seconds: number): Promise<string> =>
      getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: objectKey }), {
        expiresIn: seconds,
      }),
  };
}
