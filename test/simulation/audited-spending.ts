import { countedNanoUsd, type Entry } from '../../domain/ledger/entry.ts';
import { type Accounts, type Whole, wholeNameOf } from './audited-accounts.ts';

type Breaks = (law: string, facts: string) => void;

export type Spending = ReturnType<typeof createSpending>;

/** Tracks what was actually requested from providers, which no process knows. */
export function createSpending(accounts: Accounts, breaks: Breaks) {
  const spent = new Map<string, bigint>();
  const ordered = new Set<string>();

  /** The entry did not have to fit its budgets, or gave its money back. */
  function unbind(entry: Entry): void {
    for (const whole of wholesOf(accounts, entry)) whole.isUnbound = true;
  }

  /** Refunded money was not spent after all. */
  function correct(entry: Entry): void {
    const { entryId, chargedNanoUsd, corrections } = entry;
    const order = `${entryId} ${corrections?.at(-1)?.correctionId} ${chargedNanoUsd}`;
    if (!ordered.has(order)) breaks('a correction is one that was ordered', order);
    const refunded = (spent.get(entryId) ?? 0n) - chargedNanoUsd;
    if (refunded <= 0n) return;
    spent.set(entryId, chargedNanoUsd);
    for (const whole of wholesOf(accounts, entry)) whole.spentNanoUsd -= refunded;
  }

  /** What another model served was not spent under the budgets of the reserved one. */
  function leave(before: Entry, after: Entry): void {
    const wholes = wholesOf(accounts, after);
    for (const whole of wholesOf(accounts, before)) {
      if (!wholes.includes(whole)) whole.spentNanoUsd -= spent.get(after.entryId) ?? 0n;
    }
  }

  function checkCharge(entry: Entry): void {
    const truth = spent.get(entry.entryId) ?? 0n;
    if (isReleased(entry)) {
      if (truth > 0n) unbind(entry);
    } else if (entry.state !== 'reserved' && entry.chargedNanoUsd < truth) {
      breaks('a closed reservation charges what was spent', `${entry.entryId} ${entry.state}`);
    }
  }

  return {
    /** Follows a change of an entry. */
    follow(before: Entry | undefined, after: Entry): void {
      if (before?.state === 'settled') correct(after);
      if (before) leave(before, after);
      countExcess(accounts, before, after);
      checkCharge(after);
    },

    /** A provider call that costs at most the reserved amount. */
    spend(entry: Entry, costNanoUsd: bigint): void {
      spent.set(entry.entryId, (spent.get(entry.entryId) ?? 0n) + costNanoUsd);
      checkCharge(entry);
      for (const whole of wholesOf(accounts, entry)) {
        whole.spentNanoUsd += costNanoUsd;
        if (!whole.isUnbound && whole.spentNanoUsd > whole.ceilingNanoUsd) {
          breaks('true spend stays within the limit', `${whole.name} ${whole.spentNanoUsd}`);
        }
      }
    },

    order(entryId: string, correctionId: string, chargedNanoUsd: bigint): void {
      ordered.add(`${entryId} ${correctionId} ${chargedNanoUsd}`);
    },
  };
}

const wholesOf = (accounts: Accounts, { balances }: Entry): Whole[] =>
  balances.flatMap((name) => accounts.whole(wholeNameOf(name)) ?? []);

/** The amount that an entry charges beyond its earlier hold or charge did not have to fit. */
function countExcess(accounts: Accounts, before: Entry | undefined, after: Entry): void {
  if (after.state === 'reserved') return;
  const heldNanoUsd = before?.state === 'reserved' ? before.amountNanoUsd : 0n;
  const earlierNanoUsd = before ? heldNanoUsd + countedNanoUsd(before) : 0n;
  const earlierWholes = before ? wholesOf(accounts, before) : [];
  for (const whole of wholesOf(accounts, after)) {
    const coveredNanoUsd = earlierWholes.includes(whole) ? earlierNanoUsd : 0n;
    const excessNanoUsd = countedNanoUsd(after) - coveredNanoUsd;
    if (excessNanoUsd > 0n) whole.excessNanoUsd += excessNanoUsd;
  }
}

/** Whether an entry expired and returned its money. */
export const isReleased = ({ state, isReleasedAtExpiry }: Entry): boolean =>
  state === 'expired' && isReleasedAtExpiry === true;
