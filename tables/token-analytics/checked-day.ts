import type { Posting } from '../../domain/ledger/posting.ts';
import type { Aggregate } from '../../domain/reporting/aggregates.ts';
import type { Dimension } from '../../domain/reporting/dimensions.ts';
import { daySubjectText } from '../../domain/reporting/repairs.ts';
import type { UsageShards } from '../../domain/reporting/usage-shards.ts';
import type { DynamoDb } from '../dynamodb.ts';
import { positionOf } from '../posting-position.ts';
import { digestOf, digestsIn } from './additions.ts';
import { valueOfKeyText } from './keys.ts';
import { olderHours, readDay } from './reading.ts';
import { hoursOf, isReported, merged, placedSum, type PlacedSum, sumOf } from './stored-sums.ts';

/** The sums of one organization's day, as a check needs them. */
export type CheckedDay = {
  /** Sums by day and by hour. */
  aggregates: Aggregate[];
  /** By `daySubjectText`: of the item that repairs go to. */
  versions: ReadonlyMap<string, number>;
  /**
   * Tells which sums include a posting that has no record yet.
   * @param records of the day, read after the sums
   */
  aheadOf: (records: readonly Posting[]) => (aggregate: Aggregate) => boolean;
};

/**
 * Reads organizations' sums last. A sum that includes an open posting then finds it listed there,
 * or its record can be read afterward.
 */
export async function readForCheck(
  db: DynamoDb,
  shards: UsageShards,
  {
    organizationId,
    day,
    dimensions,
  }: { organizationId: string; day: string; dimensions: readonly Dimension[] },
): Promise<CheckedDay> {
  const aggregates: Aggregate[] = [];
  const placed: PlacedSum[] = [];
  for (const dimension of dimensions.toSorted(organizationLast)) {
    const of = { organizationId, dimension, day };
    const items = await readDay(db, shards, of, { consistent: true });
    const sums = items.flatMap((item) => placedSum(item) ?? []);
    placed.push(...sums);
    const days = sums.filter((sum) => isReported(sum)).map(sumOf);
    const hours = sums.flatMap((sum) => hoursOf(sum));
    const older = await olderHours(db, of, { consistent: true });
    aggregates.push(...merged([...days, ...hours, ...older]));
  }
  const subjectOf = ({ partition, stored: { sk } }: PlacedSum): string =>
    daySubjectText({ ...partition, value: valueOfKeyText(sk) });
  return {
    aggregates,
    versions: new Map(
      placed
        .filter(({ stored }) => stored.pk.endsWith(day))
        .map((sum) => [subjectOf(sum), sum.stored.version]),
    ),
    aheadOf(records) {
      const recorded = new Set(records.map(positionOf));
      const missing = new Set(
        placed
          .flatMap(({ stored }) => stored.openPostings ?? [])
          .map(({ position }) => position)
          .filter((position) => position.startsWith(day) && !recorded.has(position))
          .map(digestOf),
      );
      const ahead = new Set(
        placed
          .filter(({ stored }) =>
            [
              ...digestsIn(stored),
              ...(stored.openPostings ?? []).map(({ position }) => digestOf(position)),
            ].some((digest) => missing.has(digest)),
          )
          .map(subjectOf),
      );
      return ({ bucket, ...of }) => ahead.has(daySubjectText({ ...of, day: bucket.slice(0, 10) }));
    },
  };
}

const organizationLast = (left: Dimension, right: Dimension): number =>
  Number(left === 'organization') - Number(right === 'organization');
