import {
  balanceNameOf,
  type BalanceRef,
  type Budget,
  type BudgetBook,
  budgetsIn,
  type BudgetStanding,
  heldByWallet,
  isLent,
  parseBalanceName,
  type SessionOwner,
} from '../../domain/ledger/budget.ts';
import { lanesNeeded, type Reader, standingOf } from '../../domain/ledger/standing.ts';
import type { HomeMove, Wallet, WalletChange, WalletRef } from '../../domain/ledger/wallet.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import { balanceRead, bookRead } from '../../tables/ledger/budgets.ts';
import { walletRead } from '../../tables/ledger/wallets.ts';
import { optimistically } from '../../tables/optimistically.ts';
import { createReadPlan, type PlannedRead, type ReadPlan } from '../../tables/read-plan.ts';
import { unavailable } from '../errors.ts';
import { createRecentItems } from '../recent-items.ts';
import { type EndDeps, endOverdueOverrides, hasOverdueOverride } from './end-overrides.ts';
import { keepSessions } from './keep-sessions.ts';
import { openBalances } from './open-balances.ts';
import { createStandingsMemory, type Reading, TRUSTED_MS } from './standings-memory.ts';
import {
  createUsersWallets,
  type Holder as WalletHolder,
  type UsersWallets,
} from './users-wallets.ts';

export type Standings = {
  /** Returns the budgets that apply to any of the given scopes, each with its balance. */
  of(refs: ScopeRef[]): BudgetStanding[];
  /** The holder's wallet, read if a budget lends. */
  wallet: Wallet | undefined;
  /** Whom the session of the request belongs to, if it has a budget. */
  sessionOwner: SessionOwner | undefined;
  /** The books of all scopes that were read. */
  books: BudgetBook[];
};

type Holder = WalletHolder & {
  /** Whom a session belongs to that has no owner; given for a request that is decided or charged. */
  owner?: SessionOwner | undefined;
};

export type ReadOptions = {
  /** Reads of other tables for the same decision, sent in the same batch. */
  plan?: Pick<ReadPlan, 'reads'> | undefined;
  /** Whose reservation this decides. */
  holder?: Holder | undefined;
  /** Bypass memory and read everything, in all lanes. */
  isFresh?: boolean | undefined;
  /** The time of the call, where another one determines the periods: it decides what a limit is. */
  nowMs?: number | undefined;
  /** Whether something is granted or shown by what is read; a charge happens in any case. */
  decides?: boolean | undefined;
};

type Question = {
  organizationId: string;
  refs: readonly ScopeRef[];
  atMs: number;
  nowMs: number;
  decides: boolean;
  holder: Holder | undefined;
  isFresh: boolean;
};

type StandingsDeps = EndDeps & {
  now?: (() => number) | undefined;
  mostOpenRecords?: number | undefined;
};

export type StandingsReader = ReturnType<typeof createStandingsReader>;

type Deps = EndDeps & {
  memory: ReturnType<typeof createStandingsMemory>;
  now: () => number;
  recentItems: ReturnType<typeof createRecentItems>;
  usersWallets: UsersWallets;
};

/**
 * Reads the budgets of scopes and their balances at a given time. Takes one consistent read once
 * this process has seen the scopes before, because it then knows which balances to request. If a
 * shared budget lends, remembers what all requests share for two seconds, because thousands of
 * requests per second cannot all read one item: shared scopes whose budgets all lend or that have
 * none, the reads of other tables, and the user's own wallet and budgets. Always reads budgets that do
 * not lend; lent money is spent only through wallets. Opens balances of a new period on the way.
 */
export function createStandingsReader({
  now = Date.now,
  mostOpenRecords,
  ...stores
}: StandingsDeps) {
  const memory = createStandingsMemory(now);
  const recentItems = createRecentItems(now, TRUSTED_MS);
  const usersWallets = createUsersWallets({
    now,
    mostOpenRecords,
    trustedMs: TRUSTED_MS,
    userBookOf: (organizationId, userId) =>
      memory.recall(organizationId, { scope: 'user', scopeId: userId })?.book,
    readMany: stores.wallets.getMany,
  });
  const deps: Deps = { ...stores, memory, now, recentItems, usersWallets };

  return {
    /**
     * @param refs scopes whose budgets may apply, each once
     * @param atMs the time that determines the periods
     * @throws ServiceError `unavailable` if contention prevents a balance from being opened
     */
    async read(
      organizationId: string,
      refs: readonly ScopeRef[],
      atMs: number,
      options: ReadOptions = {},
    ): Promise<Standings> {
      const { plan, holder, isFresh = holder === undefined } = options;
      const { nowMs = atMs, decides = true } = options;
      const question = { organizationId, refs, atMs, nowMs, decides, holder, isFresh };
      let joining = plan?.reads ?? [];
      const outcome = await optimistically(
        async () => {
          const standings = await readOnce(deps, question, joining);
          joining = [];
          return standings ? { done: standings } : 'conflict';
        },
        { pause: deps.pause },
      );
      if (outcome) return outcome.done;
      throw unavailable(
        'Too many requests are opening the same balance. Retry in a second.',
        1_000,
      );
    },

    /** What this process knows of wallets. */
    usersWallets,

    /** Takes note of a change that this process has written to a wallet and to balances. */
    noteWallet(
      organizationId: string,
      ref: WalletRef,
      change: WalletChange,
      moves: readonly HomeMove[],
    ): void {
      usersWallets.noteChange(organizationId, ref, change);
      for (const { name } of moves) memory.forgetMember(organizationId, parseBalanceName(name));
    },
  };
}

