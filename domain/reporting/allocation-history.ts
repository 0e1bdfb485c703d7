import type { ReportRange } from './report-range.ts';
import { type CostAllocation, DEFAULT_ALLOCATION } from './shared-cost.ts';

/** A rule that is in force from a whole UTC hour until the next one. */
export type DatedAllocation = CostAllocation & {
  /** Epoch ms; 0 is the beginning. */
  validFromMs: number;
  /** Who set it, and when. Absent from the built-in rule, and from rules older than their dates. */
  setBy?: string | undefined;
  setAtMs?: number | undefined;
};

/** How many dated rules an organization may have. */
export const MAX_ALLOCATIONS = 100;

const HOUR_MS = 3_600_000;

/** In force until an organization's first rule begins. */
const BUILT_IN: DatedAllocation = { ...DEFAULT_ALLOCATION, validFromMs: 0 };

/** The rule in force at a time. */
export const allocationAt = (rules: readonly DatedAllocation[], atMs: number): DatedAllocation =>
  inOrder(rules).findLast(({ validFromMs }) => validFromMs <= atMs) ?? BUILT_IN;

/** Splits a range where another rule comes into force. */
export function allocationsIn(
  { fromMs, toMs }: ReportRange,
  rules: readonly DatedAllocation[],
): { range: ReportRange; allocation: DatedAllocation }[] {
  const changes = inOrder(rules)
    .map(({ validFromMs }) => validFromMs)
    .filter((atMs) => atMs > fromMs && atMs < toMs);
  const starts = [fromMs, ...changes];
  return starts.map((startMs, position) => ({
    range: { fromMs: startMs, toMs: starts[position + 1] ?? toMs },
    allocation: allocationAt(rules, startMs),
  }));
}

/** The hour from which a rule is valid that names no time: the current one. */
export const currentHour = (nowMs: number): number => Math.floor(nowMs / HOUR_MS) * HOUR_MS;

/** Whether a rule that begins or ends to apply at this time changes what statements said. */
export const changesThePast = (validFromMs: number, nowMs: number): boolean =>
  validFromMs < currentHour(nowMs);

const inOrder = (rules: readonly DatedAllocation[]): DatedAllocation[] =>
  rules.toSorted((left, right) => left.validFromMs - right.validFromMs);
