import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { exportMessage } from '../../contracts/export-message.ts';
import { QUEUE_DEFINITIONS } from '../../queues/definitions.ts';
import { buildExport, type BuildExportDeps } from '../../services/reporting/build-export.ts';

/** Time reserved to record how a run ended. */
const CLOSING_MS = 20_000;
/**
 * Ends the file when a third of the run is left, which is enough to finish the current hour or day.
 */
const ENDING_PART = 1 / 3;

/** Processes the queue of exports, one file at a time. */
export const createHandler =
  (deps: BuildExportDeps) =>
  async ({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
    const startedMs = deps.now();
    const runMs = context.getRemainingTimeInMillis() - CLOSING_MS;
    for (const { messageId, body, attributes } of Records) {
      try {
        await buildExport(deps, exportMessage.parse(JSON.parse(body)), {
          attemptId: `${messageId}-${attributes.ApproximateReceiveCount}`,
          endsMs: startedMs + runMs * (1 - ENDING_PART),
          deadlineMs: startedMs + runMs,
          isLast: Number(attributes.ApproximateReceiveCount) >= QUEUE_DEFINITIONS.exports.attempts,
        });
      } catch (error) {
        deps.telemetry.error('EXPORT_NOT_DONE', { error, messageId });
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  };
