import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { Telemetry } from '../../contracts/telemetry.ts';
import type { PurserEvent } from '../../domain/events/purser-event.ts';
import { detailOf, type EventDeps, putEvent } from '../../services/events/put-event.ts';
import type { WakeJobs } from '../../services/jobs/wake-jobs.ts';
import { mapConcurrently } from '../../services/map-concurrently.ts';

type Deps = EventDeps & {
  telemetry: Telemetry;
  /** The event in a record; `undefined` if the record is not about one. */
  eventOf: (record: DynamoDBRecord) => PurserEvent | undefined;
  /** The organization whose jobs may start after what a record says. */
  wokenBy: (record: DynamoDBRecord) => string | undefined;
  wakeJobs: WakeJobs;
};

const PUTS_AT_ONCE = 10;

/**
 * Consumes the streams of the audit log, of events that wait, and of jobs. Puts what one chain of the audit log
 * says in its order. While the bus or the store fails, the batch is redelivered from the first event
 * that was not put; the others are not put twice. A record that cannot be read raises an alarm and
 * blocks no other.
 */
export const createHandler =
  (deps: Deps) =>
  async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const chains = Map.groupBy(Records, ({ dynamodb }) => placeOf(dynamodb?.Keys));
    const left = new Set<DynamoDBRecord>();
    await mapConcurrently([...chains.values()], PUTS_AT_ONCE, async (chain) => {
      for (const record of chain) {
        if (await isPut(deps, record)) continue;
        left.add(record);
        break;
      }
    });
    const itemIdentifier = Records.find((record) => left.has(record))?.dynamodb?.SequenceNumber;
    return { batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
  };

/** What has an order of its own: a chain of the audit log, the deliveries of an event, or a job. */
const placeOf = (keys: NonNullable<DynamoDBRecord['dynamodb']>['Keys']): string | undefined =>
  keys?.['pk']?.S ?? keys?.['jobId']?.S;

/** @returns whether nothing is left to do for a record */
async function isPut(deps: Deps, record: DynamoDBRecord): Promise<boolean> {
  const sequenceNumber = record.dynamodb?.SequenceNumber;
  let event: PurserEvent | undefined;
  try {
    event = deps.eventOf(record);
    // Throws as well if the event is not what its schema documents.
    if (event) detailOf(event, deps.deployment);
  } catch (error) {
    deps.telemetry.error('EVENT_NOT_READ', { error, sequenceNumber });
    deps.telemetry.metric('EventsNotRead', 1);
    return true;
  }
  const woken = deps.wokenBy(record);
  const facts = { organizationId: event?.organizationId ?? woken, kind: event?.kind };
  try {
    if (woken !== undefined) await deps.wakeJobs(woken);
    if (!event) return true;
    await putEvent(deps, event);
    deps.telemetry.info('EVENT_PUT', facts);
    return true;
  } catch (error) {
    deps.telemetry.error('EVENT_NOT_PUT', { error, ...facts, sequenceNumber });
    return false;
  }
}
