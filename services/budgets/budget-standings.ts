import { ProblemError } from '../../contracts/problem.ts';
import {
  type Balance,
  balanceNameOf,
  type BalanceRef,
  balanceRefAt,
  type Budget,
  type BudgetBook,
  budgetsIn,
  type BudgetStanding,
  heldByWallet,
  type Home,
  isLent,
  lanesOf,
  sharesOf,
  sumOfBalances,
  untouchedBalance,
} from '../../domain/ledger/budget.ts';
import { homeOf, walletOf } from '../../domain/ledger/wallet-lane.ts';
import type { Wallet, WalletRef } from '../../domain/ledger/wallet.ts';
import { periodAt } from '../../domain/periods.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';
import type { Item } from '../../tables/dynamodb.ts';
import { createRecentItems, type ItemKey } from '../recent-items.ts';

const SCOPES_REMEMBERED = 10_000;
const ATTEMPTS = 5;
/** How long what all requests of a busy organization share is trusted without a read. */
const TRUSTED_MS = 2_000;

export type Standings = {
  /** The budgets that apply to some of the scopes read, each with its balance. */
  of(refs: ScopeRef[]): BudgetStanding[];
  /** The further items asked for, in order. */
  further: (Item | undefined)[];
  /** The holder's wallet, read when a budget lends. */
  wallet: Wallet | undefined;
};

export type ReadOptions = {
  /** Keys of other tables needed for the same decision. */
  further?: ItemKey[] | undefined;
  /** For whom a reservation is decided: an id that picks a wallet, or the wallet picked before. */
  holder?: { userId: string; entryId: string; wallet?: WalletRef | undefined } | undefined;
  /** Read everything now, in all lanes. */
  isFresh?: boolean | undefined;
};

type Met = { book: BudgetBook; balances: Map<string, Balance>; readAtMs: number };

export type StandingsReader = ReturnType<typeof createStandingsReader>;

/**
 * Reads the budgets of scopes and their balances at an instant: one consistent read as soon as a
 * process has met the scopes before, since it then knows which balances to ask for. Where a shared
 * budget lends, what all requests share is remembered for two seconds, because thousands of requests
 * per second cannot all read one item: shared scopes whose budgets lend or that have none, and the
 * further items. Budgets that do not lend are always read, and what lends is spent by wallets only.
 * Balances of a period that nothing has touched are opened on the way.
 */
