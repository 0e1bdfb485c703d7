import {
  balanceNameOf,
  type Budget,
  type BudgetBook,
  budgetsIn,
  type BudgetStanding,
  parseBalanceName,
  type SessionOwner,
} from '../../domain/ledger/budget.ts';
import { conductChangeOf } from '../../domain/ledger/conduct.ts';
import type { BalanceChange, Entry } from '../../domain/ledger/entry.ts';
import { lanesNeeded, standingOf } from '../../domain/ledger/standing.ts';
import type { HomeMove, Wallet, WalletChange, WalletRef } from '../../domain/ledger/wallet.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import { balanceRead, bookRead } from '../../tables/ledger/budgets.ts';
import { conductRead } from '../../tables/ledger/conduct.ts';
import { walletRead } from '../../tables/ledger/wallets.ts';
import { optimistically } from '../../tables/optimistically.ts';
import { createReadPlan, type PlannedRead, type ReadPlan } from '../../tables/read-plan.ts';
import { unavailable } from '../errors.ts';
import { createRecentItems } from '../recent-items.ts';
import { type EndDeps, endOverdueOverrides } from './end-overrides.ts';
import { keepSessions } from './keep-sessions.ts';
import { openBalances } from './open-balances.ts';
import { createStandingsMemory, type Reading, TRUSTED_MS } from './standings-memory.ts';
import {
  type Holder,
  needsWallet,
  type Outlook,
  outlookOf,
  overdueIn,
  type Question,
  type ReadAhead,
  readerOf,
} from './standings-outlook.ts';
import { createUsersWallets, type UsersWallets } from './users-wallets.ts';

export type Standings = {
  /** Returns the budgets that apply to any of the given scopes, each with its balance. */
  of(refs: ScopeRef[]): BudgetStanding[];
  /** The holder's wallet, read if a budget lends. */
  wallet: Wallet | undefined;
  /** Whom the session of the request belongs to, if it has a budget. */
  sessionOwner: SessionOwner | undefined;
  /** The books of all scopes that were read. */
  books: BudgetBook[];
  /**
   * Set if nothing was read: the standings are up to two seconds old, and the room that they must
   * have to decide, in requests like the one that is decided.
   */
  memory?: { roomRequests: number } | undefined;
};

export type ReadOptions = {
  /** Reads of other tables for the same decision, sent in the same batch. */
  plan?: Pick<ReadPlan, 'reads'> | undefined;
  /** Whose reservation this decides. */
  holder?: Holder | undefined;
  /** Bypass memory and read everything, in all lanes. */
  isFresh?: boolean | undefined;
  /**
   * Whether memory may replace the whole read. Only for a hold in balances that checks what it was
   * decided by as it is written.
   */
  mayRemember?: boolean | undefined;
  /** What was read of these scopes a moment ago for the same decision (`readAhead`). */
  ahead?: ReadAhead | undefined;
  /** The time of the call, where another one determines the periods: it decides what a limit is. */
  nowMs?: number | undefined;
  /** Whether something is granted or shown by what is read; a charge happens in any case. */
  decides?: boolean | undefined;
};

type StandingsDeps = EndDeps & {
  now?: (() => number) | undefined;
  mostOpenRecords?: number | undefined;
  /** How many requests remembered balances must have room for. */
  roomRequests?: number | undefined;
};

/** With so much room, others hardly use it up before memory is too old. */
const ROOM_REQUESTS = 16;

export type StandingsReader = ReturnType<typeof createStandingsReader>;

type Deps = EndDeps & {
  memory: ReturnType<typeof createStandingsMemory>;
  now: () => number;
  recentItems: ReturnType<typeof createRecentItems>;
  usersWallets: UsersWallets;
  roomRequests: number;
};

/**
 * Reads the budgets of scopes and their balances at a given time. Takes one consistent read once
 * this process has seen the scopes before, because it then knows which balances to request. If a
 * shared budget lends, remembers what all requests share for two seconds, because thousands of
 * requests per second cannot all read one item: shared scopes whose budgets all lend or that have
 * none, the reads of other tables, and the user's own wallet and budgets. If no budget lends, a hold
 * may be decided from memory of the same age alone (`mayRemember`). Opens balances of a new period on
 * the way.
 */
