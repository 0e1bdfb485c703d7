import type { BatchStart, BatchStatus } from '../../domain/batches/batch-end.ts';
import type { BatchManifest } from '../../domain/batches/batch-file.ts';

/** Batch inference, as `aws/bedrock-batches.ts` calls it. */
export type Batches = {
  write: (batchId: string, lines: AsyncIterable<string>) => Promise<void>;
  start: (batchId: string, model: string, timeoutHours: number) => Promise<BatchStart>;
  status: (jobArn: string) => Promise<BatchStatus>;
  answers: (batchId: string, jobArn: string) => AsyncIterable<string>;
  manifest: (batchId: string, jobArn: string) => Promise<BatchManifest | undefined>;
  /** Deletes the files of a batch. */
  clear: (batchId: string, jobArn?: string) => Promise<void>;
};
