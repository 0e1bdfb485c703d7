import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Balance, type Budget, untouchedBalance } from '../../../domain/ledger/budget.ts';
import type { Entry } from '../../../domain/ledger/entry.ts';
import { planClose } from '../../../domain/ledger/plan-close.ts';
import { planHold } from '../../../domain/ledger/plan-hold.ts';
import {
  changedWallet,
  emptyWallet,
  type HomeMove,
  type Wallet,
} from '../../../domain/ledger/wallet.ts';

const SCOPES = ['user', 'department', 'organization'] as const;
const nameOf = (scope: string): string => `${scope}/x/daily/2026-11-21`;

const budgetOf = (scope: (typeof SCOPES)[number], mode: 'exact' | 'escrow'): Budget => ({
  scope,
  scopeId: 'x',
  period: 'daily',
  limitNanoUsd: 1n,
  timeZone: 'UTC',
  enforcement: 'enforce',
  mode,
  createdAtMs: 0,
  updatedAtMs: 0,
});

/** The balance after a move, whose condition must hold. */
function moved(balance: Balance, move: HomeMove): Balance {
  if (move.neededNanoUsd !== undefined) {
    expect(balance.headroomNanoUsd).toBeGreaterThanOrEqual(move.neededNanoUsd);
  }
  return {
    ...balance,
    headroomNanoUsd: balance.headroomNanoUsd + move.headroomBy,
    reservedNanoUsd: balance.reservedNanoUsd + move.reservedBy,
    settledNanoUsd: balance.settledNanoUsd + move.settledBy,
    lentNanoUsd: balance.lentNanoUsd + move.lentBy,
  };
}

const entryOf = (entryId: string, chargedNanoUsd: bigint): Entry => ({
  entryId,
  kind: 'reservation',
  organizationId: 'acme',
  userId: 'x',
  system: 's',
  model: 'm',
  state: 'settled',
  amountNanoUsd: 0n,
  chargedNanoUsd,
  balances: SCOPES.map(nameOf),
  occurredAtMs: Date.parse('2026-11-21T10:00:00Z'),
  version: 2,
  requestDigest: 'd',
});

const step = fc.record({
  wallet: fc.nat(1),
  amount: fc.bigInt(1n, 60n),
  /** Otherwise settles the wallet's oldest open reservation. */
  settle: fc.option(fc.bigInt(0n, 90n)),
});

describe('wallets and the balances that lend to them', () => {
  it('keep every sum, owe nothing, and hold whatever home and the own lease cover', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt(50n, 3_000n), { minLength: 3, maxLength: 3 }),
        fc.array(fc.constantFrom('exact' as const, 'escrow' as const), {
          minLength: 3,
          maxLength: 3,
        }),
        fc.array(step, { maxLength: 40 }),
        (limits, modes, steps) => {
          const budgets = SCOPES.map((scope, at) => budgetOf(scope, modes[at] ?? 'exact'));
          const homes = new Map(
            SCOPES.map((scope, at) => [nameOf(scope), untouchedBalance(limits[at] ?? 0n)]),
          );
          const wallets: Wallet[] = [0, 1].map((lane) => emptyWallet({ userId: 'x', lane }));
          const home = (name: string): Balance => homes.get(name) ?? untouchedBalance(0n);
          const apply = (moves: HomeMove[]): void => {
            for (const move of moves) homes.set(move.name, moved(home(move.name), move));
          };
          for (const [number, { wallet: at, amount, settle }] of steps.entries()) {
            const wallet = wallets[at];
            if (!wallet) continue;
            const [open] = [...wallet.records].filter(([, { closing }]) => !closing);
            if (settle !== null && open) {
              const [entryId, record] = open;
              const has = (name: string): boolean => wallet.leases.has(name);
              const { change, moves } = planClose(entryOf(entryId, settle), record, has);
              wallets[at] = changedWallet(wallet, change);
              apply(moves);
            } else {
              const standings = SCOPES.map((scope, position) => ({
                name: nameOf(scope),
                budget: budgets[position] ?? budgetOf(scope, 'exact'),
                home: home(nameOf(scope)),
              }));
              const entry = { ...entryOf(`r${number}`, 0n), amountNanoUsd: amount };
              const plan = planHold(wallet, entry, standings);
              const isCovered = standings.every(({ name, home: { headroomNanoUsd } }) => {
                const idleNanoUsd = wallet.leases.get(name)?.idleNanoUsd ?? 0n;
                return idleNanoUsd >= amount || headroomNanoUsd + idleNanoUsd >= amount;
              });
              if (isCovered) expect(plan.kind).toBe('hold');
              if (plan.kind === 'short') continue;
              wallets[at] = changedWallet(wallet, plan.change);
              apply(plan.moves);
            }
            for (const [position, name] of SCOPES.map(nameOf).entries()) {
              const balance = home(name);
              let inWallets = 0n;
              for (const { leases, records } of wallets) {
                const lease = leases.get(name) ?? { idleNanoUsd: 0n, spentNanoUsd: 0n };
                expect(lease.idleNanoUsd).toBeGreaterThanOrEqual(0n);
                expect(lease.spentNanoUsd).toBeGreaterThanOrEqual(0n);
                inWallets += lease.idleNanoUsd + lease.spentNanoUsd;
                for (const { amountNanoUsd, exact, closing } of records.values()) {
                  if (!closing && !exact.includes(position)) inWallets += amountNanoUsd;
                }
              }
              expect(balance.lentNanoUsd).toBe(inWallets);
              expect(
                balance.headroomNanoUsd +
                  balance.reservedNanoUsd +
                  balance.settledNanoUsd +
                  balance.lentNanoUsd,
              ).toBe(balance.limitNanoUsd);
            }
          }
        },
      ),
    );
  });
});
