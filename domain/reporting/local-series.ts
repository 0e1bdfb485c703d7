import { localTime } from '../local-time.ts';
import type { NanoUsd } from '../money.ts';
import { localDate } from '../periods.ts';
import { hoursIn, type ReportRange } from './report-range.ts';
import type { ReportSubscription } from './report-subscription.ts';

/** The cost of an hour or a day, labeled in the report's time zone. */
export type LocalCost = { label: string; costNanoUsd: NanoUsd };

/**
 * Cost per hour of a mailed day, or per day of a longer period, in order and in its time zone. An
 * hour that spans midnight appears where it begins. An hour that clocks show twice appears once.
 * @param period of whole UTC hours
 * @param costs of whole UTC hours, by start
 */
export function localSeries(
  { frequency, timeZone }: Pick<ReportSubscription, 'frequency' | 'timeZone'>,
  period: ReportRange,
  costs: ReadonlyMap<number, NanoUsd>,
): LocalCost[] {
  const series = new Map<string, NanoUsd>();
  for (const startMs of hoursIn(period)) {
    const date = localDate(startMs, timeZone);
    const label = frequency === 'daily' ? `${date} ${localTime(startMs, timeZone)}` : date;
    series.set(label, (series.get(label) ?? 0n) + (costs.get(startMs) ?? 0n));
  }
  return [...series].map(([label, costNanoUsd]) => ({ label, costNanoUsd }));
}
