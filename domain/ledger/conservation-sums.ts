import type { NanoUsd } from '../money.ts';
import { parseBalanceName } from './budget.ts';
import { type CountsByUnit, eachUnit } from './counts.ts';
import { countsIn } from './entry-counts.ts';
import { countedNanoUsd, type Entry } from './entry.ts';
import { balanceId, type SettledSum } from './settled-sums.ts';
import { type Wallet, type WalletRecord, withClosing } from './wallet.ts';

/** What entries and wallets add up to for one balance. */
export type BalanceSums = {
  reservedNanoUsd: NanoUsd;
  settledNanoUsd: NanoUsd;
  idleNanoUsd: NanoUsd;
  /** The parts of the reserved and settled amounts that are in wallets. */
  heldNanoUsd: NanoUsd;
  spentNanoUsd: NanoUsd;
  /** Requests and tokens. */
  counts: Record<'reserved' | 'settled', CountsByUnit>;
};

export type LedgerTotals = {
  openReservations: number;
  reservedNanoUsd: NanoUsd;
  /** Everything that entries charge, by organization. Reports must add up to this. */
  chargedNanoUsd: Map<string, NanoUsd>;
  /** The part that balances exclude until an operator confirms it. */
  disputedNanoUsd: NanoUsd;
  /** Lent to wallets and idle there. Other callers can use it only after it is drawn in. */
  idleNanoUsd: NanoUsd;
};

/** The first day or month of a balance's period, as it appears in its name. */
export const periodKeyOf = (name: string): string => parseBalanceName(name).periodKey;

/**
 * Adds up entries and wallets per balance and in total.
 * @param from skips balances of earlier periods
 */
export function createBalanceSums(from: string) {
  const byBalance = new Map<string, BalanceSums>();
  const totals: LedgerTotals = {
    openReservations: 0,
    reservedNanoUsd: 0n,
    chargedNanoUsd: new Map(),
    disputedNanoUsd: 0n,
    idleNanoUsd: 0n,
  };

  function sumsOf(organizationId: string, name: string): BalanceSums {
    const key = `${organizationId}#${name}`;
    const sums = byBalance.get(key) ?? noSums();
    byBalance.set(key, sums);
    return sums;
  }

  return {
    totals,
    of: sumsOf,

    /** Every balance that was named so far, with its sums. */
    all: () => [...byBalance].map(namedSums),

    /** @param record what the wallet knows, if the entry is not closed yet */
    addEntry(entry: Entry, record?: WalletRecord): void {
      const { organizationId, amountNanoUsd } = entry;
      const isOpen = entry.state === 'reserved' && !record?.closing;
      const reserved = isOpen ? amountNanoUsd : 0n;
      const { chargedNanoUsd } = record?.closing ?? entry;
      const counted = countedNanoUsd(record?.closing ?? entry);
      const chargedBefore = totals.chargedNanoUsd.get(organizationId) ?? 0n;
      totals.openReservations += isOpen ? 1 : 0;
      totals.reservedNanoUsd += reserved;
      totals.chargedNanoUsd.set(organizationId, chargedBefore + chargedNanoUsd);
      totals.disputedNanoUsd += chargedNanoUsd - counted;
      const current = record?.closing ? withClosing(entry, record.closing) : entry;
      for (const [position, name] of current.balances.entries()) {
        if (periodKeyOf(name) < from) continue;
        const sums = sumsOf(organizationId, name);
        sums.reservedNanoUsd += reserved;
        sums.settledNanoUsd += counted;
        addCounts(sums, countsIn(current, name));
        if (record && !record.exact.includes(position)) sums.heldNanoUsd += reserved;
      }
    },

    /** Adds what closed entries of one balance are known to count, in place of these entries. */
    addSettled(organizationId: string, name: string, settled: SettledSum): void {
      addSettledTo(sumsOf(organizationId, name), settled);
    },

    addWallet(organizationId: string, { leases }: Wallet): void {
      for (const [name, { idleNanoUsd, spentNanoUsd }] of leases) {
        if (periodKeyOf(name) < from) continue;
        const sums = sumsOf(organizationId, name);
        sums.idleNanoUsd += idleNanoUsd;
        sums.spentNanoUsd += spentNanoUsd;
        totals.idleNanoUsd += idleNanoUsd;
      }
    },

    /** The balances that entries or wallets name and that are not in this list. */
    namedBut(balances: { organizationId: string; name: string }[]): string[][] {
      const listed = new Set(balances.map((each) => balanceId(each.organizationId, each.name)));
      return [...byBalance.keys()].filter((key) => !listed.has(key)).map((key) => key.split('#'));
    },
  };
}

function addSettledTo(sums: BalanceSums, { nanoUsd, requests, tokens }: SettledSum): void {
  sums.settledNanoUsd += nanoUsd;
  addCounts(sums, { reserved: eachUnit(() => 0), settled: { requests, tokens } });
}

/** A balance's organization and name, from the key of its sums. */
function namedSums([key, sums]: [string, BalanceSums]) {
  const end = key.indexOf('#');
  return { organizationId: key.slice(0, end), name: key.slice(end + 1), sums };
}

export const noSums = (): BalanceSums => ({
  reservedNanoUsd: 0n,
  settledNanoUsd: 0n,
  idleNanoUsd: 0n,
  heldNanoUsd: 0n,
  spentNanoUsd: 0n,
  counts: { reserved: eachUnit(() => 0), settled: eachUnit(() => 0) },
});

function addCounts({ counts }: BalanceSums, more: BalanceSums['counts']): void {
  counts.reserved = eachUnit((unit) => counts.reserved[unit] + more.reserved[unit]);
  counts.settled = eachUnit((unit) => counts.settled[unit] + more.settled[unit]);
}

/** Adds what another part of the ledger says about the same balance, in place. */
export function addSums(sums: BalanceSums, more: BalanceSums): void {
  sums.reservedNanoUsd += more.reservedNanoUsd;
  sums.settledNanoUsd += more.settledNanoUsd;
  sums.idleNanoUsd += more.idleNanoUsd;
  sums.heldNanoUsd += more.heldNanoUsd;
  sums.spentNanoUsd += more.spentNanoUsd;
  addCounts(sums, more.counts);
}
