import type { WatchedPeriod } from '../controls/thresholds.ts';

/** When a period is, as the end of a sentence: `on 2026-11-21`, `in 2026-11`, `within an hour`. */
export function whenText(period: WatchedPeriod, periodKey: string): string {
  switch (period) {
    case 'hourly':
      return 'within an hour';
    case 'daily':
      return `on ${periodKey}`;
    case 'weekly':
      return `in the week from ${periodKey}`;
    case 'monthly':
      // A month that begins on a billing day is named by its first day.
      return periodKey.length > 'YYYY-MM'.length
        ? `in the month from ${periodKey}`
        : `in ${periodKey}`;
    case 'total':
      return 'in total';
  }
}

/** A time as people write it: `2026-11-21 12:00 UTC`. */
export const minuteText = (instantMs: number): string =>
  `${new Date(instantMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
