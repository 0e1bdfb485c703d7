import { formatUsd } from '../../domain/money.ts';
import type { Purser } from '../../client/purser.ts';
import { readCostReport } from './cost-report.ts';
import { checkLedger } from './check-ledger.ts';

const HOUR_MS = 3_600_000;
/** The maximum range of a report. */
const LONGEST_REPORT_MS = 399 * 24 * HOUR_MS;

/** The conservation law, and whether the report of all days equals the ledger's charges. */
export type LedgerComparison =
  | { state: 'equal' | 'different'; ledgerUsd: string; reportUsd: string }
  | { state: 'violated'; output: string }
  | { state: 'not compared'; reason: string };

/** Checks the ledger from its tables and compares its charges with the report of all days. */
export async function compareLedger(
  purser: Purser,
  url: string,
  nowMs: number,
): Promise<LedgerComparison> {
  const check = await checkLedger(url);
  if (check.state === 'not run') return { state: 'not compared', reason: check.reason };
  if (check.state === 'violated') return check;
  const [charged, ...others] = Object.values(check.chargedUsd);
  if (others.length > 0) {
    return { state: 'not compared', reason: 'the ledger holds more than one organization' };
  }
  const ledgerUsd = charged ?? formatUsd(0n);
  const toMs = Math.ceil(nowMs / HOUR_MS) * HOUR_MS + HOUR_MS;
  const report = await readCostReport(purser, { fromMs: toMs - LONGEST_REPORT_MS, toMs });
  const { totalUsd: reportUsd } = report;
  return { state: reportUsd === ledgerUsd ? 'equal' : 'different', ledgerUsd, reportUsd };
}
