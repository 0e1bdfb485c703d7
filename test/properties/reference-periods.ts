import type { Budget } from '../../domain/ledger/budget.ts';

const dates = new Map<string, Intl.DateTimeFormat>();

/** Swedish dates are ISO dates. */
export function periodKeyOf(
  { period, timeZone }: Pick<Budget, 'period' | 'timeZone'>,
  atMs: number,
): string {
  const date = dates.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone });
  dates.set(timeZone, date);
  return date.format(atMs).slice(0, period === 'daily' ? 10 : 7);
}

/** The key of the next day or month. */
export function keyAfter(key: string): string {
  const next = new Date(`${key.padEnd(10, '-01')}T00:00:00Z`);
  if (key.length === 10) next.setUTCDate(next.getUTCDate() + 1);
  else next.setUTCMonth(next.getUTCMonth() + 1);
  return next.toISOString().slice(0, key.length);
}
