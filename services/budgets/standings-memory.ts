import {
  type Balance,
  balanceNameOf,
  type BalanceRef,
  type Budget,
  type BudgetBook,
  budgetsIn,
  isLent,
  parseBalanceName,
} from '../../domain/ledger/budget.ts';
import {
  balanceAfter,
  balanceChanges,
  holdChanges,
  type NamedChange,
} from '../../domain/ledger/balance-changes.ts';
import type { BalanceChange, Entry } from '../../domain/ledger/entry.ts';
import { notesHold } from '../../domain/ledger/hold-end.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import { createMemory, type Memory } from '../memory.ts';

const SCOPES_REMEMBERED = 10_000;
/** How long shared readings of a busy organization are trusted. */
export const TRUSTED_MS = 2_000;

/** The budgets of a scope as read, and any of their balances that were read, by name. */
export type Reading = { book: BudgetBook; balances: Map<string, Balance>; readAtMs: number };

/** Remembers the budgets of scopes, so that one read can request their balances as well. */
export function createStandingsMemory(now: () => number) {
  const readings = createMemory<Reading>({ most: SCOPES_REMEMBERED, now });
  const isRecent = ({ readAtMs }: Reading): boolean => Math.abs(now() - readAtMs) < TRUSTED_MS;
  const hasBalances = ({ book, balances }: Reading, needed: Needed): boolean =>
    budgetsIn(book)
      .flatMap(needed)
      .every((ref) => balances.has(balanceNameOf(ref)));

  return {
    /** The last reading, of any age. */
    recall: (organizationId: string, ref: ScopeRef): Reading | undefined =>
      readings.get(nameOf(organizationId, ref)),

    /** Forgets the budgets of a user, whose balance has changed. Others are shared anyway. */
    forgetMember(organizationId: string, ref: ScopeRef): void {
      if (ref.scope === 'user') readings.delete(nameOf(organizationId, ref));
    },

    /**
     * Remembers budgets. Balances may be added to the reading later.
     * @param readAtMs when the read began
     */
    keep(organizationId: string, book: BudgetBook, readAtMs = now()): Reading {
      const reading = { book, balances: new Map<string, Balance>(), readAtMs };
      readings.set(nameOf(organizationId, book), reading);
      return reading;
    },

    /**
     * Whether a decision may use this reading instead of a new one: its scope is shared, it is
     * under two seconds old, all its budgets lend, and it has the needed balances.
     * @param isUserTrusted whether it may be the user's own, because their wallet is remembered too
     */
    isTrusted: (reading: Reading, needed: Needed, isUserTrusted = false): boolean =>
      (reading.book.scope !== 'user' || isUserTrusted) &&
      reading.book.scope !== 'session' &&
      isRecent(reading) &&
      budgetsIn(reading.book).every(isLent) &&
      hasBalances(reading, needed),

    /** Whether a reading has the balances that its budgets need. */
    hasBalances,

    /**
     * Whether a hold that checks limits and room as it is written may use this reading instead of a
     * new one: it is under two seconds old and has the needed balances. Members without a budget are
     * read, so that their first one is in force at once.
     */
    isComplete: (reading: Reading, needed: Needed): boolean =>
      (!isMember(reading.book) || budgetsIn(reading.book).length > 0) &&
      isRecent(reading) &&
      hasBalances(reading, needed),

    /** Applies a hold that this process has written to the balances that it remembers. */
    noteHold: (entry: Entry): void =>
      move(readings, entry.organizationId, holdChanges(entry), (balance) =>
        notesHold(balance, entry.occurredAtMs) ? { holdEndsAtMs: entry.expiresAtMs } : {},
      ),

    /** The same for a change of an entry that its balances hold. */
    noteChange: (
      before: Entry,
      after: Entry,
      change: BalanceChange,
      returnedNanoUsd: bigint,
    ): void =>
      move(readings, after.organizationId, balanceChanges(before, after, change, returnedNanoUsd)),
  };
}

/** Changes the balances that are remembered. @param noted what else becomes of them */
function move(
  readings: Memory<Reading>,
  organizationId: string,
  changes: readonly NamedChange[],
  noted: (balance: Balance) => Partial<Balance> = () => ({}),
): void {
  for (const change of changes) {
    const { name } = change;
    const reading = readings.get(nameOf(organizationId, parseBalanceName(name)));
    const balance = reading?.balances.get(name);
    if (!balance) continue;
    reading?.balances.set(name, { ...balanceAfter(balance, change), ...noted(balance) });
  }
}

const isMember = ({ scope }: ScopeRef): boolean => scope === 'user' || scope === 'session';

/** The balances that a decision needs of a budget. */
type Needed = (budget: Budget) => BalanceRef[];

const nameOf = (organizationId: string, { scope, scopeId }: ScopeRef): string =>
  `${organizationId}#${scope}#${scopeId}`;
