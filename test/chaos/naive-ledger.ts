import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';

const FROM_CHECK_TO_WRITE_MS = 100;

/**
 * A typical first implementation: checks for room on an earlier read, then writes without a
 * condition. The proof must catch it overspending.
 */
export const createNaiveLedger = (ledger: LedgerStore): LedgerStore => ({
  ...ledger,
  async reserve(entry, affected, change, opaqueKey) {
    await sleep(FROM_CHECK_TO_WRITE_MS);
    const unguarded = affected.map(({ ref }) => ({ ref, enforce: false }));
    return ledger.reserve(entry, unguarded, change, opaqueKey);
  },
});
