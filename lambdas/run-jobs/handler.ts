import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { jobMessage } from '../../contracts/job-message.ts';
import { QUEUE_DEFINITIONS } from '../../queues/definitions.ts';
import { dispatchJobs, type DispatchDeps } from '../../services/jobs/dispatch-jobs.ts';
import { runJob, setAside } from '../../services/jobs/run-job.ts';
import { runBatch, type RunBatchDeps } from '../../services/jobs/run-batch.ts';
import { mapConcurrently } from '../../services/map-concurrently.ts';

type Deps = DispatchDeps &
  RunBatchDeps & {
    /** Redelivers a message after this many seconds. */
    postpone: (receiptHandle: string, seconds: number) => Promise<void>;
  };

const PAUSE_SECONDS = 30;
const PUBLISHED_AT_ONCE = 10;

/**
 * Works off the queue of jobs. Every minute it also asks for a look at each organization that has
 * work, because a period may have begun or a hold ended, which nobody tells.
 */
export const createHandler =
  (deps: Deps) =>
  async (event: Partial<SQSEvent>): Promise<SQSBatchResponse> => {
    if (!event.Records) {
      await askForAll(deps);
      return { batchItemFailures: [] };
    }
    const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
    for (const record of event.Records) {
      if (!(await isDone(deps, record))) {
        batchItemFailures.push({ itemIdentifier: record.messageId });
      }
    }
    await Promise.all([deps.router.flush(), deps.responses.flush()]);
    return { batchItemFailures };
  };

async function askForAll({ jobs, queue }: Deps): Promise<void> {
  const organizations = await jobs.organizations();
  await mapConcurrently(organizations, PUBLISHED_AT_ONCE, (organizationId) =>
    queue.publish({ kind: 'dispatch', organizationId }),
  );
}

async function isDone(
  deps: Deps,
  { messageId, body, attributes, receiptHandle }: SQSRecord,
): Promise<boolean> {
  const isLast = Number(attributes.ApproximateReceiveCount) >= QUEUE_DEFINITIONS.jobs.attempts;
  try {
    const message = jobMessage.parse(JSON.parse(body));
    if (message.kind === 'dispatch') {
      await dispatchJobs(deps, message.organizationId);
      return true;
    }
    if (message.kind === 'batch') {
      await runBatch(deps, message);
      return true;
    }
    try {
      await runJob(deps, message);
    } catch (error) {
      if (isLast) await setAside(deps, message, `Purser could not run it: ${nameOf(error)}.`);
      throw error;
    }
    return true;
  } catch (error) {
    deps.telemetry.error('JOB_NOT_RUN', { error, messageId });
    // The queue's own visibility timeout is as long as a call may take.
    if (!isLast) await deps.postpone(receiptHandle, PAUSE_SECONDS).catch(() => undefined);
    return false;
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'an error');
