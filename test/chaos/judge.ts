import { budgetIdOf, parseBalanceName } from '../../domain/ledger/budget.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { formatUsd } from '../../domain/money.ts';
import type { JournalLine } from './journal.ts';

/** What must hold even after all faults. */
export const LAWS = {
  spend: 'true spend never exceeds the highest limit so far',
  granted: 'an acknowledged reservation is never lost',
  settled: 'an acknowledged settlement stands to the nano-dollar',
  voided: 'an acknowledged void stands',
  charged: 'a closed reservation charges what was spent under it',
  answers: 'clients hear documented answers only',
  open: 'nothing is open after the last sweep',
  conservation: 'every balance adds up',
} as const;
export type Law = keyof typeof LAWS;
export type Violation = { law: Law; facts: string };

/** Compares the outside observations with the ledger. */
export function judge(lines: JournalLine[], entries: ReadonlyMap<string, Entry>): Violation[] {
  const closing = lines.flatMap((line) => judgeLine(line, entries));
  const open = [...entries.values()].filter(({ state }) => state === 'reserved');
  return [
    ...overspends(lines, entries),
    ...closing,
    ...open.map(({ entryId }): Violation => ({ law: 'open', facts: entryId })),
  ];
}

function judgeLine(line: JournalLine, entries: ReadonlyMap<string, Entry>): Violation[] {
  if (line.kind === 'limit') return [];
  if (line.kind === 'wrong') return [{ law: 'answers', facts: line.facts }];
  const entry = entries.get(line.id);
  if (!entry) return line.kind === 'granted' ? [{ law: 'granted', facts: line.id }] : [];
  const { state, chargedNanoUsd } = entry;
  const stands = {
    granted: () => true,
    settled: (cost: bigint) => state === 'settled' && chargedNanoUsd === cost,
    voided: () => state === 'voided' && chargedNanoUsd === 0n,
    spent: (covered: bigint) => state === 'reserved' || chargedNanoUsd >= covered,
  };
  const amount = line.kind === 'settled' ? line.cost : line.kind === 'spent' ? line.covered : 0n;
  if (stands[line.kind](amount)) return [];
  const law = line.kind === 'spent' ? 'charged' : line.kind;
  const charged = `${state} at ${formatUsd(chargedNanoUsd)}`;
  return [{ law, facts: `${line.id} is ${charged}, was told ${formatUsd(amount)}` }];
}

/**
 * For every budget and period, the time when the total requested from providers exceeded the
 * highest limit set so far by the most. All clocks are on one machine, and the journal records a
 * limit before it is set and spending after it is allowed.
 */
function overspends(lines: JournalLine[], entries: ReadonlyMap<string, Entry>): Violation[] {
  const inTime = lines
    .filter((line) => line.kind === 'limit' || line.kind === 'spent')
    .toSorted((a, b) => a.atMs - b.atMs || (a.kind === 'limit' ? -1 : 1));
  const ceilings = new Map<string, bigint>();
  const sums = new Map<string, bigint>();
  const worst = new Map<string, bigint>();
  for (const line of inTime) {
    if (line.kind === 'limit') {
      const before = ceilings.get(line.budgetId) ?? 0n;
      ceilings.set(line.budgetId, line.limit > before ? line.limit : before);
      continue;
    }
    for (const { budgetId, period } of budgetsOf(entries.get(line.id))) {
      const sum = (sums.get(period) ?? 0n) + line.covered;
      sums.set(period, sum);
      const above = sum - (ceilings.get(budgetId) ?? 0n);
      if (above > (worst.get(period) ?? 0n)) worst.set(period, above);
    }
  }
  return [...worst].map(([period, above]) => ({
    law: 'spend',
    facts: `${period} was overspent by ${formatUsd(above)} USD`,
  }));
}

/** What was actually spent in one budget's period, as far as reservations covered it. */
export function trueSpend(
  lines: JournalLine[],
  entries: ReadonlyMap<string, Entry>,
  id: string,
): bigint {
  return lines.reduce(
    (sum, line) =>
      line.kind === 'spent' &&
      budgetsOf(entries.get(line.id)).some(({ budgetId }) => budgetId === id)
        ? sum + line.covered
        : sum,
    0n,
  );
}

/** An entry's budgets with their periods. All lanes of a budget count as one. */
const budgetsOf = (entry: Entry | undefined): { budgetId: string; period: string }[] =>
  (entry?.balances ?? []).map((name) => {
    const ref = parseBalanceName(name);
    const budgetId = budgetIdOf(ref);
    return { budgetId, period: `${budgetId}/${ref.periodKey}` };
  });
