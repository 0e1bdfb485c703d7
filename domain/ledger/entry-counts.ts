import { NO_TOKENS, tokensOf } from '../token-usage.ts';
import { balanceNameOf, type BudgetStanding } from './budget.ts';
import {
  COUNT_UNITS,
  type CountMove,
  type CountsByUnit,
  eachUnit,
  type EntryCounts,
} from './counts.ts';
import type { Entry } from './entry.ts';

/** The part of an entry that decides what balances count. */
export type Counted = Pick<Entry, 'state' | 'balances' | 'counts' | 'usage' | 'isReleasedAtExpiry'>;

/** Whether a budget's current balance counts requests and tokens. */
export const isCounting = ({ budget, home }: BudgetStanding): boolean =>
  budget.countLimits !== undefined && home.balance.counters !== undefined;

/**
 * What a request may use at most, and which of its balances count it; `undefined` if none does.
 * @param standings in the order of the entry's balances
 */
export function entryCounts(
  standings: readonly BudgetStanding[],
  tokens: number,
): EntryCounts | undefined {
  const positions = standings.flatMap((standing, position) =>
    isCounting(standing) ? [position] : [],
  );
  return positions.length > 0 ? { tokens, positions } : undefined;
}

const NOTHING: CountsByUnit = { requests: 0, tokens: 0 };

/** What a balance counts of an entry: held, and used. */
export function countsIn(
  entry: Counted | undefined,
  name: string,
): Record<'reserved' | 'settled', CountsByUnit> {
  const { counts } = entry ?? {};
  const nothing = { reserved: NOTHING, settled: NOTHING };
  if (!entry || !counts?.positions.includes(entry.balances.indexOf(name))) return nothing;
  const bound = { requests: 1, tokens: counts.tokens };
  switch (entry.state) {
    case 'reserved':
      return { ...nothing, reserved: bound };
    case 'settled':
      return { ...nothing, settled: { requests: 1, tokens: tokensOf(entry.usage ?? NO_TOKENS) } };
    case 'expired':
      return entry.isReleasedAtExpiry ? nothing : { ...nothing, settled: bound };
    case 'voided':
      return nothing;
  }
}

/**
 * What a change of an entry does to the counters of one balance; `undefined` if it does nothing.
 * @param before `undefined` if the entry is new
 */
export function countMove(
  name: string,
  before: Counted | undefined,
  after: Counted,
): CountMove | undefined {
  const [was, is] = [countsIn(before, name), countsIn(after, name)];
  const reservedBy = eachUnit((unit) => is.reserved[unit] - was.reserved[unit]);
  const settledBy = eachUnit((unit) => is.settled[unit] - was.settled[unit]);
  const isNothing = COUNT_UNITS.every((unit) => reservedBy[unit] === 0 && settledBy[unit] === 0);
  return isNothing ? undefined : { reservedBy, settledBy };
}

/**
 * What a new reservation does to the counters of a budget, and the headroom that this takes.
 * @param isEnforced whether it must fit; default: what the budget says
 */
export function holdMove(
  { budget, home }: BudgetStanding,
  entry: Counted,
  isEnforced = budget.enforcement === 'enforce',
): CountMove | undefined {
  const move = countMove(balanceNameOf(home.ref), undefined, entry);
  if (!move || !isEnforced) return move;
  const limited = COUNT_UNITS.filter((unit) => budget.countLimits?.[unit] !== undefined);
  return {
    ...move,
    needed: Object.fromEntries(limited.map((unit) => [unit, move.reservedBy[unit]])),
  };
}
