import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import { aggregatePostings } from '../../services/reporting/aggregate-postings.ts';
import { tellLateChanges } from '../../services/analytics/late-changes.ts';
import type { AnalyticsCacheStore } from '../../tables/analytics-cache.ts';
import type { TokenUsageStore } from '../../tables/token-usage.ts';

type Deps = {
  now: () => number;
  telemetry: Telemetry;
  /** The postings that a change of the ledger made. */
  postingsOf: (record: DynamoDBRecord) => Posting[];
  usage: Pick<TokenUsageStore, 'record'>;
  listedTags?: (organizationId: string) => Promise<readonly string[]>;
  learn: (recorded: Posting[]) => Promise<void>;
  /** Told of sums of time that was over. */
  cache: Pick<AnalyticsCacheStore, 'countLateChange'>;
  retentionDays: number;
};

/**
 * Follows the ledger's stream. When it cannot go on it names the first record that is not done: the
 * batch is delivered again from there, and what was done before is not done twice.
 */
export const createHandler =
  (deps: Deps) =>
  async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const { postings, recordOf, unreadable } = readPostings(deps, event.Records);
    const { recorded, unrecorded } = await aggregatePostings(deps, postings);
    const added = postings.slice(0, postings.length - unrecorded.length);
    await tellLateChanges(deps.cache, added, deps.now());
    report(deps, recorded);
    const first = unrecorded[0];
    const failed = (first && recordOf.get(first)) ?? unreadable;
    const itemIdentifier = failed?.dynamodb?.SequenceNumber;
    return { batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
  };

/** Reads records up to the first that cannot be read; that one fails when its turn comes. */
function readPostings({ postingsOf, telemetry }: Deps, records: readonly DynamoDBRecord[]) {
  const recordOf = new Map<Posting, DynamoDBRecord>();
  for (const record of records) {
    try {
      for (const posting of postingsOf(record)) recordOf.set(posting, record);
    } catch (error) {
      const sequenceNumber = record.dynamodb?.SequenceNumber;
      telemetry.error('STREAM_RECORD_UNREADABLE', { error, sequenceNumber });
      return { postings: [...recordOf.keys()], recordOf, unreadable: record };
    }
  }
  return { postings: [...recordOf.keys()], recordOf, unreadable: undefined };
}

function report({ now, telemetry }: Deps, recorded: readonly Posting[]): void {
  telemetry.metric('PostingsAggregated', recorded.length);
  const oldestMs = Math.min(...recorded.map(({ postedAtMs }) => postedAtMs));
  if (recorded.length > 0) telemetry.metric('AggregationLagMilliseconds', now() - oldestMs);
}
