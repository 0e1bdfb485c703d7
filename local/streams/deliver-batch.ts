import type { InvocationResult } from '../functions/function-host.ts';
import type { EventFilter } from './filter-pattern.ts';
import type { MappingDefinition } from './mapping-definition.ts';

/** A stream record in the form that functions receive. */
export type StreamRecord = {
  eventID: string;
  eventName: string;
  eventSource?: string;
  eventSourceARN?: string;
  awsRegion?: string;
  dynamodb: {
    SequenceNumber: string;
    ApproximateCreationDateTime?: number;
    readonly [more: string]: unknown;
  };
};

/**
 * Delivers records in order, with retries, and calls `checkpoint` after each finished part.
 * Resolves to `false` if it was stopped before finishing.
 */
export type BatchDelivery = (
  records: readonly StreamRecord[],
  checkpoint: (sequenceNumber: string) => void,
) => Promise<boolean>;

export type DeliveryOptions = {
  mapping: MappingDefinition;
  filter: EventFilter;
  invoke: (event: string) => Promise<InvocationResult>;
  /** Receives the message for the failure destination. */
  onGiveUp: (destinationArn: string, body: string) => void;
  isStopped: () => boolean;
};

const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 10_000;

/** Delivers a stream's batches under the retry rules of its event source mapping. */
export function createBatchDelivery(options: DeliveryOptions): BatchDelivery {
  return async (records, checkpoint) => {
    let rest = records.filter(options.filter);
    const last = records.at(-1)?.dynamodb.SequenceNumber;
    let attempt = 0;
    let size = rest.length;
    while (rest.length > 0) {
      if (options.isStopped()) return false;
      const batch = rest.slice(0, size);
      const done = await deliverOnce(options, batch);
      if (done > 0) {
        rest = rest.slice(done);
        const before = batch[done - 1]?.dynamodb.SequenceNumber;
        if (before !== undefined) checkpoint(before);
      }
      if (done === batch.length) {
        attempt = 0;
        size = rest.length;
        continue;
      }
      const left = batch.length - done;
      const tooOld = isTooOld(options.mapping, rest[0]);
      if (options.mapping.bisectsOnError && left > 1 && !tooOld) {
        // Splitting does not count as an attempt: the halves get all of their tries.
        size = Math.ceil(left / 2);
        attempt = 0;
        continue;
      }
      attempt = done > 0 ? 1 : attempt + 1;
      if (attempt > options.mapping.maximumRetries || tooOld) {
        const failed = rest.slice(0, left);
        giveUp(options, failed, attempt, tooOld);
        rest = rest.slice(left);
        const passed = failed.at(-1)?.dynamodb.SequenceNumber;
        if (passed !== undefined) checkpoint(passed);
        attempt = 0;
        size = rest.length;
        continue;
      }
      await pause(Math.min(FIRST_RETRY_MS * 2 ** attempt, LONGEST_RETRY_MS), options.isStopped);
    }
    if (last !== undefined) checkpoint(last);
    return true;
  };
}

/** Returns how many records from the front are finished. */
async function deliverOnce(
  options: DeliveryOptions,
  batch: readonly StreamRecord[],
): Promise<number> {
  const result = await options.invoke(JSON.stringify({ Records: batch }));
  if (!result.ok) return 0;
  if (!options.mapping.reportsItemFailures) return batch.length;
  const answer = JSON.parse(result.payload) as {
    batchItemFailures?: readonly { itemIdentifier?: string }[];
  } | null;
  const failed = answer?.batchItemFailures ?? [];
  if (failed.length === 0) return batch.length;
  const numbers = new Set(failed.map(({ itemIdentifier }) => itemIdentifier));
  const first = batch.findIndex(({ dynamodb }) => numbers.has(dynamodb.SequenceNumber));
  // An unknown identifier fails the whole batch, as on AWS.
  return Math.max(first, 0);
}

function isTooOld(mapping: MappingDefinition, record: StreamRecord | undefined): boolean {
  const created = record?.dynamodb.ApproximateCreationDateTime;
  return created !== undefined && Date.now() - created * 1000 > mapping.maximumAgeMs;
}

function giveUp(
  options: DeliveryOptions,
  failed: readonly StreamRecord[],
  attempts: number,
  tooOld: boolean,
): void {
  const { mapping } = options;
  if (mapping.onFailureArn === undefined) return;
  const first = failed[0]?.dynamodb.SequenceNumber;
  const last = failed.at(-1)?.dynamodb.SequenceNumber;
  const body = {
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      functionArn: mapping.functionName,
      condition: tooOld ? 'RecordAgeExceeded' : 'RetryAttemptsExhausted',
      approximateInvokeCount: attempts,
    },
    responseContext: { statusCode: 200, functionError: 'Unhandled' },
    DDBStreamBatchInfo: {
      shardId: 'local',
      startSequenceNumber: first,
      endSequenceNumber: last,
      approximateArrivalOfFirstRecord: arrivalOf(failed[0]),
      approximateArrivalOfLastRecord: arrivalOf(failed.at(-1)),
      batchSize: failed.length,
      streamArn: mapping.sourceArn,
    },
  };
  options.onGiveUp(mapping.onFailureArn, JSON.stringify(body));
}

function arrivalOf(record: StreamRecord | undefined): string | undefined {
  const created = record?.dynamodb.ApproximateCreationDateTime;
  return created === undefined ? undefined : new Date(created * 1000).toISOString();
}

async function pause(ms: number, isStopped: () => boolean): Promise<void> {
  const until = Date.now() + ms;
  while (Date.now() < until && !isStopped()) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(50, ms)));
  }
}
