import {
  type ConservationReport,
  createConservationCheck,
} from '../../domain/ledger/conservation.ts';
import { pagesOf } from '../../tables/query-all.ts';
import { faultsInEachScan } from '../faults-in-each-scan.ts';
import { parseNamedBalance } from '../../tables/ledger/budget-items.ts';
import { parseScannedWallet } from '../../tables/ledger/wallet-items.ts';
import { isEntry, parseEntry } from '../../tables/ledger/entry-items.ts';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';

/**
 * Checks the conservation law against the tables. Reports only differences that appear in each of
 * up to three scans.
 * @param from date of the first period to check (`createConservationCheck`)
 * @param onProgress receives the number of items read so far
 */
export async function checkLedger(
  ledger: LedgerStore,
  from = '',
  onProgress: (items: number) => void = () => {},
): Promise<ConservationReport> {
  const { report, faults } = await faultsInEachScan(
    async () => {
      const checked = await scanOnce(ledger, from, onProgress);
      return { report: checked, faults: checked.violations };
    },
    ({ balance, message }) => balance + message,
  );
  return { ...report, violations: faults };
}

async function scanOnce(
  ledger: LedgerStore,
  from: string,
  onProgress: (items: number) => void,
): Promise<ConservationReport> {
  const check = createConservationCheck(from);
  let read = 0;
  for await (const { items } of pagesOf((startKey) => ledger.scan(startKey))) {
    for (const item of items) {
      if (isEntry(item)) {
        check.addEntry(parseEntry(item));
        continue;
      }
      const scanned = parseScannedWallet(item);
      if (scanned) check.addWallet(scanned.organizationId, scanned.wallet);
      const balance = parseNamedBalance(item);
      if (balance) check.addBalance(balance);
    }
    read += items.length;
    onProgress(read);
  }
  return check.report();
}

/**
 * The date from which every entry of a period is still stored, including the first entries of its
 * month.
 */
export function retainedFrom(nowMs: number, retentionDays: number): string {
  const days = Math.max(0, retentionDays - 32);
  return new Date(nowMs - days * 86_400_000).toISOString().slice(0, 10);
}