export function createStandingsReader({
  now = Date.now,
  mostOpenRecords,
  roomRequests = ROOM_REQUESTS,
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
    readMany: (organizationId, refs) => stores.wallets.getMany(organizationId, refs),
  });
  const deps: Deps = { ...stores, memory, now, recentItems, usersWallets, roomRequests };

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
      const question = questionOf(organizationId, refs, atMs, options);
      let joining = options.plan?.reads ?? [];
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

    /**
     * Reads what `read` will most likely need, so that it need not wait again: only if this process
     * knows the budgets of all scopes and memory does not suffice to decide.
     * @returns `undefined` if there is nothing to read
     */
    readAhead(
      organizationId: string,
      refs: readonly ScopeRef[],
      atMs: number,
      options: ReadOptions,
    ): Promise<ReadAhead> | undefined {
      const question = questionOf(organizationId, refs, atMs, { ...options, mayRemember: true });
      const joining = options.plan?.reads ?? [];
      const outlook = outlookOf(deps, question, joining);
      if (outlook.isWhole || !outlook.isForeseen) return undefined;
      return readBatch(deps, question, outlook, joining).then(({ readings }) => new Set(readings));
    },

    ...notes(deps),
  };
}

/** Takes note of what this process has written. */
const notes = ({ memory, recentItems, usersWallets }: Deps) => ({
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

  /** Takes note of a hold that this process has written to balances. */
  noteHold: memory.noteHold,

  /** The same for a change of an entry that its balances hold. */
  noteChange(before: Entry, after: Entry, change: BalanceChange, returnedNanoUsd = 0n): void {
    memory.noteChange(before, after, change, returnedNanoUsd);
    const conduct = conductChangeOf(before, after);
    if (conduct) recentItems.forget(conductRead(conduct.organizationId, conduct.keyId));
  },
});

const questionOf = (
  organizationId: string,
  refs: readonly ScopeRef[],
  atMs: number,
  options: ReadOptions,
): Question => {
  const { holder, isFresh = holder === undefined, nowMs = atMs } = options;
  const { decides = true, mayRemember = false, ahead = new Set() } = options;
  return { organizationId, refs, atMs, nowMs, decides, holder, isFresh, mayRemember, ahead };
};

/** One attempt. @returns `undefined` if budgets changed while their balances were being opened */
async function readOnce(
  deps: Deps,
  question: Question,
  joining: readonly PlannedRead[],
): Promise<Standings | undefined> {
  const { organizationId } = question;
  const outlook = outlookOf(deps, question, joining);
  const { readings, wallet: expectedWallet } = await readBatch(deps, question, outlook, joining);
  const applying = [...outlook.trusted, ...readings].flatMap(({ book }) => budgetsIn(book));
  const { holder, decides } = question;
  const wallet =
    holder && !outlook.recalled && needsWallet(question, applying)
      ? await deps.usersWallets.walletOf(organizationId, holder, decides, expectedWallet)
      : (outlook.recalled ?? expectedWallet);
  const reader = readerOf(deps.usersWallets, question, wallet?.ref);
  const needs = [...outlook.trusted, ...readings].flatMap((reading) =>
    budgetsIn(reading.book).map((budget) => ({
      ...reading,
      budget,
      refs: lanesNeeded(budget, reader),
      isNew: readings.includes(reading) || question.ahead.has(reading),
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
    memory:
      outlook.recalled || (outlook.isWhole && !outlook.isAhead)
        ? { roomRequests: deps.roomRequests }
        : undefined,
  };
}

/** Reads everything that the outlook and the plan ask for, in one batch. */
async function readBatch(
  { budgets, memory, recentItems, now }: Deps,
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
  const readAtMs = now();
  await budgets.run(plan);
  const readings = books.map(({ value: book }, position) => {
    const reading = memory.keep(organizationId, book, readAtMs);
    for (const { ref, balance } of balances[position] ?? []) {
      if (balance.value) reading.balances.set(balanceNameOf(ref), balance.value);
    }
    return reading;
  });
  return { readings, wallet: wallet?.value };
}

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
