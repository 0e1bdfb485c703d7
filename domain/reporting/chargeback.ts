import { formatUsd, type NanoUsd } from '../money.ts';
import { DEFAULT_TIME_ZONE } from '../periods.ts';
import type { DatedAllocation } from './allocation-history.ts';
import type { CostReport } from './cost-report.ts';
import { csvLine } from './csv.ts';
import type { ReportRange } from './report-range.ts';
import { type DepartmentCost, splitSharedCost } from './shared-cost.ts';

/** What a department pays; its `departmentId` is as last spelled. */
export type DepartmentCharge = DepartmentCost & {
  /** The canonical id. */
  id: string | null;
  /** What people call it, if it has a display name. */
  displayName?: string | undefined;
  /** Its own requests whose stated cost is far from the price. */
  deviatingRequests: bigint;
};

type Charges = {
  range: ReportRange;
  totalNanoUsd: NanoUsd;
  sharedNanoUsd: NanoUsd;
  departments: DepartmentCharge[];
};

/** A part of the range, in which one rule was in force. */
export type ChargebackPart = Charges & { allocation: DatedAllocation };

/** The sum of its parts, which lie end to end. */
export type Chargeback = Charges & {
  timeZone?: string | undefined;
  parts: ChargebackPart[];
};

/** What each department pays, from a report with one row per department. */
export function chargebackPartOf(report: CostReport, allocation: DatedAllocation): ChargebackPart {
  const direct = new Map(
    report.rows.map(({ key, id = key, measures }) => [id, measures.costNanoUsd]),
  );
  const spellings = new Map(report.rows.map(({ key, id = key }) => [id, key]));
  const deviating = new Map(
    report.rows.map(({ key, id = key, measures }) => [id, measures.deviatingRequests]),
  );
  const departments = splitSharedCost(direct, allocation).map(({ departmentId, ...cost }) => ({
    ...cost,
    id: departmentId,
    departmentId: spellings.get(departmentId) ?? departmentId,
    deviatingRequests: deviating.get(departmentId) ?? 0n,
  }));
  return {
    range: report.range,
    allocation,
    totalNanoUsd: report.total.costNanoUsd,
    sharedNanoUsd: departments.reduce((sum, { sharedNanoUsd }) => sum + sharedNanoUsd, 0n),
    departments,
  };
}

/** Adds up parts that lie end to end. A department has its latest spelling. */
export function chargebackOf(
  frame: Pick<Chargeback, 'range' | 'timeZone'>,
  parts: ChargebackPart[],
): Chargeback {
  const sums = new Map<string | null, DepartmentCharge>();
  for (const charge of parts.flatMap(({ departments }) => departments)) {
    const sum = sums.get(charge.id);
    sums.set(charge.id, {
      ...charge,
      directNanoUsd: charge.directNanoUsd + (sum?.directNanoUsd ?? 0n),
      sharedNanoUsd: charge.sharedNanoUsd + (sum?.sharedNanoUsd ?? 0n),
      deviatingRequests: charge.deviatingRequests + (sum?.deviatingRequests ?? 0n),
    });
  }
  return {
    ...frame,
    totalNanoUsd: parts.reduce((sum, { totalNanoUsd }) => sum + totalNanoUsd, 0n),
    sharedNanoUsd: parts.reduce((sum, { sharedNanoUsd }) => sum + sharedNanoUsd, 0n),
    departments: [...sums.values()].toSorted(byCost),
    parts,
  };
}

const costOf = ({ directNanoUsd, sharedNanoUsd }: DepartmentCost): NanoUsd =>
  directNanoUsd + sharedNanoUsd;

function byCost(left: DepartmentCharge, right: DepartmentCharge): number {
  const difference = costOf(right) - costOf(left);
  if (difference !== 0n) return difference > 0n ? 1 : -1;
  return (left.id ?? '') < (right.id ?? '') ? -1 : 1;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** The departments of each part as CSV. Each line includes the rule that split shared cost. */
export const chargebackCsvOf = ({ timeZone = DEFAULT_TIME_ZONE, parts }: Chargeback): string =>
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
      'allocationValidFrom',
      'displayName',
    ],
    ...parts.flatMap(({ range, allocation, departments }) =>
      departments.map((charge) => [
        iso(range.fromMs),
        iso(range.toMs),
        charge.departmentId,
        formatUsd(charge.directNanoUsd),
        formatUsd(charge.sharedNanoUsd),
        formatUsd(costOf(charge)),
        allocation.rule,
        charge.deviatingRequests,
        timeZone,
        iso(allocation.validFromMs),
        charge.displayName ?? null,
      ]),
    ),
  ]
    .map(csvLine)
    .join('');
