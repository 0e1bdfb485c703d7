import { formatUsd, type NanoUsd } from '../money.ts';
import type { Balance } from './budget.ts';
import { COUNT_UNITS, untouchedCounters } from './counts.ts';
import {
  type BalanceSums,
  createBalanceSums,
  type LedgerTotals,
  periodKeyOf,
} from './conservation-sums.ts';
import type { Entry } from './entry.ts';
import { balanceId, type SettledSum } from './settled-sums.ts';
import type { Wallet } from './wallet.ts';

/** A balance with its organization and name, as stored. */
export type NamedBalance = { organizationId: string; name: string; balance: Balance };

type OwnedWallet = { organizationId: string; wallet: Wallet };

export type Violation = { organizationId: string; balance: string; message: string };

/** Equal for two reports of the same violation. */
export const textOfViolation = ({ organizationId, balance, message }: Violation): string =>
  balanceId(organizationId, balance) + message;

export type ConservationReport = LedgerTotals & {
  balances: number;
  entries: number;
  wallets: number;
  /** Settled above the limit because of overruns, lowered limits or budgets that do not enforce. */
  overageNanoUsd: NanoUsd;
  violations: Violation[];
};

/**
 * Checks the conservation law over a whole ledger. In every balance `limit = headroom + reserved +
 * settled + lent`, and lent money is in wallets: idle, held or spent. Reserved money, in balances
 * and wallets, is the sum of the open reservations that name the balance. Settled money is the sum
 * of what its entries charge, excluding disputed amounts. Requests and tokens obey the same law; they
 * are never lent. No wallet owes anything. A wallet learns
 * before the entry does that a reservation is closed. Add every balance, entry and wallet once, in
 * any order, then ask for the report once.
 * @param from date (`2026-11-21`) of the first period to check, because entries of earlier periods
 *   may have reached the end of their retention
 */
export function createConservationCheck(from = '') {
  const balances: NamedBalance[] = [];
  const wallets: OwnedWallet[] = [];
  /** Open entries whose money is in a wallet. */
  const inWallets: Entry[] = [];
  const sums = createBalanceSums(from);
  const unknown = new Set<string>();
  const adopted = new Map<string, SettledSum>();
  let entries = 0;

  const sumsOf = (each: NamedBalance) => sums.of(each.organizationId, each.name);
  function adopt({ organizationId, name, balance }: NamedBalance): void {
    if (!unknown.has(balanceId(organizationId, name))) return;
    const settled = settledBeyond(balance, sums.of(organizationId, name));
    sums.addSettled(organizationId, name, settled);
    adopted.set(balanceId(organizationId, name), settled);
  }

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

    /**
     * Adds what closed entries of a balance count, in place of these entries.
     * @param settled absent if it is not known. The balance's own figure is then taken for it.
     */
    addSettled(organizationId: string, name: string, settled: SettledSum | undefined): void {
      if (settled) sums.addSettled(organizationId, name, settled);
      else unknown.add(balanceId(organizationId, name));
    },

    /** What the report took for unknown sums, by `balanceId`. */
    adopted: (): ReadonlyMap<string, SettledSum> => adopted,

    report(): ConservationReport {
      const records = new Map(wallets.flatMap(({ wallet }) => [...wallet.records]));
      for (const entry of inWallets) {
        const record = records.get(entry.entryId);
        if (record) sums.addEntry(entry, record);
      }
      balances.forEach(adopt);
      const checked = balances.map((each) => ({ ...each, sums: sumsOf(each) }));
      return {
        ...sums.totals,
        balances: balances.length,
        entries,
        wallets: wallets.length,
        overageNanoUsd: checked.reduce((sum, each) => sum + overageOf(each.balance, each.sums), 0n),
        violations: [
          ...wallets.flatMap((each) => negativeLeases(each, from)),
          ...checked.flatMap(breaksIn),
          ...missingOf(sums.namedBut(balances)),
        ],
      };
    },
  };
}

function overageOf({ settledNanoUsd, limitNanoUsd }: Balance, sums: BalanceSums): NanoUsd {
  const overage = settledNanoUsd + sums.spentNanoUsd - limitNanoUsd;
  return overage > 0n ? overage : 0n;
}

const breaksIn = ({
  organizationId,
  name,
  balance,
  sums,
}: NamedBalance & { sums: BalanceSums }): Violation[] =>
  breaksOf(balance, sums).map((message) => ({ organizationId, balance: name, message }));

const missingOf = (names: string[][]): Violation[] =>
  names.map(([organizationId = '', balance = '']) => ({
    organizationId,
    balance,
    message: MISSING,
  }));

/** What is wrong with a balance that does not exist but is named. */
export const MISSING = 'entries or wallets name it, but it is missing';

/** What is wrong with a balance, by what entries and wallets say about it. */
export const breaksOf = (balance: Balance, sums: BalanceSums): string[] => [
  ...breaks(balance, sums),
  ...countBreaks(balance, sums),
];

export const negativeLeases = (
  { organizationId, wallet }: OwnedWallet,
  from: string,
): Violation[] =>
  [...wallet.leases]
    .filter(([, { idleNanoUsd, spentNanoUsd }]) => idleNanoUsd < 0n || spentNanoUsd < 0n)
    .filter(([name]) => periodKeyOf(name) >= from)
    .map(([name]) => ({
      organizationId,
      balance: name,
      message: `a lease of wallet ${wallet.ref.userId}#${wallet.ref.lane} is negative`,
    }));

/** What a balance and its wallets have settled more than these sums say. */
const settledBeyond = (balance: Balance, sums: BalanceSums): SettledSum => {
  const counters = balance.counters ?? untouchedCounters({});
  return {
    nanoUsd: balance.settledNanoUsd + sums.spentNanoUsd - sums.settledNanoUsd,
    requests: counters.requests.settled - sums.counts.settled.requests,
    tokens: counters.tokens.settled - sums.counts.settled.tokens,
  };
};

/** The differences between a balance and what its entries and wallets add up to. */
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

/** The same for requests and tokens. */
function countBreaks({ counters = untouchedCounters({}) }: Balance, { counts }: BalanceSums) {
  return COUNT_UNITS.flatMap((unit) => {
    const { limit, headroom, reserved, settled } = counters[unit];
    const laws: [string, number, string, number][] = [
      ['limit', limit, 'headroom + reserved + settled', headroom + reserved + settled],
      ['reserved', reserved, 'open reservations', counts.reserved[unit]],
      ['settled', settled, 'entries count', counts.settled[unit]],
    ];
    return laws
      .filter(([, left, , right]) => left !== right)
      .map(([name, left, what, right]) => `${unit}: ${name} ${left} but ${what} ${right}`);
  });
}
