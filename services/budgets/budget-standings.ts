import {
  balanceNameOf,
  type BalanceRef,
  type Budget,
  budgetsIn,
  type BudgetStanding,
  heldByWallet,
  isLent,
} from '../../domain/ledger/budget.ts';
import { lanesNeeded, type Reader, standingOf } from '../../domain/ledger/standing.ts';
import { walletOf } from '../../domain/ledger/wallet-lane.ts';
import type { Wallet, WalletRef } from '../../domain/ledger/wallet.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import { balanceRead, bookRead, type BudgetStore } from '../../tables/ledger/budgets.ts';
import { walletRead } from '../../tables/ledger/wallets.ts';
import { optimistically, type Pause } from '../../tables/optimistically.ts';
import { createReadPlan, type PlannedRead, type ReadPlan } from '../../tables/read-plan.ts';
import { unavailable } from '../errors.ts';
import { createRecentItems } from '../recent-items.ts';
import { openBalances } from './open-balances.ts';
import { createStandingsMemory, type Reading, TRUSTED_MS } from './standings-memory.ts';

export type Standings = {
  /** The budgets that apply to some of the scopes read, each with its balance. */
  of(refs: ScopeRef[]): BudgetStanding[];
  /** The holder's wallet, read when a budget lends. */
  wallet: Wallet | undefined;
};

/** An id that picks a wallet, or the wallet picked before. */
type Holder = { userId: string; entryId: string; wallet?: WalletRef | undefined };

export type ReadOptions = {
  /** Reads of other tables that the same decision needs: they travel in the same batch. */
  plan?: Pick<ReadPlan, 'reads'> | undefined;
  /** For whom a reservation is decided. */
  holder?: Holder | undefined;
  /** Read everything now, in all lanes. */
  isFresh?: boolean | undefined;
};

type Question = {
  organizationId: string;
  refs: readonly ScopeRef[];
  atMs: number;
  holder: Holder | undefined;
  isFresh: boolean;
};

export type StandingsReader = ReturnType<typeof createStandingsReader>;

type Deps = {
  budgets: BudgetStore;
  memory: ReturnType<typeof createStandingsMemory>;
  recentItems: ReturnType<typeof createRecentItems>;
};

/**
 * Reads the budgets of scopes and their balances at an instant: one consistent read as soon as a
 * process has read the scopes before, since it then knows which balances to ask for. Where a shared
 * budget lends, what all requests share is remembered for two seconds, because thousands of requests
 * per second cannot all read one item: shared scopes whose budgets lend or that have none, and the
 * reads of other tables. Budgets that do not lend are always read, and what lends is spent by wallets
 * only. Balances of a period that nothing has touched are opened on the way.
 */
export function createStandingsReader(
  budgets: BudgetStore,
  now: () => number = Date.now,
  pause?: Pause,
) {
  const memory = createStandingsMemory(now);
  const deps = { budgets, memory, recentItems: createRecentItems(now, TRUSTED_MS) };

  return {
    /**
     * @param refs scopes whose budgets may apply, each once
     * @param atMs the instant that decides the periods
     * @throws ServiceError `unavailable` when a balance cannot be opened for contention
     */
    async read(
      organizationId: string,
      refs: readonly ScopeRef[],
      atMs: number,
      { plan, holder, isFresh = holder === undefined }: ReadOptions = {},
    ): Promise<Standings> {
      const question = { organizationId, refs, atMs, holder, isFresh };
      let joining = plan?.reads ?? [];
      const outcome = await optimistically(
        async () => {
          const standings = await readOnce(deps, question, joining);
          joining = [];
          return standings ? { done: standings } : 'conflict';
        },
        { pause },
      );
      if (outcome) return outcome.done;
      throw unavailable(
        'Too many requests are opening the same balance. Retry in a second.',
        1_000,
      );
    },
  };
}

/** One attempt. @returns `undefined` when budgets changed while their balances were being opened */
async function readOnce(
  deps: Deps,
  question: Question,
  joining: readonly PlannedRead[],
): Promise<Standings | undefined> {
  const { organizationId, atMs } = question;
  const outlook = outlookOf(deps, question);
  const { readings, wallet: expectedWallet } = await readBatch(deps, question, outlook, joining);
  // The user's own budgets, as they were read now, may ask for another wallet.
  const reader = readerOf(deps, question);
  const needs = [...outlook.trusted, ...readings].flatMap((reading) =>
    budgetsIn(reading.book).map((budget) => ({
      ...reading,
      budget,
      refs: lanesNeeded(budget, reader),
      isNew: readings.includes(reading),
    })),
  );
  const applying = needs.map(({ budget }) => budget);
  const isMissing =
    needsWallet(question, applying) && expectedWallet?.ref.lane !== reader.walletRef.lane;
  const wallet = isMissing
    ? await readWallet(deps, organizationId, reader.walletRef)
    : expectedWallet;
  if (!(await openBalances(deps, organizationId, needs, atMs))) return undefined;
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
    wallet,
  };
}

/** What memory says before anything is read. */
type Outlook = {
  reader: Reader;
  /** Readings that stand in for a read. */
  trusted: Reading[];
  /** Scopes to read, with the balances that their budgets need if they have not changed. */
  asked: { ref: ScopeRef; balanceRefs: BalanceRef[] }[];
  needsWallet: boolean;
  /** A shared budget lends, so what was read a moment ago may be used. */
  mayRecall: boolean;
};

function outlookOf(deps: Deps, question: Question): Outlook {
  const { organizationId, refs, isFresh } = question;
  const reader = readerOf(deps, question);
  const needed = (budget: Budget): BalanceRef[] => lanesNeeded(budget, reader);
  const readings = refs.map((ref) => deps.memory.recall(organizationId, ref));
  const expected = readings.flatMap((reading) => budgetsIn(reading?.book));
  const mayRecall = !isFresh && expected.some(isSharedLender);
  const trusted: Reading[] = [];
  const asked: Outlook['asked'] = [];
  for (const [position, ref] of refs.entries()) {
    const reading = readings[position];
    if (mayRecall && reading && deps.memory.isTrusted(reading, needed)) trusted.push(reading);
    else asked.push({ ref, balanceRefs: budgetsIn(reading?.book).flatMap(needed) });
  }
  return { reader, trusted, asked, needsWallet: needsWallet(question, expected), mayRecall };
}

/** Reads in one batch what the outlook asks for, and what travels with it. */
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

async function readWallet(
  { budgets }: Deps,
  organizationId: string,
  ref: WalletRef,
): Promise<Wallet> {
  const plan = createReadPlan();
  const wallet = plan.add(walletRead(organizationId, ref));
  await budgets.run(plan);
  return wallet.value;
}

/** The wallet is the one picked before, or one by what memory says of the user's own budgets. */
function readerOf({ memory }: Deps, { organizationId, atMs, holder, isFresh }: Question): Reader {
  const pick = ({ userId, entryId }: Holder): WalletRef =>
    walletOf(
      { userId, entryId },
      memory.recall(organizationId, { scope: 'user', scopeId: userId })?.book,
    );
  const walletRef = holder?.wallet ?? (holder ? pick(holder) : NO_WALLET);
  return { atMs, walletRef, inAllLanes: isFresh };
}

const NO_WALLET: WalletRef = { userId: '', lane: 0 };

const isSharedLender = (budget: Budget): boolean => budget.scope !== 'user' && isLent(budget);

const needsWallet = ({ holder }: Question, applying: Budget[]): boolean =>
  holder !== undefined && (holder.wallet !== undefined || heldByWallet(applying));
