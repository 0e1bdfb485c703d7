import type { SQSBatchItemFailure, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { breachMessage } from '../../contracts/breach-message.ts';
import { alertMessage } from '../../contracts/alert-message.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import { eventOfAlert } from '../../domain/events/purser-event.ts';
import { type EventDeps, putEvent } from '../../services/events/put-event.ts';
import { tellBreaches, type TellingDeps } from '../../services/alerts/tell-breaches.ts';
import { deliverAlert, type DeliveryDeps } from '../../services/alerts/deliver-alert.ts';

type Deps = DeliveryDeps &
  TellingDeps &
  EventDeps & {
    telemetry: Telemetry;
    /** Redelivers a message after this many seconds. */
    postpone: (receiptHandle: string, seconds: number) => Promise<void>;
    /** Pause before the second attempt; doubles for each further attempt. */
    firstPauseSeconds?: number;
  };

const FIRST_PAUSE_SECONDS = 5;
const LONGEST_PAUSE_SECONDS = 900;

/**
 * Processes the alert queue: breaches become alerts, and alerts are delivered. Redelivers each failed message separately, after growing pauses, and
 * finally moves it to `alert-failures`.
 */
export const createHandler =
  (deps: Deps) =>
  async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const work = async (record: SQSRecord): Promise<SQSBatchItemFailure[]> => {
      const itemIdentifier = record.messageId;
      try {
        if (await isDone(deps, record)) return [];
      } catch (error) {
        deps.telemetry.error('ALERT_NOT_DELIVERED', { error, messageId: itemIdentifier });
      }
      await postpone(deps, record);
      return [{ itemIdentifier }];
    };
    return { batchItemFailures: (await Promise.all(Records.map(work))).flat() };
  };

/** Delivers an alert, or makes alerts of breaches. @returns whether nothing is left to do */
async function isDone(deps: Deps, { messageId, body, attributes }: SQSRecord): Promise<boolean> {
  const message: unknown = JSON.parse(body);
  const breaches = breachMessage.safeParse(message);
  if (!breaches.success) {
    await deliver(deps, message);
    return true;
  }
  const attempt = { messageId, attempt: Number(attributes.ApproximateReceiveCount) };
  return (await tellBreaches(deps, breaches.data, attempt)) === 'told';
}

/** Delivers an alert to people, and puts what it says on the bus. */
async function deliver(deps: Deps, message: unknown): Promise<void> {
  const alert = alertMessage.parse(message);
  const event = eventOfAlert(alert);
  const outcomes = await Promise.allSettled([
    deliverAlert(deps, alert),
    event ? putEvent(deps, event) : Promise.resolve(),
  ]);
  const failures = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as Error] : [],
  );
  if (failures.length > 0) throw new Error(failures.map(({ message: why }) => why).join('; '));
}

async function postpone(
  { telemetry, postpone: later, firstPauseSeconds = FIRST_PAUSE_SECONDS }: Deps,
  { messageId, receiptHandle, attributes }: SQSRecord,
): Promise<void> {
  const failures = Number(attributes.ApproximateReceiveCount);
  const seconds = Math.min(firstPauseSeconds * 2 ** (failures - 1), LONGEST_PAUSE_SECONDS);
  try {
    await later(receiptHandle, seconds);
  } catch (error) {
    // The queue's own visibility timeout still redelivers it.
    telemetry.error('ALERT_NOT_POSTPONED', { error, messageId });
  }
}
