import { describe, expect, it } from 'vitest';
import { type Budget, untouchedBalance } from '../../../domain/ledger/budget.ts';
import { planHold } from '../../../domain/ledger/plan-hold.ts';
import { countAfterRead, walletByChance } from '../../../domain/ledger/wallet-lane.ts';
import { emptyWallet, type Wallet } from '../../../domain/ledger/wallet.ts';

const WALLET = emptyWallet({ userId: 'ada', lane: 0 });
const HOLDING: Wallet = {
  ...WALLET,
  count: 8,
  records: new Map([['r1', { amountNanoUsd: 1n, exact: [] }]]),
};

describe('how many wallets a user has in use', () => {
  it('is what a wallet with an open reservation says, if that is more', () => {
    expect(countAfterRead(1, HOLDING, 1)).toBe(8);
    expect(countAfterRead(20, HOLDING, 1)).toBe(20);
  });

  it('halves when the wallet in use is empty, down to the lanes of their budgets', () => {
    const empty = { ...WALLET, count: 8 };
    expect(countAfterRead(9, empty, 1)).toBe(4);
    expect(countAfterRead(1, empty, 1)).toBe(1);
    expect(countAfterRead(4, empty, 3)).toBe(3);
  });

  it('bounds the wallets that reservations may come to', () => {
    const lanes = Array.from(
      { length: 400 },
      (_, number) => walletByChance({ userId: 'ada', entryId: `entry-${number}` }, 5).lane,
    );
    expect([...new Set(lanes)].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
  });
});

it("lends a user's own budget whole to their only wallet, and in parts to several", () => {
  const budget: Budget = {
    scope: 'user',
    scopeId: 'ada',
    period: 'daily',
    limitNanoUsd: 3_200n,
    timeZone: 'UTC',
    enforcement: 'enforce',
    createdAtMs: 0,
    updatedAtMs: 0,
  };
  const name = 'user/ada/daily/2026-11-21';
  const atMs = Date.parse('2026-11-21T10:00:00Z');
  const borrowed = (wallet: Wallet): bigint | undefined => {
    const plan = planHold(wallet, { entryId: 'r2', amountNanoUsd: 10n, occurredAtMs: atMs }, [
      { name, budget, home: { ...untouchedBalance(3_200n) } },
    ]);
    return plan.kind === 'hold' ? plan.moves[0]?.lentBy : undefined;
  };
  expect(borrowed(WALLET)).toBe(3_200n);
  expect(borrowed({ ...WALLET, neededCount: 2 })).toBe(160n);
  expect(borrowed(HOLDING)).toBe(160n);
});
