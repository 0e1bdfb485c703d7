import type { BatchAnswer } from './batch-file.ts';

/** Whether the provider started a batch. */
export type BatchStart =
  | { kind: 'started'; jobArn: string }
  /** It surely did not, and will not. */
  | { kind: 'refused'; reason: string };

/** How far the provider is with a batch. */
export type BatchStatus =
  | { kind: 'running'; processed?: number | undefined; total?: number | undefined }
  | {
      kind: 'ended';
      status: string;
      message?: string | undefined;
      /** Whether it wrote files. */
      hasOutput: boolean;
      processed: number;
    };

const RUNNING = new Set(['Submitted', 'Validating', 'Scheduled', 'InProgress', 'Stopping']);
const WITH_OUTPUT = new Set(['Completed', 'PartiallyCompleted', 'Stopped']);

/** Reads the status of a batch as Amazon Bedrock tells it. */
export function batchStatusOf({
  status,
  message,
  processedRecordCount,
  totalRecordCount,
}: {
  status?: string | undefined;
  message?: string | undefined;
  processedRecordCount?: number | undefined;
  totalRecordCount?: number | undefined;
}): BatchStatus {
  if (status === undefined || RUNNING.has(status)) {
    return { kind: 'running', processed: processedRecordCount, total: totalRecordCount };
  }
  const processed = processedRecordCount ?? 0;
  return { kind: 'ended', status, message, hasOutput: WITH_OUTPUT.has(status), processed };
}

const HOUR_MS = 3_600_000;
/** How long after its time limit the provider may still say how a batch ended. */
const SILENCE_MS = 5 * HOUR_MS;

/**
 * Whether a batch counts as lost that has not ended: long after the time limit that it was given,
 * nobody will say any more what became of it.
 */
export const isLostBatch = (
  { createdAtMs }: { createdAtMs: number },
  { timeoutMs }: { timeoutMs: number },
  nowMs: number,
): boolean => nowMs >= createdAtMs + timeoutMs + SILENCE_MS;

/** What becomes of a record once its batch has ended. */
export type RecordEnd =
  | { kind: 'settle'; answer: Extract<BatchAnswer, { kind: 'answered' }> }
  /** It was not processed and costs nothing, so it runs again, alone. */
  | { kind: 'release'; reason: string }
  /** The manifest counts it as processed, but its answer is not there. It may be charged. */
  | { kind: 'lost' };

/**
 * What becomes of each record. Records without an answer were not processed, unless the provider counts
 * more of them than there are answers, or does not say: then nobody knows which were, and none of them is
 * presumed free. @param processed how many records the provider says that it processed, if it does
 */
export function endRecords(
  recordIds: readonly string[],
  answers: readonly BatchAnswer[],
  processed: number | undefined,
): Map<string, RecordEnd> {
  const answerOf = new Map(answers.map((answer) => [answer.recordId, answer]));
  const isComplete = processed !== undefined && processed <= answerOf.size;
  return new Map(
    recordIds.map((recordId): [string, RecordEnd] => {
      const answer = answerOf.get(recordId);
      if (answer?.kind === 'answered') return [recordId, { kind: 'settle', answer }];
      if (answer) return [recordId, { kind: 'release', reason: answer.message }];
      return [
        recordId,
        isComplete
          ? { kind: 'release', reason: 'The batch ended before this request was processed.' }
          : { kind: 'lost' },
      ];
    }),
  );
}
