import { formatUsd, type NanoUsd } from '../money.ts';
import { type Balance, parseBalanceName } from './budget.ts';
import type { Entry } from './entry.ts';

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
  /** Settled above the limit, by overruns, lowered limits or budgets that do not enforce. */
  overageNanoUsd: NanoUsd;
  violations: Violation[];
};

type Sums = { reservedNanoUsd: NanoUsd; settledNanoUsd: NanoUsd };

/**
 * The conservation law over a whole ledger: in every balance `limit = headroom + reserved + settled`,
 * `reserved` is the sum of the open reservations that name it, and `settled` the sum of what its
 * entries charge. Feed every balance and entry once, in any order, then ask for the report.
 * @param from date (`2026-11-21`) of the first period that is checked: of earlier ones, entries may
 *   be gone with their retention
 */
export function createConservationCheck(from = '') {
  const balances: NamedBalance[] = [];
  const sums = new Map<string, Sums>();
  const chargedNanoUsd = new Map<string, NanoUsd>();
  let entries = 0;
  let openReservations = 0;
  let reservedNanoUsd = 0n;

  return {
    addBalance(balance: NamedBalance): void {
      if (periodKeyOf(balance.name) >= from) balances.push(balance);
    },

    addEntry(entry: Entry): void {
      entries += 1;
      const held = entry.state === 'reserved' ? entry.amountNanoUsd : 0n;
      if (entry.state === 'reserved') openReservations += 1;
      reservedNanoUsd += held;
      const { organizationId } = entry;
      const before = chargedNanoUsd.get(organizationId) ?? 0n;
      chargedNanoUsd.set(organizationId, before + entry.chargedNanoUsd);
      for (const name of entry.balances) {
        if (periodKeyOf(name) < from) continue;
        const key = sumKey(organizationId, name);
        const sum = sums.get(key) ?? { reservedNanoUsd: 0n, settledNanoUsd: 0n };
        sum.reservedNanoUsd += held;
        sum.settledNanoUsd += entry.chargedNanoUsd;
        sums.set(key, sum);
      }
    },

    report(): ConservationReport {
      const violations: Violation[] = [];
      let overageNanoUsd = 0n;
      const unseen = new Map(sums);
      for (const { organizationId, name, balance } of balances) {
        const key = sumKey(organizationId, name);
        const sum = sums.get(key) ?? { reservedNanoUsd: 0n, settledNanoUsd: 0n };
        unseen.delete(key);
        const overage = balance.settledNanoUsd - balance.limitNanoUsd;
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
          message: 'entries name it, it is missing',
        });
      }
      return {
        balances: balances.length,
        entries,
        openReservations,
        reservedNanoUsd,
        chargedNanoUsd,
        overageNanoUsd,
        violations,
      };
    },
  };
}

const periodKeyOf = (name: string): string => parseBalanceName(name).periodKey;

const sumKey = (organizationId: string, name: string): string => `${organizationId}#${name}`;

function breaks(balance: Balance, sum: Sums): string[] {
  const { limitNanoUsd, headroomNanoUsd, reservedNanoUsd, settledNanoUsd } = balance;
  const parts = headroomNanoUsd + reservedNanoUsd + settledNanoUsd;
  return [
    parts === limitNanoUsd
      ? undefined
      : `limit ${formatUsd(limitNanoUsd)} but headroom + reserved + settled ${formatUsd(parts)}`,
    reservedNanoUsd === sum.reservedNanoUsd
      ? undefined
      : `reserved ${formatUsd(reservedNanoUsd)} but open reservations ${formatUsd(sum.reservedNanoUsd)}`,
    settledNanoUsd === sum.settledNanoUsd
      ? undefined
      : `settled ${formatUsd(settledNanoUsd)} but entries charge ${formatUsd(sum.settledNanoUsd)}`,
  ].filter((message) => message !== undefined);
}
