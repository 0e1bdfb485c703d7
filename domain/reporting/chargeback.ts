import { formatUsd, type NanoUsd } from '../money.ts';
import { DEFAULT_TIME_ZONE } from '../periods.ts';
import type { CostReport } from './cost-report.ts';
import { csvLine } from './csv.ts';
import type { ReportRange } from './report-range.ts';
import { type CostAllocation, type DepartmentCost, splitSharedCost } from './shared-cost.ts';

export type Chargeback = {
  range: ReportRange;
  timeZone?: string | undefined;
  allocation: CostAllocation;
  totalNanoUsd: NanoUsd;
  sharedNanoUsd: NanoUsd;
  departments: (DepartmentCost & {
    /** Its own requests whose stated cost is far from the price. */
    deviatingRequests: bigint;
  })[];
};

/** What each department pays, from a report with one row per department. */
export function chargebackOf(report: CostReport, allocation: CostAllocation): Chargeback {
  const direct = new Map(
    report.rows.map(({ key, id = key, measures }) => [id, measures.costNanoUsd]),
  );
  const spellings = new Map(report.rows.map(({ key, id = key }) => [id, key]));
  const deviating = new Map(
    report.rows.map(({ key, id = key, measures }) => [id, measures.deviatingRequests]),
  );
  const departments = splitSharedCost(direct, allocation).map(({ departmentId, ...cost }) => ({
    ...cost,
    departmentId: spellings.get(departmentId) ?? departmentId,
    deviatingRequests: deviating.get(departmentId) ?? 0n,
  }));
  return {
    range: report.range,
    timeZone: report.timeZone,
    allocation,
    totalNanoUsd: report.total.costNanoUsd,
    sharedNanoUsd: departments.reduce((sum, { sharedNanoUsd }) => sum + sharedNanoUsd, 0n),
    departments,
  };
}

/** The departments as CSV. Each line includes the rule that split shared cost. */
export const chargebackCsvOf = ({
  range,
  timeZone = DEFAULT_TIME_ZONE,
  allocation,
  departments,
}: Chargeback): string =>
  [
    [
      'periodStart',
      'periodEnd',
      'department',
      'directUsd',
      'allocatedUsd',
      'totalUsd',
      'allocationRule',
      'deviatingRequests',
      'timeZone',
    ],
    ...departments.map(({ departmentId, directNanoUsd, sharedNanoUsd, deviatingRequests }) => [
      new Date(range.fromMs).toISOString(),
      new Date(range.toMs).toISOString(),
      departmentId,
      formatUsd(directNanoUsd),
      formatUsd(sharedNanoUsd),
      formatUsd(directNanoUsd + sharedNanoUsd),
      allocation.rule,
      deviatingRequests,
      timeZone,
    ]),
  ]
    .map(csvLine)
    .join('');
