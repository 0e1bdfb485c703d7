import {
  type Balance,
  balanceNameOf,
  balanceRefAt,
  type Budget,
  budgetIdOf,
  budgetsIn,
  type BudgetBook,
} from '../../domain/ledger/budget.ts';
import { createConservationCheck } from '../../domain/ledger/conservation.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { periodAfter, periodAt, PERIODS } from '../../domain/periods.ts';
import { scopesOf } from '../../domain/scopes.ts';
import type { Item } from '../../tables/dynamodb.ts';
import { bookRef, parseBook, parseNamedBalance } from '../../tables/ledger-budget-items.ts';
import { isEntry, parseEntry } from '../../tables/ledger-entry-items.ts';
import { ledgerTable } from '../../tables/ledger-table.ts';
import { brokenEdge } from './entry-edges.ts';
import type { Change } from './memory-store.ts';

/** Longer than any request lives and any late write takes: what changed before was seen by all. */
const SEEN_BY_ALL_MS = 25_000;
const FULL_CHECK_EVERY = 64;

type Account = {
  balance: Balance;
  /** The highest limit that it ever had. */
  ceilingNanoUsd: bigint;
  /** Sums over the entries that name it. */
  heldNanoUsd: bigint;
  chargedNanoUsd: bigint;
  /** What providers were really asked for under reservations that name it. */
  spentNanoUsd: bigint;
  /** A reservation passed while its budget did not enforce, or had not for long. */
  unenforced: boolean;
};

type Settings = {
  organizationId: string;
  now: () => number;
  skewMs: number;
  /** Watches for one law alone, to prove that it can find a fault by itself. */
  onlyLaw?: string | undefined;
};

export type Auditor = ReturnType<typeof createAuditor>;

/**
 * Watches every commit and every call to a provider, and says which law it broke. It knows the truth
 * that no process knows: the order of all commits, and what was really spent.
 */
