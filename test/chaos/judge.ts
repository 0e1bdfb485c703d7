import { budgetIdOf, parseBalanceName } from '../../domain/ledger/budget.ts';
import { COUNT_UNITS } from '../../domain/ledger/counts.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { modelStem } from '../../domain/pricing/model-id.ts';
import { formatUsd } from '../../domain/money.ts';
import { createCeilings, observedPeriodOf } from './ceilings.ts';
import type { JournalLine } from './journal.ts';
import { budgetsOfModel, type Plan } from './plans.ts';

/** What must hold even after all faults. */
export const LAWS = {
  spend: 'true spend never exceeds the highest limit so far',
  counts: 'requests and tokens never exceed the highest limit so far',
  granted: 'an acknowledged reservation is never lost',
  applies: 'every budget that applies counts a request',
  calendar: 'another calendar waits for the end of the period',
  settled: 'an acknowledged settlement stands to the nano-dollar',
  voided: 'an acknowledged void stands',
  charged: 'a closed reservation charges what was spent under it',
  answers: 'clients hear documented answers only',
  open: 'nothing is open after the last sweep',
  conservation: 'every balance adds up',
} as const;
export type Law = keyof typeof LAWS;
export type Violation = { law: Law; facts: string };

type Lines<Kind extends JournalLine['kind']> = Extract<JournalLine, { kind: Kind }>;
type Entries = ReadonlyMap<string, Entry>;

/** Compares the outside observations with the ledger. */
export function judge(plans: readonly Plan[], lines: JournalLine[], entries: Entries): Violation[] {
  const closing = lines.flatMap((line) => judgeLine(line, plans, entries));
  const open = [...entries.values()].filter(({ state }) => state === 'reserved');
  return [
    ...overspends(plans, lines, entries),
    ...splitPeriods(entries),
    ...closing,
    ...open.map(({ entryId }): Violation => ({ law: 'open', facts: entryId })),
  ];
}

function judgeLine(line: JournalLine, plans: readonly Plan[], entries: Entries): Violation[] {
  if (line.kind === 'limit' || line.kind === 'override') return [];
  if (line.kind === 'wrong') return [{ law: 'answers', facts: line.facts }];
  const entry = entries.get(line.id);
  if (!entry) return line.kind === 'granted' ? [{ law: 'granted', facts: line.id }] : [];
  if (line.kind === 'granted') return uncounted(line, plans, entry);
  const { state, chargedNanoUsd, model } = entry;
  const isServed = (by: string | undefined): boolean => modelStem(by ?? model) === modelStem(model);
  const stands = {
    settled: (cost: bigint) =>
      state === 'settled' &&
      chargedNanoUsd === cost &&
      isServed(line.kind === 'settled' ? line.model : undefined),
    voided: () => state === 'voided' && chargedNanoUsd === 0n,
    spent: (covered: bigint) => state === 'reserved' || chargedNanoUsd >= covered,
  };
  const amount = line.kind === 'settled' ? line.cost : line.kind === 'spent' ? line.covered : 0n;
  if (stands[line.kind](amount)) return [];
  const law = line.kind === 'spent' ? 'charged' : line.kind;
  const charged = `${state} at ${formatUsd(chargedNanoUsd)}`;
  return [{ law, facts: `${line.id} is ${charged}, was told ${formatUsd(amount)}` }];
}

/** The planned budgets that do not count a request, by the model that served it in the end. */
function uncounted(
  { id, budgetIds }: Lines<'granted'>,
  plans: readonly Plan[],
  { balances, model }: Entry,
): Violation[] {
  const counted = new Set(balances.map((name) => budgetIdOf(parseBalanceName(name))));
  return [...budgetIds, ...budgetsOfModel(plans, model)]
    .filter((budgetId) => !counted.has(budgetId))
    .map((budgetId) => ({ law: 'applies', facts: `${budgetId} does not count ${id}` }));
}

/** The periods of budgets whose requests were counted under several keys. */
function splitPeriods(entries: Entries): Violation[] {
  const keys = new Map<string, Set<string>>();
  for (const { balances, occurredAtMs } of entries.values()) {
    for (const ref of balances.map(parseBalanceName)) {
      const budgetId = budgetIdOf(ref);
      const period = `${budgetId}/${observedPeriodOf(budgetId, occurredAtMs)}`;
      keys.set(period, (keys.get(period) ?? new Set()).add(ref.periodKey));
    }
  }
  return [...keys]
    .filter(([, each]) => each.size > 1)
    .map(([period, each]) => ({ law: 'calendar', facts: `${period}: ${[...each].join(', ')}` }));
}

/**
 * For every budget and period, the time when the total requested from providers exceeded the
 * highest limit set so far by the most. All clocks are on one machine, and the journal records a
 * limit before it is set and spending after it is allowed.
 */
function overspends(plans: readonly Plan[], lines: JournalLine[], entries: Entries): Violation[] {
  const grants = grantsOf(lines);
  const inTime = lines
    .filter((line) => line.kind === 'limit' || line.kind === 'override' || line.kind === 'spent')
    .toSorted((a, b) => a.atMs - b.atMs || (a.kind === 'spent' ? 1 : -1));
  const ceilings = createCeilings();
  for (const line of inTime) {
    if (line.kind !== 'spent') ceilings.raise(line);
    else {
      const [grant, entry] = [grants.get(line.id), entries.get(line.id)];
      if (!grant || !entry) continue;
      // What another model served was not spent under the budgets of the reserved one.
      const isMoved = modelStem(grant.model) !== modelStem(entry.model);
      const ofModel = isMoved ? [] : budgetsOfModel(plans, grant.model);
      for (const budgetId of [...grant.budgetIds, ...ofModel]) {
        ceilings.spend(budgetId, entry.occurredAtMs, line);
      }
    }
  }
  const { money, counts } = ceilings.worst();
  return [
    ...[...money].map(([period, above]): Violation => ({
      law: 'spend',
      facts: `${period} was overspent by ${formatUsd(above)} USD`,
    })),
    ...[...counts].flatMap(([period, above]) =>
      COUNT_UNITS.filter((unit) => above[unit] > 0).map((unit): Violation => ({
        law: 'counts',
        facts: `${period} had ${above[unit]} ${unit} too many`,
      })),
    ),
  ];
}

/** What was actually spent in one budget's period, as far as reservations covered it. */
export function trueSpend(lines: JournalLine[], budgetId: string): bigint {
  const grants = grantsOf(lines);
  return lines.reduce(
    (sum, line) =>
      line.kind === 'spent' && grants.get(line.id)?.budgetIds.includes(budgetId)
        ? sum + line.covered
        : sum,
    0n,
  );
}

const grantsOf = (lines: JournalLine[]): Map<string, Lines<'granted'>> =>
  new Map(lines.flatMap((line) => (line.kind === 'granted' ? [[line.id, line]] : [])));
