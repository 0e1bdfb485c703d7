import type { NanoUsd } from '../money.ts';

export const SPLIT_RULES = ['proportional', 'even', 'fixed'] as const;
export type SplitRule = (typeof SPLIT_RULES)[number];

/** How shared cost is split among departments. */
export type CostAllocation = {
  rule: SplitRule;
  /** Departments whose own cost everyone shares, such as a platform team. */
  sharedDepartments: readonly string[];
  /** Only for `fixed`: hundredths of a percent by department, 10,000 in total. */
  shares: readonly { departmentId: string; percentHundredths: number }[];
};

/** The default: requests without a department are shared and split in proportion to direct cost. */
export const DEFAULT_ALLOCATION: CostAllocation = {
  rule: 'proportional',
  sharedDepartments: [],
  shares: [],
};

/** `departmentId` is `null` for shared cost that no department pays. */
export type DepartmentCost = {
  departmentId: string | null;
  directNanoUsd: NanoUsd;
  sharedNanoUsd: NanoUsd;
};

/**
 * Splits shared cost among departments. The parts add up to total spend, to the nano-dollar.
 * `proportional` splits by direct cost (equally if nobody has any), `even` equally, and `fixed` by
 * configured shares. Without any department, shared cost stays unassigned.
 * @param direct cost by department, `null` for requests that named none
 */
export function splitSharedCost(
  direct: ReadonlyMap<string | null, NanoUsd>,
  { rule, sharedDepartments, shares }: CostAllocation,
): DepartmentCost[] {
  const isShared = (id: string | null): boolean => id === null || sharedDepartments.includes(id);
  const shared = sum([...direct].flatMap(([id, cost]) => (isShared(id) ? [cost] : [])));
  const own = new Map(
    [...direct].flatMap(([id, cost]) => (id === null || isShared(id) ? [] : [[id, cost] as const])),
  );
  const percents = new Map(shares.map((share) => [share.departmentId, share.percentHundredths]));
  const names =
    rule === 'fixed' ? [...new Set([...own.keys(), ...percents.keys()])] : [...own.keys()];
  const weights = names.map((id) => {
    if (rule === 'even') return 1n;
    if (rule === 'fixed') return BigInt(percents.get(id) ?? 0);
    const cost = own.get(id) ?? 0n;
    return cost > 0n ? cost : 0n;
  });
  const hasWeight = weights.some((weight) => weight > 0n);
  const parts = splitExactly(shared, hasWeight ? weights : weights.map(() => 1n));
  const rows: DepartmentCost[] = names.map((departmentId, position) => ({
    departmentId,
    directNanoUsd: own.get(departmentId) ?? 0n,
    sharedNanoUsd: parts[position] ?? 0n,
  }));
  if (names.length === 0 && shared !== 0n) {
    rows.push({ departmentId: null, directNanoUsd: 0n, sharedNanoUsd: shared });
  }
  return rows.toSorted(byCost);
}

/**
 * Splits an amount by weights with the largest remainder (Hamilton's method). Each part is its
 * exact share rounded toward zero. The remainder goes, one unit at a time, to the parts that lost
 * most, earlier ones first. The parts add up to the amount, which may be negative.
 * @param weights never negative; at least one is positive unless the list is empty
 */
export function splitExactly(amount: bigint, weights: readonly bigint[]): bigint[] {
  if (amount < 0n) return splitExactly(-amount, weights).map((part) => -part);
  const whole = sum(weights);
  const parts = weights.map((weight, position) => ({
    position,
    part: (amount * weight) / whole,
    remainder: (amount * weight) % whole,
  }));
  const left = Number(amount - sum(parts.map(({ part }) => part)));
  const favored = new Set(
    parts
      .toSorted((first, second) => compare(second.remainder, first.remainder))
      .slice(0, weights.length === 0 ? 0 : left)
      .map(({ position }) => position),
  );
  return parts.map(({ position, part }) => (favored.has(position) ? part + 1n : part));
}

function byCost(first: DepartmentCost, other: DepartmentCost): number {
  const cost = ({ directNanoUsd, sharedNanoUsd }: DepartmentCost): bigint =>
    directNanoUsd + sharedNanoUsd;
  const difference = compare(cost(other), cost(first));
  if (difference !== 0) return difference;
  return (first.departmentId ?? '') < (other.departmentId ?? '') ? -1 : 1;
}

const compare = (first: bigint, other: bigint): number =>
  first === other ? 0 : first < other ? -1 : 1;
const sum = (amounts: readonly bigint[]): bigint =>
  amounts.reduce((total, amount) => total + amount, 0n);
