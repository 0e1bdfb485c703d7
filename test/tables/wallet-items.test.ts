import { describe, expect, test } from 'vitest';
import { emptyWallet, type WalletRecord } from '../../domain/ledger/wallet.ts';
import { parseWallet, walletItem } from '../../tables/ledger/wallet-items.ts';

describe('a stored wallet', () => {
  test('keeps which of many budgets hold a reservation themselves', () => {
    const ref = { userId: 'ada', lane: 0 };
    const record: WalletRecord = { amountNanoUsd: 5n, exact: [0, 1, 9, 10, 11, 35] };
    const wallet = { ...emptyWallet(ref), exists: true, records: new Map([['r1', record]]) };
    expect(parseWallet(ref, walletItem('acme', wallet)).records.get('r1')).toEqual(record);
  });
});
