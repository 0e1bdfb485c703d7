import type { Posting } from '../../domain/ledger/posting.ts';
import type { UsageShards } from '../../domain/reporting/usage-shards.ts';
import type { DynamoDb } from '../dynamodb.ts';
import { positionOf, type PostingPlace } from '../posting-position.ts';
import { readMany } from '../read-many.ts';
import { recordPostings, type RecordingResult } from './record-postings.ts';
import { recordPages } from './record-pages.ts';
import { recordKeyAt, tokenUsageTable, usageRecordCodec } from './table.ts';

/** A run writes once to every sum that it touches, and its organization's sum lists all of it. */
export const POSTINGS_PER_RUN = 200;

export type TokenUsageStore = ReturnType<typeof createTokenUsageStore>;

/** @param shards in how many parts each day is stored */
export const createTokenUsageStore = (db: DynamoDb, shards: UsageShards) => ({
  ...records(db, shards),
  ...recordPages(db, shards),
});

/** Records of postings. */
function records(db: DynamoDb, shards: UsageShards) {
  return {
    /**
     * Records a run of postings and adds them to their sums, each posting at most once, ever. Run
     * it again after a conflict or an outage; what is done already is not done again.
     * @param postings at most `POSTINGS_PER_RUN`
     * @param consistent reads what other writers just wrote, as is needed after a conflict
     */
    record: (
      postings: readonly Posting[],
      retentionDays: number,
      nowMs: number,
      { consistent = false }: { consistent?: boolean } = {},
    ): Promise<RecordingResult> =>
      recordPostings({ db, shards, retentionDays, nowMs, consistent }, postings),

    /**
     * Which of these postings are recorded. For maintenance only, because it reads consistently.
     */
    async listRecorded(postings: readonly PostingPlace[]): Promise<Posting[]> {
      const keys = postings.map((posting) =>
        recordKeyAt(posting.organizationId, positionOf(posting), shards),
      );
      const usageRecords = await readMany(db, tokenUsageTable.name, keys, { consistent: true });
      return usageRecords.flatMap((item) => (item ? [usageRecordCodec.decode(item)] : []));
    },
  };
}