export function createAuditor({ organizationId, now, skewMs, onlyLaw }: Settings) {
  const entries = new Map<string, Entry>();
  const accounts = new Map<string, Account>();
  const books = new Map<string, BudgetBook>();
  /** When a budget was last created, deleted, or changed in more than its limit. */
  const changedAtMs = new Map<string, number>();
  const spent = new Map<string, bigint>();
  const reservationsOf = new Map<string, string>();
  const ordered = new Set<string>();
  const violations: string[] = [];
  const counts = {
    commits: 0,
    reservations: 0,
    rejected: 0,
    settled: 0,
    settledLate: 0,
    corrections: 0,
    expired: 0,
    voided: 0,
    charges: 0,
    limits: 0,
  };

  function breaks(law: string, facts: string): void {
    if (onlyLaw === undefined || law === onlyLaw) violations.push(`${law}: ${facts}`);
  }

  function seeBook(item: Item): void {
    const book = parseBook(bookRef(item), item);
    const scope = `${book.scope}/${book.scopeId}`;
    const before = books.get(scope);
    books.set(scope, book);
    counts.limits += 1;
    for (const period of PERIODS) {
      const [was, is] = [before?.[period], book[period]];
      if (was?.timeZone === is?.timeZone && was?.enforcement === is?.enforcement) continue;
      changedAtMs.set(`${scope}/${period}`, now());
    }
  }

  function seeBalance(name: string, balance: Balance, isNew: boolean): void {
    const known = accounts.get(name);
    const account = known ?? newAccount(balance);
    account.balance = balance;
    if (balance.limitNanoUsd > account.ceilingNanoUsd)
      account.ceilingNanoUsd = balance.limitNanoUsd;
    accounts.set(name, account);
    if (!isNew) return;
    const budget = [...books.values()].flatMap(budgetsIn).find((each) => isOf(each, name));
    if (budget && budget.limitNanoUsd !== balance.limitNanoUsd) {
      breaks('a balance opens with the limit of its budget', name);
    }
  }

  function seeEntry(before: Entry | undefined, after: Entry): void {
    entries.set(after.entryId, after);
    const broken = brokenEdge(before, after, now(), skewMs);
    if (broken) breaks(broken, `${after.entryId} ${before?.state} → ${after.state}`);
    for (const name of after.balances) {
      const account = accounts.get(name);
      if (!account) {
        breaks('a balance is open before an entry names it', name);
        continue;
      }
      account.heldNanoUsd += heldIn(after) - (before ? heldIn(before) : 0n);
      account.chargedNanoUsd += after.chargedNanoUsd - (before?.chargedNanoUsd ?? 0n);
    }
    if (before?.state === 'settled') seeCorrection(after);
    const truth = spent.get(after.entryId) ?? 0n;
    if (after.state !== 'reserved' && after.chargedNanoUsd < truth) {
      breaks('a closed reservation charges what was spent', `${after.entryId} ${after.state}`);
    }
    count(before, after);
    if (after.kind === 'reservation' && !before) seeReservation(after);
  }

  /** What is refunded was not spent after all. */
  function seeCorrection({ entryId, chargedNanoUsd, corrections, balances }: Entry): void {
    const order = `${entryId} ${corrections?.at(-1)?.correctionId} ${chargedNanoUsd}`;
    if (!ordered.has(order)) breaks('a correction is one that was ordered', order);
    const refunded = (spent.get(entryId) ?? 0n) - chargedNanoUsd;
    if (refunded <= 0n) return;
    spent.set(entryId, chargedNanoUsd);
    for (const name of balances) {
      const account = accounts.get(name);
      if (account) account.spentNanoUsd -= refunded;
    }
  }

  function count(before: Entry | undefined, entry: Entry): void {
    if (before?.state === 'settled') counts.corrections += 1;
    else if (entry.kind === 'charge') counts.charges += 1;
    else if (before?.state === 'expired') counts.settledLate += 1;
    else counts[entry.state === 'reserved' ? 'reservations' : entry.state] += 1;
  }

  function seeReservation(entry: Entry): void {
    const request = entry.tags?.['key'];
    const earlier = request === undefined ? undefined : reservationsOf.get(request);
    if (earlier !== undefined) {
      breaks('a key makes one reservation', `${request}: ${earlier} and ${entry.entryId}`);
    }
    if (request !== undefined) reservationsOf.set(request, entry.entryId);
    const named = new Set(entry.balances);
    const applying = scopesOf(entry).flatMap(({ scope, scopeId }) => {
      const book = books.get(`${scope}/${scopeId}`);
      return book ? budgetsIn(book) : [];
    });
    for (const budget of applying) {
      const name = balanceNameOf(balanceRefAt(budget, entry.occurredAtMs));
      const seen = now() - (changedAtMs.get(budgetIdOf(budget)) ?? 0) > SEEN_BY_ALL_MS;
      if (seen && !named.has(name)) breaks('every budget that applies holds a reservation', name);
      const account = accounts.get(name);
      if (!account || !named.has(name)) continue;
      if (!seen || budget.enforcement !== 'enforce') account.unenforced = true;
      else if (account.balance.headroomNanoUsd < 0n) {
        breaks('a reservation fits in every enforcing budget', name);
      }
    }
  }

  /** Of this period and the next, since a limit must hold at once. */
  function checkLimits(): void {
    for (const budget of [...books.values()].flatMap(budgetsIn)) {
      const { period, timeZone } = budget;
      const span = periodAt(period, now(), timeZone);
      const isTurning = span.key !== periodAt(period, now() + skewMs, timeZone).key;
      for (const { key } of [span, periodAfter(span, timeZone)]) {
        const name = `${budgetIdOf(budget)}/${key}`;
        const limit = accounts.get(name)?.balance.limitNanoUsd;
        if (limit !== undefined && limit !== budget.limitNanoUsd && !isTurning) {
          breaks('a balance has the limit of its budget', `${name} ${limit}`);
        }
      }
    }
  }

  function checkConservation(): void {
    const check = createConservationCheck();
    for (const entry of entries.values()) check.addEntry(entry);
    for (const [name, { balance }] of accounts) {
      check.addBalance({ organizationId, name, balance });
    }
    const { violations: found } = check.report();
    for (const { balance, message } of found) breaks('conservation', `${balance} ${message}`);
  }

  return {
    violations,
    counts,
    breaks,
    entry: (entryId: string): Entry | undefined => entries.get(entryId),
    /** The reservation that a caller's key has made, if any. */
    reservationOf: (request: string): string | undefined => reservationsOf.get(request),
    openReservations: () => [...entries.values()].filter(({ state }) => state === 'reserved'),

    onCommit(changes: Change[]): void {
      const ledger = changes.filter(({ table }) => table === ledgerTable.name);
      const touched = new Set<string>();
      const seen: [Entry | undefined, Entry][] = [];
      counts.commits += 1;
      for (const { before, after } of ledger) {
        if (!after) {
          breaks('nothing is deleted', String(before?.['pk']));
          continue;
        }
        const named = parseNamedBalance(after);
        if (isEntry(after)) seen.push([before && parseEntry(before), parseEntry(after)]);
        else if (after['sk'] === 'budgets') seeBook(after);
        else if (named) {
          seeBalance(named.name, named.balance, !before);
          touched.add(named.name);
        }
      }
      for (const [before, after] of seen) {
        seeEntry(before, after);
        for (const name of after.balances) touched.add(name);
      }
      for (const name of touched) {
        const account = accounts.get(name);
        const broken = account && unbalanced(account);
        if (broken) breaks('conservation', `${name} ${broken}`);
      }
      if (touched.size > 0 && seen.length === 0) checkLimits();
      if (counts.commits % FULL_CHECK_EVERY === 0) checkConservation();
    },

    /** A caller that was told to proceed makes its call to the provider, at no more than reserved. */
    onSpend(entryId: string, costNanoUsd: bigint): void {
      const entry = entries.get(entryId);
      if (!entry) return breaks('an acknowledged reservation is never lost', entryId);
      spent.set(entryId, costNanoUsd);
      if (entry.state !== 'reserved' && entry.chargedNanoUsd < costNanoUsd) {
        breaks('a closed reservation charges what was spent', `${entryId} ${entry.state}`);
      }
      for (const name of entry.balances) {
        const account = accounts.get(name);
        if (!account) continue;
        account.spentNanoUsd += costNanoUsd;
        if (!account.unenforced && account.spentNanoUsd > account.ceilingNanoUsd) {
          breaks('true spend stays within the limit', `${name} ${account.spentNanoUsd}`);
        }
      }
      return undefined;
    },

    /** An operator will say what an entry really cost. */
    onCorrection(entryId: string, correctionId: string, chargedNanoUsd: bigint): void {
      ordered.add(`${entryId} ${correctionId} ${chargedNanoUsd}`);
    },

    checkConservation,
  };
}

const newAccount = (balance: Balance): Account => ({
  balance,
  ceilingNanoUsd: balance.limitNanoUsd,
  heldNanoUsd: 0n,
  chargedNanoUsd: 0n,
  spentNanoUsd: 0n,
  unenforced: false,
});

const heldIn = ({ state, amountNanoUsd }: Entry): bigint =>
  state === 'reserved' ? amountNanoUsd : 0n;

const isOf = (budget: Budget, balanceName: string): boolean =>
  balanceName.startsWith(`${budgetIdOf(budget)}/`);

function unbalanced({ balance, heldNanoUsd, chargedNanoUsd }: Account): string | undefined {
  const { limitNanoUsd, headroomNanoUsd, reservedNanoUsd, settledNanoUsd } = balance;
  if (limitNanoUsd !== headroomNanoUsd + reservedNanoUsd + settledNanoUsd)
    return 'limit ≠ h + r + s';
  if (reservedNanoUsd !== heldNanoUsd) return `reserved ${reservedNanoUsd}, open ${heldNanoUsd}`;
  if (settledNanoUsd !== chargedNanoUsd)
    return `settled ${settledNanoUsd}, charged ${chargedNanoUsd}`;
  return undefined;
}
