import { DEFAULT_TIME_ZONE, localDate } from '../periods.ts';
import type { ReportRange } from './report-range.ts';

/** The file extension of each format. */
export const FILE_ENDINGS = { csv: 'csv', focus: 'focus.csv', json: 'json' };

/**
 * `costs-by-user-2026-01-01-to-2026-01-31.csv`, with the first and last day of the range in
 * its time zone. HTTP
 * headers and file systems need plain characters, but tag names can contain others.
 * @param what `usage`, `chargeback`, or the grouping: `costs-by-tag:team`
 */
export function reportFileName(
  what: string,
  { fromMs, toMs, timeZone = DEFAULT_TIME_ZONE }: ReportRange & { timeZone?: string | undefined },
  ending: string,
): string {
  const [from, to] = [fromMs, toMs - 1].map((ms) => localDate(ms, timeZone));
  const plain = what.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/-$/, '');
  return `${plain}-${from}-to-${to}.${ending}`;
}
