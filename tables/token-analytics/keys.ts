import {
  type AggregateGranularity,
  type AggregateKey,
  dayOf,
  startOfBucket,
} from '../../domain/reporting/aggregates.ts';
import type { Dimension } from '../../domain/reporting/dimensions.ts';

/** Replaces the organization in keys that all organizations share. */
export const ALL_ORGANIZATIONS = '*';

/** What all sums in one partition have in common. */
export type Partition = {
  organizationId: string;
  dimension: Dimension;
  granularity: AggregateGranularity;
  day: string;
};

/** One value of a dimension: a user, a system, a tag's value. */
export type AggregateSubject = Pick<AggregateKey, 'organizationId' | 'dimension' | 'value'>;

/** The partition for one dimension of one organization on one day. */
export function partitionOf({ organizationId, dimension, granularity, day }: Partition): string {
  const owner = dimension === 'organization' ? ALL_ORGANIZATIONS : organizationId;
  return [owner, granularity, dimension, day].join('#');
}

/** Tag values can contain any character, so escape the separator. */
export const keyTextOf = (value: string): string =>
  value.replaceAll('%', '%25').replaceAll('#', '%23');
/** The value that a key text encodes. */
export const valueOfKeyText = (text: string): string =>
  text.replaceAll('%23', '#').replaceAll('%25', '%');

/** An aggregate's key. */
export function keyOf(key: AggregateKey): { pk: string; sk: string } {
  const day = dayOf(startOfBucket(key.bucket));
  return {
    pk: partitionOf({ ...key, day }),
    sk: keyTextOf(key.value) + (key.granularity === 'daily' ? '' : `#${key.bucket.slice(11)}`),
  };
}

/** The key that lists changes of one organization, or of the totals of all organizations. */
export const changeKeyOf = ({ dimension, organizationId }: AggregateKey, quarter: string): string =>
  `${dimension === 'organization' ? ALL_ORGANIZATIONS : organizationId}#${quarter}`;
