import { COUNT_UNITS, type CountsByUnit, eachUnit } from '../../domain/ledger/counts.ts';
import type { JournalLine } from './journal.ts';

type Line<Kind extends JournalLine['kind']> = Extract<JournalLine, { kind: Kind }>;

/** The highest limit that a budget has had so far. */
type Ceiling = {
  base: bigint;
  top: bigint;
  overrides: { untilMs: number; add: bigint }[];
  counts?: CountsByUnit | undefined;
};
/** What was spent in a period, and by how much the most of it was above the ceiling of the time. */
type Sum = {
  spent: bigint;
  used: CountsByUnit;
  above: bigint;
  countsAbove: CountsByUnit;
};

const DAY_MS = 86_400_000;
/** The epoch began on a Thursday. */
const MONDAY_MS = 4 * DAY_MS;

/** Adds up what was spent in the order of time, and compares it with what had been allowed. */
export function createCeilings() {
  const ceilings = new Map<string, Ceiling>();
  const sums = new Map<string, Sum>();

  const ceilingOf = (budgetId: string): Ceiling =>
    ceilings.get(budgetId) ?? { base: 0n, top: 0n, overrides: [] };

  return {
    raise(line: Line<'limit'> | Line<'override'>): void {
      const before = ceilingOf(line.budgetId);
      const overrides = before.overrides.filter(({ untilMs }) => untilMs >= line.atMs);
      if (line.kind === 'override') overrides.push(line);
      const base = line.kind === 'limit' ? larger(before.base, line.limit) : before.base;
      const limit = overrides.reduce((sum, { add }) => sum + add, base);
      const given = line.kind === 'limit' ? line.counts : undefined;
      ceilings.set(line.budgetId, {
        base,
        top: larger(before.top, limit),
        overrides,
        counts: given
          ? eachUnit((unit) => Math.max(given[unit], before.counts?.[unit] ?? 0))
          : before.counts,
      });
    },

    /** @param atMs when it was reserved, which decides its period */
    spend(budgetId: string, atMs: number, { covered, tokens }: Line<'spent'>): void {
      const { top, counts } = ceilingOf(budgetId);
      const period = `${budgetId}/${observedPeriodOf(budgetId, atMs)}`;
      const before = sums.get(period) ?? NOTHING;
      const spent = before.spent + covered;
      const used = { requests: before.used.requests + 1, tokens: before.used.tokens + tokens };
      sums.set(period, {
        spent,
        used,
        above: larger(before.above, spent - top),
        countsAbove: eachUnit((unit) =>
          Math.max(before.countsAbove[unit], counts ? used[unit] - counts[unit] : 0),
        ),
      });
    },

    /** The periods in which more was spent than was allowed, and by how much. */
    worst() {
      const all = [...sums];
      return {
        money: new Map(all.flatMap(([period, { above }]) => (above > 0n ? [[period, above]] : []))),
        counts: new Map(
          all.flatMap(([period, { countsAbove }]) =>
            COUNT_UNITS.some((unit) => countsAbove[unit] > 0) ? [[period, countsAbove]] : [],
          ),
        ),
      };
    },
  };
}

const NOTHING: Sum = {
  spent: 0n,
  used: { requests: 0, tokens: 0 },
  above: 0n,
  countsAbove: { requests: 0, tokens: 0 },
};

/** By the calendar that budgets begin with: another one waits until the period ends. */
export function observedPeriodOf(budgetId: string, atMs: number): string {
  if (budgetId.endsWith('/total')) return 'total';
  const isWeekly = budgetId.endsWith('/weekly');
  const beginMs = isWeekly ? atMs - ((atMs - MONDAY_MS) % (7 * DAY_MS)) : atMs - (atMs % DAY_MS);
  return new Date(beginMs).toISOString().slice(0, 10);
}

const larger = (one: bigint, other: bigint): bigint => (one > other ? one : other);
