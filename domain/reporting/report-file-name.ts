import type { ReportRange } from './report-range.ts';

/** The file extension of each format. */
export const FILE_ENDINGS = { csv: 'csv', focus: 'focus.csv', json: 'json' };

/**
 * `costs-by-user-2026-01-01-to-2026-01-31.csv`, with the first and last day of the range. HTTP
 * headers and file systems need plain characters, but tag names can contain others.
 * @param what `usage`, `chargeback`, or the grouping: `costs-by-tag:team`
 */
export function reportFileName(
  what: string,
  { fromMs, toMs }: ReportRange,
  ending: string,
): string {
  const [from, to] = [fromMs, toMs - 1].map((ms) => new Date(ms).toISOString().slice(0, 10));
  const plain = what.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/-$/, '');
  return `${plain}-${from}-to-${to}.${ending}`;
}
