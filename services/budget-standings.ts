import { ProblemError } from '../contracts/problem.ts';
import {
  type Balance,
  balanceNameOf,
  type BalanceRef,
  balanceRefAt,
  type Budget,
  type BudgetBook,
  budgetsIn,
  type BudgetStanding,
  untouchedBalance,
} from '../domain/ledger/budget.ts';
import { periodAt } from '../domain/periods.ts';
import type { ScopeRef } from '../domain/scopes.ts';
import type { BudgetStore } from '../tables/ledger-budgets.ts';
import type { Item, Key } from '../tables/dynamodb.ts';

const SCOPES_REMEMBERED = 10_000;
const ATTEMPTS = 5;

export type Standings = {
  /** The budgets that apply to some of the scopes read, each with its balance. */
  of(refs: ScopeRef[]): BudgetStanding[];
  /** The further items asked for, in order. */
  further: (Item | undefined)[];
};

export type StandingsReader = ReturnType<typeof createStandingsReader>;

/**
 * Reads the budgets of scopes and their balances at an instant: one consistent read as soon as a
 * process has met the scopes before, since it then knows which balances to ask for. What it
 * remembers only chooses the keys; what it answers is always read. Balances of a period that nothing
 * has touched are opened on the way.
 */
export function createStandingsReader(budgets: BudgetStore) {
  const met = new Map<string, Budget[]>();

  const guess = (organizationId: string, refs: ScopeRef[], atMs: number): BalanceRef[] =>
    refs
      .flatMap((ref) => met.get(scopeKey(organizationId, ref)) ?? [])
      .map((budget) => balanceRefAt(budget, atMs));

  function remember(organizationId: string, books: BudgetBook[]): void {
    if (met.size > SCOPES_REMEMBERED) met.clear();
    for (const book of books) met.set(scopeKey(organizationId, book), budgetsIn(book));
  }

  /** Reads, or opens, the balances that the first read did not bring. */
  async function complete(
    organizationId: string,
    books: BudgetBook[],
    balances: Map<string, Balance>,
    atMs: number,
  ): Promise<void> {
    const missing = books
      .flatMap((book) => budgetsIn(book).map((budget) => ({ book, budget })))
      .map(({ book, budget }) => ({ book, budget, ref: balanceRefAt(budget, atMs) }))
      .filter(({ ref }) => !balances.has(balanceNameOf(ref)));
    if (missing.length === 0) return;
    const refs = missing.map(({ ref }) => ref);
    const found = await budgets.readStandings(organizationId, [], refs);
    const unopened = missing.filter((_, position) => found.balances[position] === undefined);
    keep(balances, refs, found.balances);
    if (unopened.length === 0) return;
    await Promise.all(
      unopened.map(({ book, budget, ref }) =>
        budgets.openBalance(organizationId, book, ref, untouchedBalance(budget.limitNanoUsd)),
      ),
    );
    const opened = unopened.map(({ ref }) => ref);
    keep(balances, opened, (await budgets.readStandings(organizationId, [], opened)).balances);
  }

  async function read(
    organizationId: string,
    refs: ScopeRef[],
    atMs: number,
    further: { table: string; key: Key }[] = [],
    attempt = 1,
  ): Promise<Standings> {
    const guessed = guess(organizationId, refs, atMs);
    const answer = await budgets.readStandings(organizationId, refs, guessed, further);
    remember(organizationId, answer.books);
    const balances = new Map<string, Balance>();
    keep(balances, guessed, answer.balances);
    await complete(organizationId, answer.books, balances, atMs);
    const standings = new Map(
      answer.books.map((book) => [
        scopeKey(organizationId, book),
        budgetsIn(book).map((budget) => ({
          budget,
          span: periodAt(budget.period, atMs, budget.timeZone),
          balance: balances.get(balanceNameOf(balanceRefAt(budget, atMs))),
        })),
      ]),
    );
    const all = [...standings.values()].flat();
    if (all.some(({ balance }) => balance === undefined)) {
      // A limit changed between reading a book and opening its balance, or others were opening it.
      if (attempt === ATTEMPTS) {
        throw new ProblemError('unavailable', 'many requests open one balance: retry shortly', {
          headers: { 'retry-after': '1' },
        });
      }
      return read(organizationId, refs, atMs, further, attempt + 1);
    }
    return {
      of: (asked) =>
        asked.flatMap(
          (ref) => (standings.get(scopeKey(organizationId, ref)) ?? []) as BudgetStanding[],
        ),
      further: answer.further,
    };
  }

  return {
    /**
     * @param refs scopes whose budgets may apply, each once
     * @param atMs the instant that decides the periods
     * @param further keys of other tables needed for the same decision
     * @throws ProblemError `unavailable` when a balance cannot be opened for contention
     */
    read: (
      organizationId: string,
      refs: ScopeRef[],
      atMs: number,
      further?: { table: string; key: Key }[],
    ): Promise<Standings> => read(organizationId, refs, atMs, further),
  };
}

const scopeKey = (organizationId: string, { scope, scopeId }: ScopeRef): string =>
  `${organizationId}#${scope}#${scopeId}`;

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
