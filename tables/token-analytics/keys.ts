import {
  type AggregateGranularity,
  type AggregateKey,
  dayOf,
  startOfBucket,
} from '../../domain/reporting/aggregates.ts';
import type { Dimension } from '../../domain/reporting/dimensions.ts';
import { isScope, isScopeId } from '../../domain/scopes.ts';

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

/** The partition for one dimension of one organization on one day, or for one shard of it. */
export function partitionOf(
  { organizationId, dimension, granularity, day }: Partition,
  shard = 0,
): string {
  const owner = dimension === 'organization' ? ALL_ORGANIZATIONS : organizationId;
  return [owner, granularity, dimension, day, ...(shard === 0 ? [] : [shard])].join('#');
}

/** Tag values can contain any character, so escape the separator. */
export const keyTextOf = (value: string): string =>
  value.replaceAll('%', '%25').replaceAll('#', '%23');
/** The value that a key text encodes. */
export const valueOfKeyText = (text: string): string =>
  text.replaceAll('%23', '#').replaceAll('%25', '%');

/** The key of the day's sum that holds an aggregate. */
export const keyOf = (key: AggregateKey, shard = 0): { pk: string; sk: string } => ({
  pk: partitionOf({ ...key, granularity: 'daily', day: dayOfBucket(key.bucket) }, shard),
  sk: keyTextOf(key.value),
});

/** The key under which older code stored the sum of an hour. */
export const olderHourKeyOf = (key: AggregateKey): { pk: string; sk: string } => ({
  pk: partitionOf({ ...key, day: dayOfBucket(key.bucket) }),
  sk: `${keyTextOf(key.value)}#${key.bucket.slice(11)}`,
});

export const dayOfBucket = (bucket: string): string => dayOf(startOfBucket(bucket));

/** Tells when a sum changed; texts of one partition are in order of time. */
export const changeKeyOf = (
  { dimension, organizationId }: Pick<AggregateKey, 'dimension' | 'organizationId'>,
  quarter: string,
): string => `${dimension === 'organization' ? ALL_ORGANIZATIONS : organizationId}#${quarter}`;

/** Whether it is the sum of a scope, which thresholds are compared with. */
export const isOfScope = ({
  dimension,
  value,
}: Pick<AggregateKey, 'dimension' | 'value'>): boolean => isScope(dimension) && isScopeId(value);
