import { type Aggregate, endOfBucket, startOfBucket } from './aggregates.ts';
import { type Dimension, UNASSIGNED } from './dimensions.ts';
import { addMeasures, type Measures, NOTHING } from './measures.ts';
import { type ReportGranularity, type ReportRange, segmentsOf } from './report-range.ts';

/** What one value of the dimension cost in one period of the report. */
export type CostReportRow = {
  /** `null` where the requests named none (no department, no operation). */
  key: string | null;
  periodStartMs: number;
  periodEndMs: number;
  measures: Measures;
};

export type CostReport = {
  organizationId: string;
  groupBy: Dimension;
  granularity: ReportGranularity;
  range: ReportRange;
  rows: CostReportRow[];
  /** The sum of the rows. */
  total: Measures;
};

type ReportFrame = Omit<CostReport, 'rows' | 'total'>;

/**
 * Sums aggregates that lie in the range into rows: by time, then by cost, highest first. Each of
 * them must be of the dimension `groupBy`, and none may overlap another of its value.
 */
export function costReportOf(frame: ReportFrame, aggregates: readonly Aggregate[]): CostReport {
  const periodOf = periodsOf(frame);
  const rows = new Map<string, CostReportRow>();
  for (const { value, bucket, measures } of aggregates) {
    const period = periodOf(bucket);
    const name = `${period.periodStartMs}#${value}`;
    const row = rows.get(name);
    rows.set(
      name,
      row
        ? { ...row, measures: addMeasures(row.measures, measures) }
        : { key: value === UNASSIGNED ? null : value, ...period, measures },
    );
  }
  const sorted = [...rows.values()].toSorted(byTimeThenCost);
  return {
    ...frame,
    rows: sorted,
    total: sorted.map(({ measures }) => measures).reduce(addMeasures, NOTHING),
  };
}

type RowPeriod = Pick<CostReportRow, 'periodStartMs' | 'periodEndMs'>;

function periodsOf({ granularity, range }: ReportFrame): (bucket: string) => RowPeriod {
  if (granularity === 'total') {
    return () => ({ periodStartMs: range.fromMs, periodEndMs: range.toMs });
  }
  if (granularity === 'hourly') {
    return (bucket) => ({ periodStartMs: startOfBucket(bucket), periodEndMs: endOfBucket(bucket) });
  }
  const days = new Map(
    segmentsOf(range).map(({ day, fromMs, toMs }) => [
      day,
      { periodStartMs: fromMs, periodEndMs: toMs },
    ]),
  );
  return (bucket) => {
    const period = days.get(bucket.slice(0, 10));
    if (!period) throw new RangeError(`the aggregate of ${bucket} lies outside the report`);
    return period;
  };
}

function byTimeThenCost(one: CostReportRow, other: CostReportRow): number {
  if (one.periodStartMs !== other.periodStartMs) return one.periodStartMs - other.periodStartMs;
  const difference = other.measures.costNanoUsd - one.measures.costNanoUsd;
  if (difference !== 0n) return difference > 0n ? 1 : -1;
  return (one.key ?? '') < (other.key ?? '') ? -1 : 1;
}
