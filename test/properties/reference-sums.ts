import type { Budget } from '../../domain/ledger/budget.ts';
import { COUNT_UNITS, type CountLimits, type CountsByUnit } from '../../domain/ledger/counts.ts';
import type { Calendar, Span } from './reference-periods.ts';

/** The parts of a budget that concern money. */
export type Rule = Pick<Budget, 'scope' | 'scopeId' | 'period'> & {
  calendar: Calendar;
  limitNanoUsd: bigint;
  countLimits?: CountLimits | undefined;
  /** How much of what a period leaves goes to the next one; nothing if absent. */
  capNanoUsd?: bigint | undefined;
  /** When an idle run closes, if it is a session's. */
  idleMs?: number | undefined;
  isEnforced: boolean;
  isReleasing: boolean;
};

/** One budget in one period. `atMs` is a time within it. */
export type Sum = {
  rule: Rule;
  key: string;
  atMs: number;
  limit: bigint;
  reserved: bigint;
  settled: bigint;
  /** Requests and tokens, in budgets that limit one of them. */
  counts?: Record<'limit' | 'reserved' | 'settled', CountsByUnit>;
  /** What was spent before the last reset, which the limit has again. */
  reset?: { nanoUsd: bigint; counts: CountsByUnit };
  /** When a session was last used. */
  usedMs?: number;
};

/** A raise of a limit. It is out once a decision or a sweeper has taken it from the balances. */
export type Override = {
  id: string;
  addNanoUsd: bigint;
  fromMs: number;
  untilMs: number;
  isOut: boolean;
};

/** What changes the limit of a budget beside its rule. */
export type Adjusted = {
  overrides: Override[];
  /** What roll-over brought into a period and took out of it, by key. */
  rolls: Map<string, bigint>;
};

/** The limit of a period at an instant; of one that is over, the limit that it had at its end. */
export function limitIn(
  rule: Rule,
  { overrides, rolls }: Adjusted,
  { key, startMs, endMs }: Span,
  nowMs: number,
): bigint {
  const atMs = Math.max(startMs, Math.min(nowMs, endMs - 1));
  const inForce = overrides.filter(
    ({ fromMs, untilMs, isOut }) => fromMs < endMs && atMs < untilMs && !isOut,
  );
  const added = inForce.reduce((sum, { addNanoUsd }) => sum + addNanoUsd, 0n);
  return rule.limitNanoUsd + (rolls.get(key) ?? 0n) + added;
}

/** A period in which nothing has happened. */
export const emptySum = (rule: Rule, { key }: Span, atMs: number, limit: bigint): Sum => ({
  rule,
  key,
  atMs,
  limit,
  reserved: 0n,
  settled: 0n,
  ...(rule.countLimits
    ? {
        counts: {
          limit: unitsOf(rule.countLimits),
          reserved: unitsOf({}),
          settled: unitsOf({}),
        },
      }
    : {}),
});

/** Gives all limits again; what is reserved counts as soon as it is settled. */
export function resetSum(sum: Sum): void {
  const { settled, counts, reset } = sum;
  const before = reset?.nanoUsd ?? 0n;
  sum.reset = {
    nanoUsd: settled > before ? settled : before,
    counts: {
      requests: Math.max(counts?.settled.requests ?? 0, reset?.counts.requests ?? 0),
      tokens: Math.max(counts?.settled.tokens ?? 0, reset?.counts.tokens ?? 0),
    },
  };
}

/** Puts the limits of a period into force, with what a reset gave back. */
export function setLimits(sum: Sum, limit: bigint): void {
  sum.limit = limit + (sum.reset?.nanoUsd ?? 0n);
  for (const unit of COUNT_UNITS) {
    const most = sum.rule.countLimits?.[unit];
    if (!sum.counts || most === undefined) continue;
    sum.counts.limit[unit] = most + (sum.reset?.counts[unit] ?? 0);
  }
}

/** What a period that is over leaves to the next one. */
export function leftOf(sum: Sum | undefined, rule: Rule, ownLimit: bigint): bigint {
  const own = ownLimit + (sum?.reset?.nanoUsd ?? 0n);
  // What overrides still add to it is not left over.
  const added = sum && sum.limit > own ? sum.limit - own : 0n;
  const left = sum ? headroomOf(sum) - added : own;
  const most = rule.capNanoUsd ?? 0n;
  const amount = left < most ? left : most;
  return amount > 0n ? amount : 0n;
}

/** Whether a budget has no request left, or fewer tokens than one may use. */
export function isShortOfCounts({ rule, counts }: Sum, tokens: number): boolean {
  const needed: CountsByUnit = { requests: 1, tokens };
  return COUNT_UNITS.some((unit) => {
    if (!counts || rule.countLimits?.[unit] === undefined) return false;
    const { limit, reserved, settled } = counts;
    return limit[unit] - reserved[unit] - settled[unit] < needed[unit];
  });
}

export const headroomOf = ({ limit, reserved, settled }: Sum): bigint => limit - reserved - settled;

const unitsOf = ({ requests = 0, tokens = 0 }: CountLimits): CountsByUnit => ({ requests, tokens });