export function createStandingsReader(budgets: BudgetStore, now: () => number = Date.now) {
  const met = new Map<string, Met>();
  const recentItems = createRecentItems(now, TRUSTED_MS);

  const remembered = (organizationId: string, ref: ScopeRef): Met | undefined =>
    met.get(scopeKey(organizationId, ref));

  function remember(organizationId: string, books: BudgetBook[]): void {
    if (met.size > SCOPES_REMEMBERED) met.clear();
    for (const book of books) {
      met.set(scopeKey(organizationId, book), { book, balances: new Map(), readAtMs: now() });
    }
  }

  function walletFor(
    organizationId: string,
    holder: NonNullable<ReadOptions['holder']>,
  ): WalletRef {
    const user = { scope: 'user', scopeId: holder.userId } as const;
    return holder.wallet ?? walletOf(holder, remembered(organizationId, user)?.book);
  }

  /** The lanes of a budget that a decision needs: all of them, or the one that holds its money. */
  function refsOf(budget: Budget, atMs: number, wallet: WalletRef, isFresh: boolean): BalanceRef[] {
    const ref = balanceRefAt(budget, atMs);
    return isFresh ? lanesOf(ref, budget.lanes) : [homeOf(ref, budget, wallet)];
  }

  async function read(
    organizationId: string,
    refs: ScopeRef[],
    atMs: number,
    { further = [], holder, isFresh = holder === undefined }: ReadOptions,
    attempt = 1,
  ): Promise<Standings> {
    const named = (ref: ScopeRef): Met | undefined => remembered(organizationId, ref);
    const nobody = { userId: '', lane: 0 };
    let walletRef = holder ? walletFor(organizationId, holder) : nobody;
    const balances = new Map<string, Balance>();
    const isBusy = refs.some((ref) => budgetsIn(named(ref)?.book).some(isSharedLender));
    const isTrusted = (ref: ScopeRef): boolean => {
      const known = named(ref);
      if (!isBusy || isFresh || !known || !mayBeTrusted(known, now())) return false;
      const needed = budgetsIn(known.book).flatMap((each) => refsOf(each, atMs, walletRef, false));
      return needed.every((home) => known.balances.has(balanceNameOf(home)));
    };
    const trusted = refs.filter(isTrusted);
    const asked = refs.filter((ref) => !trusted.includes(ref));
    for (const ref of trusted) {
      for (const [name, balance] of named(ref)?.balances ?? []) balances.set(name, balance);
    }
    const trustedBooks = trusted.flatMap((ref) => named(ref)?.book ?? []);

    const expected = refs.flatMap((ref) => budgetsIn(named(ref)?.book));
    const guessed = asked
      .flatMap((ref) => budgetsIn(named(ref)?.book))
      .flatMap((budget) => refsOf(budget, atMs, walletRef, isFresh));
    const needsWallet = (applying: Budget[]): boolean =>
      holder !== undefined && (holder.wallet !== undefined || heldByWallet(applying));
    const askedWallet = needsWallet(expected) ? walletRef : undefined;
    const knownFurther = isBusy && !isFresh ? recentItems.get(further) : undefined;
    const answer = await budgets.readStandings(
      organizationId,
      asked,
      guessed,
      knownFurther ? [] : further,
      askedWallet,
    );
    const furtherItems = knownFurther ?? answer.further;
    if (!knownFurther) recentItems.put(further, furtherItems);
    remember(organizationId, answer.books);
    keep(balances, guessed, answer.balances);

    const books = [...trustedBooks, ...answer.books];
    const applying = books.flatMap(budgetsIn);
    let { wallet } = answer;
    if (holder) {
      walletRef = walletFor(organizationId, holder);
      if (needsWallet(applying) && wallet?.ref.lane !== walletRef.lane) {
        wallet = (await budgets.readStandings(organizationId, [], [], [], walletRef)).wallet;
      }
    }
    const wanted = books.flatMap((book) =>
      budgetsIn(book).map((budget) => ({
        book,
        budget,
        refs: refsOf(budget, atMs, walletRef, isFresh),
      })),
    );
    await complete(organizationId, wanted, balances, atMs);
    const isComplete = wanted.every((each) =>
      each.refs.every((ref) => balances.has(balanceNameOf(ref))),
    );
    if (!isComplete) {
      // A limit changed between reading a book and opening its balance, or others were opening it.
      if (attempt === ATTEMPTS) {
        throw new ProblemError('unavailable', 'many requests open one balance: retry shortly', {
          headers: { 'retry-after': '1' },
        });
      }
      return read(organizationId, refs, atMs, { further, holder, isFresh }, attempt + 1);
    }
    for (const { book, refs: needed } of wanted) {
      if (!answer.books.includes(book)) continue;
      for (const { ref, balance } of homes(needed, balances)) {
        named(book)?.balances.set(balanceNameOf(ref), balance);
      }
    }
    const standings = wanted.map(({ budget, refs: needed }) =>
      standingOf(budget, atMs, homes(needed, balances), {
        wallet,
        home: balanceNameOf(homeOf(balanceRefAt(budget, atMs), budget, walletRef)),
        isFresh: isFresh || !trustedBooks.some((book) => budgetsIn(book).includes(budget)),
      }),
    );
    return {
      of: (scopes) =>
        scopes.flatMap((ref) =>
          standings.filter(
            ({ budget }) => budget.scope === ref.scope && budget.scopeId === ref.scopeId,
          ),
        ),
      further: furtherItems,
      wallet,
    };
  }

  /**
   * Reads, or opens, the balances that the first read did not bring. Lanes that a budget got after a
   * period was opened are opened in it without a limit.
   */
  async function complete(
    organizationId: string,
    wanted: { book: BudgetBook; budget: Budget; refs: BalanceRef[] }[],
    balances: Map<string, Balance>,
    atMs: number,
  ): Promise<void> {
    const isMissing = (ref: BalanceRef): boolean => !balances.has(balanceNameOf(ref));
    const incomplete = wanted.filter(({ refs }) => refs.some(isMissing));
    if (incomplete.length === 0) return;
    const missing = incomplete
      .flatMap(({ budget, refs }) => [
        balanceRefAt(budget, atMs),
        ...refs.filter(({ lane }) => lane !== undefined),
      ])
      .filter(isMissing);
    const found = await budgets.readStandings(organizationId, [], missing);
    keep(balances, missing, found.balances);
    const unopened = incomplete.filter(({ refs }) => refs.some(isMissing));
    if (unopened.length === 0) return;
    await Promise.all(
      unopened.map(({ book, budget, refs }) => {
        const first = balanceRefAt(budget, atMs);
        const lanes = lanesOf(first, budget.lanes);
        const shares = sharesOf(budget.limitNanoUsd, lanes.length);
        const opened = isMissing(first)
          ? lanes.map((ref, lane) => ({ ref, balance: untouchedBalance(shares[lane] ?? 0n) }))
          : refs.filter(isMissing).map((ref) => ({ ref, balance: untouchedBalance(0n) }));
        return budgets.openBalance(organizationId, book, opened);
      }),
    );
    const opened = unopened.flatMap(({ refs }) => refs);
    keep(balances, opened, (await budgets.readStandings(organizationId, [], opened)).balances);
  }

  return {
    /**
     * @param refs scopes whose budgets may apply, each once
     * @param atMs the instant that decides the periods
     * @throws ProblemError `unavailable` when a balance cannot be opened for contention
     */
    read: (
      organizationId: string,
      refs: ScopeRef[],
      atMs: number,
      options: ReadOptions = {},
    ): Promise<Standings> => read(organizationId, refs, atMs, options),
  };
}

