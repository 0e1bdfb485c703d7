import type { NanoUsd } from '../money.ts';
import { countsIn } from './entry-counts.ts';
import { countedNanoUsd, type Entry } from './entry.ts';
import type { Wallet } from './wallet.ts';

/** What closed entries count in one balance: money, requests, tokens. */
export type SettledSum = { nanoUsd: NanoUsd; requests: number; tokens: number };

export const NOTHING_SETTLED: SettledSum = { nanoUsd: 0n, requests: 0, tokens: 0 };

/** What changes have done to one balance and its entries since a checkpoint. */
export type ChangedBalance = {
  organizationId: string;
  name: string;
  /** What the closed entries that name it count more than before. */
  settledBy: SettledSum;
  /** Whether the balance was opened since, so that nothing had counted in it before. */
  isOpened: boolean;
};

export type ChangedBalances = ReturnType<typeof createChangedBalances>;

/** Identifies a balance among all organizations. */
export const balanceId = (organizationId: string, name: string): string =>
  `${organizationId}#${name}`;

/**
 * Collects which balances changes of a ledger concern, and what the changes of entries add to their
 * settled sums. Sums do not depend on the order in which changes are added.
 */
export function createChangedBalances() {
  const changed = new Map<string, ChangedBalance>();
  let recent = new Set<string>();

  function touch(organizationId: string, name: string): ChangedBalance {
    const id = balanceId(organizationId, name);
    const balance = changed.get(id) ?? {
      organizationId,
      name,
      settledBy: NOTHING_SETTLED,
      isOpened: false,
    };
    changed.set(id, balance);
    recent.add(id);
    return balance;
  }

  function addSettled(entry: Entry, sign: 1 | -1): void {
    for (const name of entry.balances) {
      const balance = touch(entry.organizationId, name);
      if (entry.state === 'reserved') continue;
      const { settled } = countsIn(entry, name);
      balance.settledBy = sumOf(balance.settledBy, {
        nanoUsd: BigInt(sign) * countedNanoUsd(entry),
        requests: sign * settled.requests,
        tokens: sign * settled.tokens,
      });
    }
  }

  return {
    touch,

    addEntry(before: Entry | undefined, after: Entry | undefined): void {
      if (before) addSettled(before, -1);
      if (after) addSettled(after, 1);
    },

    addBalance(organizationId: string, name: string, isOpened: boolean): void {
      const balance = touch(organizationId, name);
      balance.isOpened ||= isOpened;
    },

    /** Touches the balances that a wallet borrows from or that its closed records name. */
    addWallet(organizationId: string, { leases, records }: Wallet): void {
      for (const name of leases.keys()) touch(organizationId, name);
      for (const { closing } of records.values()) {
        for (const name of closing?.balances ?? []) touch(organizationId, name);
      }
    },

    all: (): ChangedBalance[] => [...changed.values()],

    /** The ids of the balances that were touched since the last call. */
    takeTouched(): ReadonlySet<string> {
      const touched = recent;
      recent = new Set();
      return touched;
    },
  };
}

export const sumOf = (left: SettledSum, right: SettledSum): SettledSum => ({
  nanoUsd: left.nanoUsd + right.nanoUsd,
  requests: left.requests + right.requests,
  tokens: left.tokens + right.tokens,
});
