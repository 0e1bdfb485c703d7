import { formatUsd, type NanoUsd } from '../money.ts';
import type { Balance } from './budget.ts';
import {
  type BalanceSums,
  createBalanceSums,
  type LedgerTotals,
  periodKeyOf,
} from './conservation-sums.ts';
import type { Entry } from './entry.ts';
import type { Wallet } from './wallet.ts';

/** A balance with its organization and name, as the ledger stores it. */
export type NamedBalance = { organizationId: string; name: string; balance: Balance };

type OwnedWallet = { organizationId: string; wallet: Wallet };

export type Violation = { organizationId: string; balance: string; message: string };

export type ConservationReport = LedgerTotals & {
  balances: number;
  entries: number;
  wallets: number;
  /** Settled above the limit, by overruns, lowered limits or budgets that do not enforce. */
  overageNanoUsd: NanoUsd;
  violations: Violation[];
};

/**
 * The conservation law over a whole ledger: in every balance
 * `limit = headroom + reserved + settled + lent`; what is lent lies in wallets, idle, held or spent;
 * reserved, there and in wallets, is the sum of the open reservations that name the balance, and
 * settled the sum of what its entries charge less what is disputed of it; no wallet owes anything. A
 * wallet knows before the entry that a reservation is closed. Feed every balance, entry and wallet
 * once, in any order, then ask for the report, once.
 * @param from date (`2026-11-21`) of the first period that is checked: entries of earlier ones may
 *   be gone with their retention
 */
export function createConservationCheck(from = '') {
  const balances: NamedBalance[] = [];
  const wallets: OwnedWallet[] = [];
  /** Entries that are not closed and whose money a wallet holds. */
  const inWallets: Entry[] = [];
  const sums = createBalanceSums(from);
  let entries = 0;

  return {
    addBalance(balance: NamedBalance): void {
      if (periodKeyOf(balance.name) >= from) balances.push(balance);
    },

    addEntry(entry: Entry): void {
      entries += 1;
      if (entry.state === 'reserved' && entry.wallet) inWallets.push(entry);
      else sums.addEntry(entry);
    },

    addWallet(organizationId: string, wallet: Wallet): void {
      wallets.push({ organizationId, wallet });
      sums.addWallet(organizationId, wallet);
    },

    report(): ConservationReport {
      const records = new Map(wallets.flatMap(({ wallet }) => [...wallet.records]));
      for (const entry of inWallets) {
        const record = records.get(entry.entryId);
        if (record) sums.addEntry(entry, record);
      }
      const checked = balances.map((each) => ({
        ...each,
        sums: sums.of(each.organizationId, each.name),
      }));
      return {
        ...sums.totals,
        balances: balances.length,
        entries,
        wallets: wallets.length,
        overageNanoUsd: checked.reduce((sum, each) => sum + overageOf(each.balance, each.sums), 0n),
        violations: [
          ...wallets.flatMap((each) => negativeLeases(each, from)),
          ...checked.flatMap(({ organizationId, name, balance, sums: said }) =>
            breaks(balance, said).map((message) => ({ organizationId, balance: name, message })),
          ),
          ...sums.namedBut(balances).map(([organizationId = '', balance = '']) => ({
            organizationId,
            balance,
            message: 'entries or wallets name it, but it is missing',
          })),
        ],
      };
    },
  };
}

function overageOf({ settledNanoUsd, limitNanoUsd }: Balance, sums: BalanceSums): NanoUsd {
  const overage = settledNanoUsd + sums.spentNanoUsd - limitNanoUsd;
  return overage > 0n ? overage : 0n;
}

const negativeLeases = ({ organizationId, wallet }: OwnedWallet, from: string): Violation[] =>
  [...wallet.leases]
    .filter(([, { idleNanoUsd, spentNanoUsd }]) => idleNanoUsd < 0n || spentNanoUsd < 0n)
    .filter(([name]) => periodKeyOf(name) >= from)
    .map(([name]) => ({
      organizationId,
      balance: name,
      message: `a lease of wallet ${wallet.ref.userId}#${wallet.ref.lane} is negative`,
    }));

/** Where a balance and what entries and wallets say of it do not add up. */
function breaks(balance: Balance, sums: BalanceSums): string[] {
  const { limitNanoUsd, headroomNanoUsd, lentNanoUsd } = balance;
  const parts = headroomNanoUsd + balance.reservedNanoUsd + balance.settledNanoUsd + lentNanoUsd;
  const reserved = balance.reservedNanoUsd + sums.heldNanoUsd;
  const settled = balance.settledNanoUsd + sums.spentNanoUsd;
  const inWallets = sums.idleNanoUsd + sums.heldNanoUsd + sums.spentNanoUsd;
  const laws: [string, NanoUsd, string, NanoUsd][] = [
    ['limit', limitNanoUsd, 'headroom + reserved + settled + lent', parts],
    ['lent', lentNanoUsd, 'wallets have', inWallets],
    ['reserved', reserved, 'open reservations', sums.reservedNanoUsd],
    ['settled', settled, 'entries count', sums.settledNanoUsd],
  ];
  return laws
    .filter(([, left, , right]) => left !== right)
    .map(
      ([name, left, what, right]) => `${name} ${formatUsd(left)} but ${what} ${formatUsd(right)}`,
    );
}
