import {
  type BalanceRef,
  type Budget,
  budgetsIn,
  heldByWallet,
  isLent,
  type SessionOwner,
} from '../../domain/ledger/budget.ts';
import { lanesNeeded, type Reader } from '../../domain/ledger/standing.ts';
import type { Wallet, WalletRef } from '../../domain/ledger/wallet.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { PlannedRead } from '../../tables/read-plan.ts';
import type { createRecentItems } from '../recent-items.ts';
import { hasOverdueOverride } from './end-overrides.ts';
import type { createStandingsMemory, Reading } from './standings-memory.ts';
import type { Holder as WalletHolder, UsersWallets } from './users-wallets.ts';

type StandingsMemory = ReturnType<typeof createStandingsMemory>;

export type Holder = WalletHolder & {
  /** Whom a session belongs to that has no owner; given for a request that is decided or charged. */
  owner?: SessionOwner | undefined;
};

/** Readings that were made for the decision that is about to be made. */
export type ReadAhead = ReadonlySet<Reading>;

/** What is asked about budgets. */
export type Question = {
  organizationId: string;
  refs: readonly ScopeRef[];
  atMs: number;
  nowMs: number;
  decides: boolean;
  holder: Holder | undefined;
  isFresh: boolean;
  mayRemember: boolean;
  ahead: ReadAhead;
};

/** What memory knows before anything is read. */
export type Outlook = {
  reader: Reader;
  /** Remembered readings that replace a read. */
  trusted: Reading[];
  /** Scopes to read, with the balances that their remembered budgets need. */
  asked: { ref: ScopeRef; balanceRefs: BalanceRef[] }[];
  needsWallet: boolean;
  /** A shared budget lends, so recent readings may be reused. */
  mayRecall: boolean;
  /** The wallet, if it need not be read. */
  recalled: Wallet | undefined;
  /** Memory has everything, so that nothing is read. */
  isWhole?: boolean | undefined;
  /** All of it was read for this decision. */
  isAhead?: boolean | undefined;
  /** A read of what is asked for brings everything, as far as memory of any age tells. */
  isForeseen?: boolean | undefined;
};

type Deps = {
  memory: StandingsMemory;
  recentItems: ReturnType<typeof createRecentItems>;
  usersWallets: UsersWallets;
};

/** @param joining reads of other tables for the same decision */
export function outlookOf(
  { memory, recentItems, usersWallets }: Deps,
  question: Question,
  joining: readonly PlannedRead[],
): Outlook {
  const { organizationId, refs, isFresh } = question;
  const reader = readerOf(usersWallets, question);
  const needed = (budget: Budget): BalanceRef[] => lanesNeeded(budget, reader);
  const readings = refs.map((ref) => memory.recall(organizationId, ref));
  const expected = readings.flatMap((reading) => budgetsIn(reading?.book));
  const memories = readings.filter((reading) => reading !== undefined);
  const isForeseen = memories.length === refs.length && mayBeRemembered(question, expected);
  if (question.mayRemember && isForeseen && recentItems.has(joining)) {
    const isAhead = memories.every(
      (reading) => question.ahead.has(reading) && memory.hasBalances(reading, needed),
    );
    if (isAhead || memories.every((reading) => memory.isComplete(reading, needed)))
      return { ...NOTHING_ASKED, reader, trusted: memories, isAhead };
  }
  const mayRecall = !isFresh && expected.some(isSharedLender);
  const { holder, mayRemember } = question;
  const recalled =
    mayRecall && holder && mayRemember ? usersWallets.recall(organizationId, holder) : undefined;
  const trusted: Reading[] = [];
  const asked: Outlook['asked'] = [];
  for (const [position, ref] of refs.entries()) {
    const reading = readings[position];
    const isUsable = reading && memory.isTrusted(reading, needed, recalled !== undefined);
    if (mayRecall && isUsable && !overdueIn(question, budgetsIn(reading.book)).length)
      trusted.push(reading);
    else asked.push({ ref, balanceRefs: budgetsIn(reading?.book).flatMap(needed) });
  }
  const readsWallet = !recalled && needsWallet(question, expected);
  return { reader, trusted, asked, needsWallet: readsWallet, mayRecall, recalled, isForeseen };
}

const NOTHING_ASKED = {
  asked: [],
  needsWallet: false,
  mayRecall: true,
  recalled: undefined,
  isWhole: true,
};

/**
 * Whether a hold under these budgets may be decided from memory: no wallet takes part, no override has
 * to end first, and no run of a session may have to begin.
 */
const mayBeRemembered = (question: Question, budgets: Budget[]): boolean =>
  !needsWallet(question, budgets) &&
  overdueIn(question, budgets).length === 0 &&
  budgets.every(({ scope }) => scope !== 'session');

/** The budgets whose overrides have to end before a decision. */
export const overdueIn = ({ decides, nowMs }: Question, budgets: Budget[]): Budget[] =>
  decides ? budgets.filter((budget) => hasOverdueOverride(budget, nowMs)) : [];

/** @param walletRef the wallet that was chosen; without it, the one to expect */
export function readerOf(
  usersWallets: UsersWallets,
  { organizationId, atMs, holder, isFresh }: Question,
  walletRef = holder ? usersWallets.usual(organizationId, holder) : NO_WALLET,
): Reader {
  return { atMs, walletRef, inAllLanes: isFresh };
}

const NO_WALLET: WalletRef = { userId: '', lane: 0 };

const isSharedLender = (budget: Budget): boolean => budget.scope !== 'user' && isLent(budget);

export const needsWallet = ({ holder }: Question, applying: Budget[]): boolean =>
  holder !== undefined && (holder.wallet !== undefined || heldByWallet(applying));
