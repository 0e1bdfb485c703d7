import { type Aggregate, type AggregateKey, dayOf, startOfBucket } from './aggregates.ts';
import type { AggregateDifference } from './compare-aggregates.ts';
import type { Measures } from './measures.ts';

type DaySubject = Pick<AggregateKey, 'organizationId' | 'dimension' | 'value'> & { day: string };

/** What its latest posting says of a sum. */
type Labels = Pick<Aggregate, 'keyId' | 'departmentId' | 'spelling'>;

/** What one day's sum lacks: in its hours, or as a whole. */
export type Repair = DaySubject & { labels: Labels } & (
    { hours: Map<number, Measures> } | { measures: Measures }
  );

/** A day's subject as text, for comparing. */
export const daySubjectText = ({ organizationId, dimension, value, day }: DaySubject): string =>
  JSON.stringify([organizationId, dimension, value, day]);

/**
 * Repairs for differences. If hours differ, only those are repaired, because that changes the day
 * as well. What then still differs is repaired next.
 */
export function repairsOf(differences: readonly AggregateDifference[]): Repair[] {
  const byDay = Map.groupBy(differences, ({ stored }) =>
    daySubjectText({ ...stored, day: dayOf(startOfBucket(stored.bucket)) }),
  );
  return [...byDay.values()].flatMap((ofDay): Repair[] => {
    const [first] = ofDay;
    if (!first) return [];
    const { organizationId, dimension, value, bucket } = first.stored;
    const labels = ofDay.reduce<Labels>((all, { stored }) => ({ ...all, ...labelsOf(stored) }), {});
    const subject = { organizationId, dimension, value, day: bucket.slice(0, 10), labels };
    const hours = ofDay.filter(({ stored }) => stored.granularity === 'hourly');
    if (hours.length === 0) return [{ ...subject, measures: first.missing }];
    return [
      {
        ...subject,
        hours: new Map(
          hours.map(({ stored, missing }) => [Number(stored.bucket.slice(11)), missing]),
        ),
      },
    ];
  });
}

const labelsOf = ({ keyId, departmentId, spelling }: Aggregate): Labels => ({
  ...(keyId === undefined ? {} : { keyId }),
  ...(departmentId === undefined ? {} : { departmentId }),
  ...(spelling === undefined ? {} : { spelling }),
});
