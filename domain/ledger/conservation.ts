import { formatUsd, type NanoUsd } from '../money.ts';
import { type Balance, parseBalanceName } from './budget.ts';
import { countedNanoUsd, type Entry } from './entry.ts';
import type { Wallet, WalletRecord } from './wallet.ts';

/** A balance with its organization and name, as the ledger stores it. */
export type NamedBalance = { organizationId: string; name: string; balance: Balance };

export type Violation = { organizationId: string; balance: string; message: string };

export type ConservationReport = {
  balances: number;
  entries: number;
  openReservations: number;
  reservedNanoUsd: NanoUsd;
  /** Everything that entries charge, by organization: what a report must add up to. */
  chargedNanoUsd: Map<string, NanoUsd>;
  /** Of it, what balances do not count until an operator confirms it. */
  disputedNanoUsd: NanoUsd;
  wallets: number;
  /** Lent to wallets and idle there: usable by others only after it is drawn in. */
  idleNanoUsd: NanoUsd;
  /** Settled above the limit, by overruns, lowered limits or budgets that do not enforce. */
  overageNanoUsd: NanoUsd;
  violations: Violation[];
};

/** What entries and wallets say of one balance. */
type Sums = {
  reservedNanoUsd: NanoUsd;
  settledNanoUsd: NanoUsd;
  idleNanoUsd: NanoUsd;
  /** Of what is reserved and settled, the part that lies in wallets. */
  heldNanoUsd: NanoUsd;
  spentNanoUsd: NanoUsd;
};

/**
 * The conservation law over a whole ledger: in every balance
 * `limit = headroom + reserved + settled + lent`; what is lent lies in wallets, idle, held or spent;
 * reserved, there and in wallets, is the sum of the open reservations that name the balance, and
 * settled the sum of what its entries charge less what is disputed of it; no wallet owes anything. Of a reservation that its
 * wallet has closed, the wallet knows before the entry. Feed every balance, entry and wallet once, in
 * any order, then ask for the report.
 * @param from date (`2026-11-21`) of the first period that is checked: of earlier ones, entries may
 *   be gone with their retention
 */
