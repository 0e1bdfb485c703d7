import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';

const FROM_CHECK_TO_WRITE_MS = 100;

/**
 * The ledger as many write it first: whether there is room was read a moment before, so what is
 * reserved is written without a condition. It must be found overspending.
 */
export const createNaiveLedger = (ledger: LedgerStore): LedgerStore => ({
  ...ledger,
  async reserve(entry, affected, change, opaqueKey) {
    await sleep(FROM_CHECK_TO_WRITE_MS);
    const unguarded = affected.map(({ ref }) => ({ ref, enforce: false }));
    return ledger.reserve(entry, unguarded, change, opaqueKey);
  },
});
