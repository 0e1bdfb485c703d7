import { type Aggregate, hourOf, startOfBucket } from './aggregates.ts';
import { addMeasures } from './measures.ts';
import { localDayAt, type ReportRange } from './report-range.ts';

/**
 * Adds up hourly sums by value and day of a time zone; an hour counts in the day in which it begins.
 * The bucket of a sum is the day's first hour, its spelling the latest.
 * @param hours of one dimension, within the range
 */
export function sumsOfLocalDays(
  hours: readonly Aggregate[],
  range: ReportRange,
  timeZone: string,
): Aggregate[] {
  const dayOfHour = new Map<string, string>();
  const sums = new Map<string, Aggregate>();
  for (const hour of hours.toSorted((left, right) => (left.bucket < right.bucket ? -1 : 1))) {
    const bucket =
      dayOfHour.get(hour.bucket) ??
      hourOf(localDayAt(startOfBucket(hour.bucket), range, timeZone).fromMs);
    dayOfHour.set(hour.bucket, bucket);
    const place = `${bucket}#${hour.value}`;
    const sum = sums.get(place);
    const measures = sum ? addMeasures(sum.measures, hour.measures) : hour.measures;
    sums.set(place, { ...hour, bucket, measures });
  }
  return [...sums.values()];
}
