import {
  type ConservationReport,
  createConservationCheck,
} from '../../domain/ledger/conservation.ts';
import { pagesOf } from '../../tables/query-all.ts';
import { parseNamedBalance } from '../../tables/ledger/budget-items.ts';
import { parseScannedWallet } from '../../tables/ledger/wallet-items.ts';
import { isEntry, parseEntry } from '../../tables/ledger/entry-items.ts';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';

const ATTEMPTS = 3;

/**
 * Proves the conservation law from the tables. A scan is no snapshot, so while requests run a
 * difference may be one in passing: what is reported was seen again in a fresh scan each time.
 * @param from date of the first period that is checked (`createConservationCheck`)
 * @param onProgress told the number of items read so far
 */
export async function checkLedger(
  ledger: LedgerStore,
  from = '',
  onProgress: (items: number) => void = () => {},
): Promise<ConservationReport> {
  let report = await scanOnce(ledger, from, onProgress);
  for (let attempt = 1; attempt < ATTEMPTS && report.violations.length > 0; attempt += 1) {
    const again = await scanOnce(ledger, from, onProgress);
    const before = new Set(report.violations.map(({ balance, message }) => balance + message));
    report = {
      ...again,
      violations: again.violations.filter(({ balance, message }) => before.has(balance + message)),
    };
  }
  return report;
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

/** Date from which every entry of a period is still there, a month's first entries included. */
export function retainedFrom(nowMs: number, retentionDays: number): string {
  const days = Math.max(0, retentionDays - 32);
  return new Date(nowMs - days * 86_400_000).toISOString().slice(0, 10);
}