const scopeKey = (organizationId: string, { scope, scopeId }: ScopeRef): string =>
  `${organizationId}#${scope}#${scopeId}`;

const isRecent = (readAtMs: number, nowMs: number): boolean =>
  Math.abs(nowMs - readAtMs) < TRUSTED_MS;

const isSharedLender = (budget: Budget): boolean => budget.scope !== 'user' && isLent(budget);

const mayBeTrusted = ({ book, readAtMs }: Met, nowMs: number): boolean =>
  book.scope !== 'user' && budgetsIn(book).every(isLent) && isRecent(readAtMs, nowMs);

function standingOf(
  budget: Budget,
  atMs: number,
  lanes: Home[],
  own: { wallet: Wallet | undefined; home: string; isFresh: boolean },
): BudgetStanding {
  const [first] = lanes;
  const home = lanes.find(({ ref }) => balanceNameOf(ref) === own.home) ?? first;
  if (!home) throw new Error('a budget was read without a balance');
  const idleNanoUsd = own.wallet?.leases.get(own.home)?.idleNanoUsd ?? 0n;
  const sum = sumOfBalances(lanes.map(({ balance }) => balance));
  return {
    budget,
    span: periodAt(budget.period, atMs, budget.timeZone),
    balance: {
      ...sum,
      headroomNanoUsd: sum.headroomNanoUsd + idleNanoUsd,
      lentNanoUsd: sum.lentNanoUsd - idleNanoUsd,
    },
    home,
    lanes,
    isFresh: own.isFresh && lanes.length === (budget.lanes ?? 1),
  };
}

const homes = (refs: BalanceRef[], balances: Map<string, Balance>): Home[] =>
  refs.flatMap((ref) => {
    const balance = balances.get(balanceNameOf(ref));
    return balance ? [{ ref, balance }] : [];
  });

function keep(
  balances: Map<string, Balance>,
  refs: BalanceRef[],
  found: (Balance | undefined)[],
): void {
  for (const [position, ref] of refs.entries()) {
    const balance = found[position];
    if (balance) balances.set(balanceNameOf(ref), balance);
  }
}