export function createConservationCheck(from = '') {
  const balances: NamedBalance[] = [];
  const wallets: { organizationId: string; wallet: Wallet }[] = [];
  /** Entries that are not closed and whose money a wallet holds. */
  const inWallets: Entry[] = [];
  const sums = new Map<string, Sums>();
  const chargedNanoUsd = new Map<string, NanoUsd>();
  let entries = 0;
  let openReservations = 0;
  let reservedNanoUsd = 0n;
  let disputedNanoUsd = 0n;

  return {
    addBalance(balance: NamedBalance): void {
      if (periodKeyOf(balance.name) >= from) balances.push(balance);
    },

    addEntry(entry: Entry): void {
      entries += 1;
      if (entry.state === 'reserved' && entry.wallet) inWallets.push(entry);
      else add(entry, undefined);
    },

    addWallet(organizationId: string, wallet: Wallet): void {
      wallets.push({ organizationId, wallet });
    },

    report(): ConservationReport {
      const violations: Violation[] = [];
      let overageNanoUsd = 0n;
      let idleNanoUsd = 0n;
      const records = new Map<string, WalletRecord>();
      for (const { organizationId, wallet } of wallets) {
        for (const [entryId, record] of wallet.records) records.set(entryId, record);
        for (const [name, lease] of wallet.leases) {
          if (periodKeyOf(name) < from) continue;
          idleNanoUsd += lease.idleNanoUsd;
          const sum = sumOf(organizationId, name);
          sum.idleNanoUsd += lease.idleNanoUsd;
          sum.spentNanoUsd += lease.spentNanoUsd;
          if (lease.idleNanoUsd >= 0n && lease.spentNanoUsd >= 0n) continue;
          const message = `a lease of wallet ${wallet.ref.userId}#${wallet.ref.lane} is negative`;
          violations.push({ organizationId, balance: name, message });
        }
      }
      for (const entry of inWallets.splice(0)) {
        const record = records.get(entry.entryId);
        if (record) add(entry, record);
      }
      const unseen = new Map(sums);
      for (const { organizationId, name, balance } of balances) {
        const key = sumKey(organizationId, name);
        const sum = sumOf(organizationId, name);
        unseen.delete(key);
        const overage = balance.settledNanoUsd + sum.spentNanoUsd - balance.limitNanoUsd;
        if (overage > 0n) overageNanoUsd += overage;
        for (const message of breaks(balance, sum)) {
          violations.push({ organizationId, balance: name, message });
        }
      }
      for (const key of unseen.keys()) {
        const [organizationId = '', name = ''] = key.split('#');
        violations.push({
          organizationId,
          balance: name,
          message: 'entries or wallets name it, but it is missing',
        });
      }
      return {
        balances: balances.length,
        entries,
        wallets: wallets.length,
        openReservations,
        reservedNanoUsd,
        chargedNanoUsd,
        disputedNanoUsd,
        idleNanoUsd,
        overageNanoUsd,
        violations,
      };
    },
  };

  function sumOf(organizationId: string, name: string): Sums {
    const key = sumKey(organizationId, name);
    const known = sums.get(key);
    if (known) return known;
    const sum = {
      reservedNanoUsd: 0n,
      settledNanoUsd: 0n,
      idleNanoUsd: 0n,
      heldNanoUsd: 0n,
      spentNanoUsd: 0n,
    };
    sums.set(key, sum);
    return sum;
  }

  /** @param record what its wallet knows, where the entry is not closed yet */
  function add(entry: Entry, record: WalletRecord | undefined): void {
    const isOpen = entry.state === 'reserved' && !record?.closing;
    const held = isOpen ? entry.amountNanoUsd : 0n;
    const closing = record?.closing ?? entry;
    const charged = closing.chargedNanoUsd;
    const counted = countedNanoUsd(closing);
    if (isOpen) openReservations += 1;
    reservedNanoUsd += held;
    const { organizationId } = entry;
    chargedNanoUsd.set(organizationId, (chargedNanoUsd.get(organizationId) ?? 0n) + charged);
    disputedNanoUsd += charged - counted;
    for (const [position, name] of entry.balances.entries()) {
      if (periodKeyOf(name) < from) continue;
      const sum = sumOf(organizationId, name);
      sum.reservedNanoUsd += held;
      sum.settledNanoUsd += counted;
      if (record && !record.exact.includes(position)) sum.heldNanoUsd += held;
    }
  }
}

const periodKeyOf = (name: string): string => parseBalanceName(name).periodKey;

const sumKey = (organizationId: string, name: string): string => `${organizationId}#${name}`;

function breaks(balance: Balance, sum: Sums): string[] {
  const { limitNanoUsd, headroomNanoUsd, lentNanoUsd } = balance;
  const parts = headroomNanoUsd + balance.reservedNanoUsd + balance.settledNanoUsd + lentNanoUsd;
  const reserved = balance.reservedNanoUsd + sum.heldNanoUsd;
  const settled = balance.settledNanoUsd + sum.spentNanoUsd;
  const inWallets = sum.idleNanoUsd + sum.heldNanoUsd + sum.spentNanoUsd;
  const differences: [string, NanoUsd, string, NanoUsd][] = [
    ['limit', limitNanoUsd, 'headroom + reserved + settled + lent', parts],
    ['lent', lentNanoUsd, 'wallets have', inWallets],
    ['reserved', reserved, 'open reservations', sum.reservedNanoUsd],
    ['settled', settled, 'entries count', sum.settledNanoUsd],
  ];
  return differences
    .filter(([, one, , other]) => one !== other)
    .map(([name, one, what, other]) => `${name} ${formatUsd(one)} but ${what} ${formatUsd(other)}`);
}
