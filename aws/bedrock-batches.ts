import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import {
  BedrockClient,
  type BedrockClientConfig,
  CreateModelInvocationJobCommand,
  GetModelInvocationJobCommand,
  StopModelInvocationJobCommand,
} from '@aws-sdk/client-bedrock';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { type BatchStart, type BatchStatus, batchStatusOf } from '../domain/batches/batch-end.ts';
import { type BatchManifest, manifestIn } from '../domain/batches/batch-file.ts';
import { requestLimits } from './request-limits.ts';

const FILE = 'requests.jsonl';
const CALL_MS = 10_000;
/** Bedrock did not start the batch, and would not if it were asked again. */
const REFUSALS = new Set([
  'AccessDeniedException',
  'ResourceNotFoundException',
  'ServiceQuotaExceededException',
  'ValidationException',
]);

type Settings = {
  /** The bucket of the files, in the region of the batches. */
  bucket: string;
  /** The role by which Bedrock reads and writes them. */
  roleArn: string;
  bedrock?: BedrockClientConfig;
  s3?: S3ClientConfig;
};

/**
 * Batch inference of Amazon Bedrock: files of requests in S3, answered within a day for less. Files of a
 * batch lie below `batches/` and its id.
 */
export function createBedrockBatches({ bucket, roleArn, bedrock, s3 }: Settings) {
  const client = new BedrockClient({ requestHandler: requestLimits(CALL_MS), ...bedrock });

  async function create(batchId: string, model: string, timeoutHours: number): Promise<string> {
    const folder = `s3://${bucket}/${folderOf(batchId)}`;
    const { jobArn } = await client.send(
      new CreateModelInvocationJobCommand({
        jobName: `purser-${batchId}`,
        clientRequestToken: batchId,
        roleArn,
        modelId: model,
        modelInvocationType: 'Converse',
        inputDataConfig: { s3InputDataConfig: { s3Uri: `${folder}/${FILE}` } },
        outputDataConfig: { s3OutputDataConfig: { s3Uri: `${folder}/answers/` } },
        timeoutDurationInHours: timeoutHours,
      }),
    );
    if (jobArn === undefined) throw new Error('Bedrock started a batch and did not name it');
    return jobArn;
  }

  return {
    ...batchFiles(bucket, s3),

    /**
     * Starts a batch whose file is written. Starting it again returns the same one.
     * @param model as Bedrock names it
     * @returns the ARN of Bedrock's job, or why Bedrock will not start it
     */
    async start(batchId: string, model: string, timeoutHours: number): Promise<BatchStart> {
      try {
        return { kind: 'started', jobArn: await create(batchId, model, timeoutHours) };
      } catch (error) {
        if (!(error instanceof Error) || !REFUSALS.has(error.name)) throw error;
        return { kind: 'refused', reason: error.name };
      }
    },

    /** How far Bedrock is with a batch. */
    status: async (jobIdentifier: string): Promise<BatchStatus> =>
      batchStatusOf(await client.send(new GetModelInvocationJobCommand({ jobIdentifier }))),

    stop: async (jobIdentifier: string): Promise<void> => {
      await client.send(new StopModelInvocationJobCommand({ jobIdentifier }));
    },
  };
}

const folderOf = (batchId: string): string => `batches/${batchId}`;
const outputOf = (batchId: string, jobArn: string): string =>
  `${folderOf(batchId)}/answers/${jobArn.slice(jobArn.lastIndexOf('/') + 1)}`;

/** The files of batches. */
function batchFiles(bucket: string, s3: S3ClientConfig | undefined) {
  const storage = new S3Client({ maxAttempts: 5, requestHandler: requestLimits(CALL_MS), ...s3 });

  async function read(key: string): Promise<Readable | undefined> {
    try {
      const { Body } = await storage.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return Body as Readable | undefined;
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  return {
    /** Writes the file of a batch. If the lines break off, no file is left. */
    async write(batchId: string, lines: AsyncIterable<string>): Promise<void> {
      const params = {
        Bucket: bucket,
        Key: `${folderOf(batchId)}/${FILE}`,
        Body: Readable.from(lines),
      };
      await new Upload({ client: storage, params }).done();
    },

    /** The lines of the answers of a batch that has ended; none if it wrote none. */
    async *answers(batchId: string, jobArn: string): AsyncGenerator<string> {
      const body = await read(`${outputOf(batchId, jobArn)}/${FILE}.out`);
      if (body) yield* createInterface({ input: body, crlfDelay: Infinity });
    },

    /** Deletes the files of a batch. @param jobArn absent if it was never started */
    async clear(batchId: string, jobArn?: string): Promise<void> {
      const output = jobArn === undefined ? undefined : outputOf(batchId, jobArn);
      const keys = [
        `${folderOf(batchId)}/${FILE}`,
        ...(output === undefined ? [] : [`${output}/${FILE}.out`, `${output}/manifest.json.out`]),
      ];
      for (const key of keys) {
        await storage.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
      }
    },

    /** What Bedrock says that a batch did; `undefined` if it wrote nothing. */
    async manifest(batchId: string, jobArn: string): Promise<BatchManifest | undefined> {
      const body = await read(`${outputOf(batchId, jobArn)}/manifest.json.out`);
      return body && manifestIn(await textOf(body));
    },
  };
}

export type BedrockBatches = ReturnType<typeof createBedrockBatches>;

async function textOf(body: Readable): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part as Uint8Array);
  return Buffer.concat(parts).toString('utf8');
}