/** One attempt. @returns `undefined` if budgets changed while their balances were being opened */
async function readOnce(
  deps: Deps,
  question: Question,
  joining: readonly PlannedRead[],
): Promise<Standings | undefined> {
  const { organizationId } = question;
  const outlook = outlookOf(deps, question);
  const { readings, wallet: expectedWallet } = await readBatch(deps, question, outlook, joining);
  const applying = [...outlook.trusted, ...readings].flatMap(({ book }) => budgetsIn(book));
  const { holder, decides } = question;
  const wallet =
    holder && !outlook.recalled && needsWallet(question, applying)
      ? await deps.usersWallets.walletOf(organizationId, holder, decides, expectedWallet)
      : (outlook.recalled ?? expectedWallet);
  const reader = readerOf(deps, question, wallet?.ref);
  const needs = [...outlook.trusted, ...readings].flatMap((reading) =>
    budgetsIn(reading.book).map((budget) => ({
      ...reading,
      budget,
      refs: lanesNeeded(budget, reader),
      isNew: readings.includes(reading),
    })),
  );
  if (await endOverrides(deps, question, applying)) return undefined;
  if (!(await openBalances(deps, organizationId, needs, question))) return undefined;
  if (holder?.owner) {
    const kept = { owner: holder.owner, atMs: Math.min(question.atMs, deps.now()) };
    if (await keepSessions(deps, organizationId, needs, kept)) return undefined;
  }
  const standings = needs.map(({ budget, balances, isNew }) =>
    standingOf(budget, balances, reader, { wallet, isNew }),
  );
  return {
    of: (scopes) =>
      scopes.flatMap((ref) =>
        standings.filter(
          ({ budget }) => budget.scope === ref.scope && budget.scopeId === ref.scopeId,
        ),
      ),
    books: [...outlook.trusted, ...readings].map(({ book }) => book),
    sessionOwner: needs.find(({ budget }) => budget.scope === 'session')?.book.owner,
    wallet,
  };
}

/** What memory knows before anything is read. */
type Outlook = {
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
};

function outlookOf(deps: Deps, question: Question): Outlook {
  const { organizationId, refs, isFresh } = question;
  const reader = readerOf(deps, question);
  const needed = (budget: Budget): BalanceRef[] => lanesNeeded(budget, reader);
  const readings = refs.map((ref) => deps.memory.recall(organizationId, ref));
  const expected = readings.flatMap((reading) => budgetsIn(reading?.book));
  const mayRecall = !isFresh && expected.some(isSharedLender);
  const { holder, decides } = question;
  const recalled =
    mayRecall && holder && decides ? deps.usersWallets.recall(organizationId, holder) : undefined;
  const trusted: Reading[] = [];
  const asked: Outlook['asked'] = [];
  for (const [position, ref] of refs.entries()) {
    const reading = readings[position];
    const isUsable = reading && deps.memory.isTrusted(reading, needed, recalled !== undefined);
    if (mayRecall && isUsable && !overdueIn(question, budgetsIn(reading.book)).length)
      trusted.push(reading);
    else asked.push({ ref, balanceRefs: budgetsIn(reading?.book).flatMap(needed) });
  }
  const readsWallet = !recalled && needsWallet(question, expected);
  return { reader, trusted, asked, needsWallet: readsWallet, mayRecall, recalled };
}

/** Reads everything that the outlook and the plan ask for, in one batch. */
async function readBatch(
  { budgets, memory, recentItems }: Deps,
  { organizationId }: Question,
  { reader, asked, needsWallet: isExpected, mayRecall }: Outlook,
  joining: readonly PlannedRead[],
): Promise<{ readings: Reading[]; wallet: Wallet | undefined }> {
  const plan = createReadPlan();
  const books = asked.map(({ ref }) => plan.add(bookRead(organizationId, ref)));
  const balances = asked.map(({ balanceRefs }) =>
    balanceRefs.map((ref) => ({ ref, balance: plan.add(balanceRead(organizationId, ref)) })),
  );
  recentItems.join(plan, joining, mayRecall);
  const wallet = isExpected ? plan.add(walletRead(organizationId, reader.walletRef)) : undefined;
  await budgets.run(plan);
  const readings = books.map(({ value: book }, position) => {
    const reading = memory.keep(organizationId, book);
    for (const { ref, balance } of balances[position] ?? []) {
      if (balance.value) reading.balances.set(balanceNameOf(ref), balance.value);
    }
    return reading;
  });
  return { readings, wallet: wallet?.value };
}

/** The budgets whose overrides have to end before a decision. */
const overdueIn = ({ decides, nowMs }: Question, budgets: Budget[]): Budget[] =>
  decides ? budgets.filter((budget) => hasOverdueOverride(budget, nowMs)) : [];

/** Ends overrides whose time is over. @returns whether there were any, so that all is read again */
async function endOverrides(
  deps: EndDeps,
  question: Question,
  budgets: Budget[],
): Promise<boolean> {
  const overdue = overdueIn(question, budgets);
  for (const budget of overdue) await endOverdueOverrides(deps, question, budget);
  return overdue.length > 0;
}

/** @param walletRef the wallet that was chosen; without it, the one to expect */
function readerOf(
  { usersWallets }: Deps,
  { organizationId, atMs, holder, isFresh }: Question,
  walletRef = holder ? usersWallets.usual(organizationId, holder) : NO_WALLET,
): Reader {
  return { atMs, walletRef, inAllLanes: isFresh };
}

const NO_WALLET: WalletRef = { userId: '', lane: 0 };

const isSharedLender = (budget: Budget): boolean => budget.scope !== 'user' && isLent(budget);

const needsWallet = ({ holder }: Question, applying: Budget[]): boolean =>
  holder !== undefined && (holder.wallet !== undefined || heldByWallet(applying));
