import { UNKNOWN_ORGANIZATION } from '../../tables/ledger/key.ts';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { Telemetry } from '../../contracts/telemetry.ts';
import type { PurserEvent } from '../../domain/events/purser-event.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import { measurementOf } from '../../domain/performance/posting-measurement.ts';
import type { EventOutbox } from '../../services/events/event-outbox.ts';
import { isPassing } from '../../services/is-passing.ts';
import { mapConcurrently } from '../../services/map-concurrently.ts';
import type { MetricKeeper } from '../../services/performance/metric-keeper.ts';
import { aggregatePostings } from '../../services/reporting/aggregate-postings.ts';
import { tellLateChanges } from '../../services/late-changes.ts';
import type { AnalyticsCacheStore } from '../../tables/analytics-cache.ts';
import { reasonOf, type SuspenseItem, type SuspenseStore } from '../../tables/suspense-items.ts';
import type { TokenUsageStore } from '../../tables/token-usage/token-usage.ts';

type Deps = EventOutbox & {
  telemetry: Telemetry;
  /** Returns the postings made by a ledger change. */
  postingsOf: (record: DynamoDBRecord) => Posting[];
  /** Returns the expiry of a reservation in a ledger change. */
  expiryOf: (record: DynamoDBRecord) => PurserEvent | undefined;
  usage: Pick<TokenUsageStore, 'record'>;
  listedTags?: (organizationId: string) => Promise<readonly string[]>;
  learn: (recorded: Posting[]) => Promise<void>;
  /** Receives changes to the sums of past days or hours. */
  cache: Pick<AnalyticsCacheStore, 'countLateChange'>;
  /** Receives what calls measured. */
  keeper: Pick<MetricKeeper, 'keep'>;
  /** Stores a reference to a record that cannot be counted. */
  suspense: Pick<SuspenseStore, 'add'>;
  retentionDays: number;
};

const WRITES_AT_ONCE = 16;

/**
 * Consumes the ledger's stream. Sets aside a record that itself cannot be counted in the suspense
 * account, with an alarm, and continues with the batch. If the store fails, returns the first
 * record that is not done: Lambda redelivers the batch from there, and earlier work is not
 * repeated. Makes an event of each expiry.
 */
export const createHandler =
  (deps: Deps) =>
  async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const recordOf = new Map<Posting, DynamoDBRecord>();
    for (const record of event.Records) {
      for (const posting of await readPostings(deps, record)) recordOf.set(posting, record);
    }
    const suspend = (posting: Posting, error: unknown): Promise<void> =>
      deps.suspense.add(suspenseItemOf(recordOf.get(posting), posting, error), deps.now());
    const { recorded, suspended, unrecorded } = await aggregatePostings({ ...deps, suspend }, [
      ...recordOf.keys(),
    ]);
    const notAdded = new Set([...suspended, ...unrecorded]);
    const added = [...recordOf.keys()].filter((posting) => !notAdded.has(posting));
    await tellLateChanges(deps.cache, added, deps.now());
    await deps.keeper.keep(recorded.flatMap(measuredCall));
    report(deps, recorded);
    const areTold = await tellExpiries(deps, event.Records);
    const open = new Set(unrecorded.map((posting) => recordOf.get(posting)));
    const first = event.Records.find((record) => open.has(record) || !areTold);
    const itemIdentifier = first?.dynamodb?.SequenceNumber;
    return { batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
  };

/** A posting that was delivered before is not among those recorded, so each call counts once. */
function measuredCall(posting: Posting) {
  const { organizationId } = posting;
  const measurement = measurementOf(posting);
  return measurement === undefined ? [] : [{ organizationId, measurement }];
}

/** The postings of a record. Sets aside a record that cannot be read, and returns none. */
async function readPostings(
  { postingsOf, telemetry, suspense, now }: Deps,
  record: DynamoDBRecord,
): Promise<Posting[]> {
  try {
    return postingsOf(record);
  } catch (error) {
    const organizationId = record.dynamodb?.NewImage?.['org']?.S ?? UNKNOWN_ORGANIZATION;
    const item = suspenseItemOf(record, { organizationId }, error);
    await suspense.add(item, now());
    const { sequenceNumber } = item;
    telemetry.error('STREAM_RECORD_SUSPENDED', { error, organizationId, sequenceNumber });
    telemetry.metric('PostingsInSuspense', 1);
    return [];
  }
}

/**
 * Makes an event of each expiry.
 * @returns whether nothing is left to do: an expiry that itself fails blocks no other
 */
async function tellExpiries(deps: Deps, records: readonly DynamoDBRecord[]): Promise<boolean> {
  const isTold = async (record: DynamoDBRecord): Promise<boolean> => {
    try {
      const event = deps.expiryOf(record);
      if (event) await deps.outbox.addEvent(event, deps.now());
      return true;
    } catch (error) {
      const sequenceNumber = record.dynamodb?.SequenceNumber;
      deps.telemetry.error('EXPIRY_NOT_TOLD', { error, sequenceNumber });
      if (isPassing(error)) return false;
      deps.telemetry.metric('EventsNotRead', 1);
      return true;
    }
  };
  return (await mapConcurrently(records, WRITES_AT_ONCE, isTold)).every(Boolean);
}

function suspenseItemOf(
  record: DynamoDBRecord | undefined,
  { organizationId, postingId }: { organizationId: string; postingId?: string },
  error: unknown,
): SuspenseItem {
  const { pk, sk } = record?.dynamodb?.Keys ?? {};
  return {
    organizationId,
    work: 'posting',
    postingId,
    entryKey: { pk: pk?.S ?? '', sk: sk?.S ?? '' },
    sequenceNumber: record?.dynamodb?.SequenceNumber,
    reason: reasonOf(error),
  };
}

function report({ now, telemetry }: Deps, recorded: readonly Posting[]): void {
  telemetry.metric('PostingsAggregated', recorded.length);
  const oldestMs = Math.min(...recorded.map(({ postedAtMs }) => postedAtMs));
  if (recorded.length > 0) telemetry.metric('AggregationLagMilliseconds', now() - oldestMs);
}
