import { describe, expect, it } from 'vitest';
import { balanceNameOf, type Budget, untouchedBalance } from '../../../domain/ledger/budget.ts';
import { lanesNeeded, standingOf } from '../../../domain/ledger/standing.ts';
import { homeOf } from '../../../domain/ledger/wallet-lane.ts';
import { emptyWallet } from '../../../domain/ledger/wallet.ts';

const AT_MS = Date.parse('2026-11-21T10:00:00Z');
const WALLET_REF = { userId: 'ada', lane: 0 };
const TODAY = {
  scope: 'organization',
  scopeId: 'acme',
  period: 'daily',
  periodKey: '2026-11-21',
} as const;
const BUDGET: Budget = {
  scope: 'organization',
  scopeId: 'acme',
  period: 'daily',
  limitNanoUsd: 90n,
  timeZone: 'UTC',
  enforcement: 'enforce',
  mode: 'escrow',
  lanes: 3,
  createdAtMs: AT_MS,
  updatedAtMs: AT_MS,
};
const reader = { atMs: AT_MS, walletRef: WALLET_REF, inAllLanes: false };
const everyLane = { ...reader, inAllLanes: true };
const balancesOf = (refs: ReturnType<typeof lanesNeeded>) =>
  new Map(refs.map((ref, lane) => [balanceNameOf(ref), untouchedBalance(BigInt(lane + 1))]));

describe('the lanes that a decision needs', () => {
  it('are the one of the wallet, or all of them', () => {
    expect(lanesNeeded(BUDGET, everyLane)).toEqual([
      TODAY,
      { ...TODAY, lane: 1 },
      { ...TODAY, lane: 2 },
    ]);
    expect(lanesNeeded(BUDGET, reader)).toEqual([homeOf(TODAY, BUDGET, WALLET_REF)]);
  });

  it('are of the period at that instant', () => {
    const [tomorrow] = lanesNeeded(BUDGET, { ...everyLane, atMs: AT_MS + 86_400_000 });
    expect(tomorrow?.periodKey).toBe('2026-11-22');
  });
});

describe('a standing', () => {
  it('sums the lanes read, and counts the idle money of the own wallet as headroom', () => {
    const refs = lanesNeeded(BUDGET, everyLane);
    const home = homeOf(TODAY, BUDGET, WALLET_REF);
    const wallet = {
      ...emptyWallet(WALLET_REF),
      leases: new Map([[balanceNameOf(home), { idleNanoUsd: 5n, spentNanoUsd: 2n }]]),
    };
    const standing = standingOf(BUDGET, balancesOf(refs), everyLane, { wallet, isNew: true });
    expect(standing.balance).toMatchObject({
      limitNanoUsd: 6n,
      headroomNanoUsd: 11n,
      lentNanoUsd: -5n,
    });
    expect(standing.home.ref).toEqual(home);
    expect(standing.lanes.map(({ ref }) => ref)).toEqual(refs);
    expect(standing.span.key).toBe('2026-11-21');
  });

  it('is fresh only when all lanes were read for this decision', () => {
    const isFresh = (of: typeof reader, isNew: boolean): boolean => {
      const balances = balancesOf(lanesNeeded(BUDGET, of));
      return standingOf(BUDGET, balances, of, { wallet: undefined, isNew }).isFresh;
    };
    expect(isFresh(everyLane, true)).toBe(true);
    expect(isFresh(everyLane, false)).toBe(false);
    expect(isFresh(reader, true)).toBe(false);
  });

  it('cannot be made without a balance', () => {
    const none = { wallet: undefined, isNew: true };
    expect(() => standingOf(BUDGET, new Map(), reader, none)).toThrow('without a balance');
  });
});
