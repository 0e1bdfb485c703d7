import type { SQSBatchItemFailure, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { alertMessage } from '../../contracts/alert-message.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import { deliverAlert, type DeliveryDeps } from '../../services/alerts/deliver-alert.ts';

type Deps = DeliveryDeps & {
  telemetry: Telemetry;
  /** Makes a message come again after so many seconds. */
  postpone: (receiptHandle: string, seconds: number) => Promise<void>;
  /** Before the second attempt; before each further one twice as long. */
  firstPauseSeconds?: number;
};

const FIRST_PAUSE_SECONDS = 5;
const LONGEST_PAUSE_SECONDS = 900;

/**
 * Works off the alert queue. A message that is not done comes again, alone and later each time, and
 * is kept in `alert-failures` in the end.
 */
export const createHandler =
  (deps: Deps) =>
  async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const work = async (record: SQSRecord): Promise<SQSBatchItemFailure[]> => {
      const itemIdentifier = record.messageId;
      try {
        await deliverAlert(deps, alertMessage.parse(JSON.parse(record.body)));
        return [];
      } catch (error) {
        deps.telemetry.error('ALERT_NOT_DELIVERED', { error, messageId: itemIdentifier });
        await postpone(deps, record);
        return [{ itemIdentifier }];
      }
    };
    return { batchItemFailures: (await Promise.all(Records.map(work))).flat() };
  };

async function postpone(
  { telemetry, postpone: later, firstPauseSeconds = FIRST_PAUSE_SECONDS }: Deps,
  { messageId, receiptHandle, attributes }: SQSRecord,
): Promise<void> {
  const failures = Number(attributes.ApproximateReceiveCount);
  const seconds = Math.min(firstPauseSeconds * 2 ** (failures - 1), LONGEST_PAUSE_SECONDS);
  try {
    await later(receiptHandle, seconds);
  } catch (error) {
    // It comes again all the same, when the queue's own visibility timeout is over.
    telemetry.error('ALERT_NOT_POSTPONED', { error, messageId });
  }
}
