import { DEFAULT_TIME_ZONE } from '../periods.ts';
import { type Aggregate, endOfBucket, startOfBucket } from './aggregates.ts';
import { type Dimension, UNASSIGNED } from './dimensions.ts';
import { addMeasures, type Measures, NOTHING } from './measures.ts';
import { localDayAt, type ReportGranularity, type ReportRange } from './report-range.ts';

/** What one value of the dimension cost in one period of the report. */
export type CostReportRow = {
  /** As last spelled; `null` if requests named none (no department, no operation). */
  key: string | null;
  /** What people call it, if it has a display name. */
  displayName?: string | undefined;
  /** The canonical id, if it differs from the key. */
  id?: string | undefined;
  periodStartMs: number;
  periodEndMs: number;
  measures: Measures;
};

export type CostReport = {
  organizationId: string;
  groupBy: Dimension;
  granularity: ReportGranularity;
  range: ReportRange;
  /** Whose days `daily` has. Default: UTC. */
  timeZone?: string | undefined;
  rows: CostReportRow[];
  /** The sum of the rows. */
  total: Measures;
};

type ReportFrame = Omit<CostReport, 'rows' | 'total'>;

/**
 * Sums a range's aggregates into rows, sorted by time, then by cost, highest first. All must be of
 * the dimension `groupBy`, and those of the same value must not overlap.
 */
export function costReportOf(frame: ReportFrame, aggregates: readonly Aggregate[]): CostReport {
  const periodOf = periodsOf(frame);
  const names = latestSpellings(aggregates);
  const keyOf = (value: string): Pick<CostReportRow, 'key' | 'id'> => {
    if (value === UNASSIGNED) return { key: null };
    const key = names.get(value) ?? value;
    return key === value ? { key } : { key, id: value };
  };
  const rows = new Map<string, CostReportRow>();
  for (const { value, bucket, measures } of aggregates) {
    const period = periodOf(bucket);
    const place = `${period.periodStartMs}#${value}`;
    const row = rows.get(place);
    rows.set(
      place,
      row
        ? { ...row, measures: addMeasures(row.measures, measures) }
        : { ...keyOf(value), ...period, measures },
    );
  }
  const sorted = [...rows.values()].toSorted(byTimeThenCost);
  return {
    ...frame,
    rows: sorted,
    total: sorted.map(({ measures }) => measures).reduce(addMeasures, NOTHING),
  };
}

/** Each value's spelling in its latest hour or day. */
function latestSpellings(aggregates: readonly Aggregate[]): Map<string, string> {
  const latest = new Map<string, Aggregate>();
  for (const left of aggregates) {
    if (left.bucket >= (latest.get(left.value)?.bucket ?? '')) latest.set(left.value, left);
  }
  return new Map([...latest.values()].map(({ value, spelling = value }) => [value, spelling]));
}

type RowPeriod = Pick<CostReportRow, 'periodStartMs' | 'periodEndMs'>;

function periodsOf({
  granularity,
  range,
  timeZone = DEFAULT_TIME_ZONE,
}: ReportFrame): (bucket: string) => RowPeriod {
  if (granularity === 'total') {
    return () => ({ periodStartMs: range.fromMs, periodEndMs: range.toMs });
  }
  if (granularity === 'hourly') {
    return (bucket) => ({ periodStartMs: startOfBucket(bucket), periodEndMs: endOfBucket(bucket) });
  }
  const periods = new Map<string, RowPeriod>();
  return (bucket) => {
    const earlier = periods.get(bucket);
    if (earlier) return earlier;
    const { fromMs, toMs } = localDayAt(startOfBucket(bucket), range, timeZone);
    if (fromMs >= toMs) throw new RangeError(`the aggregate of ${bucket} lies outside the report`);
    const period = { periodStartMs: fromMs, periodEndMs: toMs };
    periods.set(bucket, period);
    return period;
  };
}

function byTimeThenCost(left: CostReportRow, right: CostReportRow): number {
  if (left.periodStartMs !== right.periodStartMs) return left.periodStartMs - right.periodStartMs;
  const difference = right.measures.costNanoUsd - left.measures.costNanoUsd;
  if (difference !== 0n) return difference > 0n ? 1 : -1;
  return (left.key ?? '') < (right.key ?? '') ? -1 : 1;
}
