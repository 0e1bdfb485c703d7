import type { AiRequest } from '../../contracts/ai-request.ts';
import { createConservationCheck } from '../../domain/ledger/conservation.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { emptyWallet, type Wallet } from '../../domain/ledger/wallet.ts';
import type { Period } from '../../domain/periods.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { Rejected } from '../../services/reservations/reservation-outcome.ts';
import type { Item } from '../../tables/dynamodb.ts';
import { bookRef, parseBook, parseNamedBalance } from '../../tables/ledger/budget-items.ts';
import { isEntry, parseEntry } from '../../tables/ledger/entry-items.ts';
import { ledgerTable } from '../../tables/ledger/table.ts';
import { parseScannedWallet, walletId } from '../../tables/ledger/wallet-items.ts';
import { createAccounts, idleShareOf, grantable, overBound } from './audited-accounts.ts';
import { createBooks } from './audited-books.ts';
import { brokenRefusal, type RefusalTimes } from './audited-refusals.ts';
import { brokenByWallet, createEntries, type Standing } from './audited-entries.ts';
import { brokenAdjustment, opensAlike } from './audited-adjustments.ts';
import { createHoldAudit } from './audited-holds.ts';
import { createMemberAudit } from './audited-members.ts';
import { createSpending, isReleased } from './audited-spending.ts';
import { countBook, countCommit, newCounts } from './event-counts.ts';
import { brokenEdge } from './entry-edges.ts';
import type { Change } from './memory-store.ts';
import { brokenRecord, leaseDifferences, recordChanges } from './wallet-edges.ts';

const FULL_CHECK_EVERY = 64;

type Settings = {
  organizationId: string;
  now: () => number;
  skewMs: number;
  /** Checks a single law, to prove that this law alone can detect a fault. */
  onlyLaw?: string | undefined;
};

export type Auditor = ReturnType<typeof createAuditor>;

/**
 * Observes every commit and every provider call, and reports which law was broken. Knows what no
 * process knows: the order of all commits and the actual spend.
 */
export function createAuditor({ organizationId, now, skewMs, onlyLaw }: Settings) {
  const accounts = createAccounts(now);
  const books = createBooks(now, skewMs);
  const holds = createHoldAudit({ accounts, books, skewMs, breaks });
  const members = createMemberAudit(now);
  const entries = createEntries(accounts);
  const wallets = new Map<string, Wallet>();
  const spending = createSpending(accounts, breaks);
  const reservationsOf = new Map<string, string>();
  const violations: string[] = [];
  const counts = newCounts();

  function breaks(law: string, facts: string): void {
    if (onlyLaw === undefined || law === onlyLaw) violations.push(`${law}: ${facts}`);
  }

  function seeWallet(after: Wallet, touched: Set<string>): void {
    const id = walletId(after.ref);
    const before = wallets.get(id) ?? emptyWallet(after.ref);
    wallets.set(id, after);
    if (after.fenceMs < before.fenceMs) breaks('a fence only rises', id);
    for (const { name, idleBy, spentBy } of leaseDifferences(before, after)) {
      const account = accounts.touch(name);
      if (!account) breaks('a balance is open before a wallet borrows from it', name);
      else {
        account.idleNanoUsd += idleBy;
        account.unpostedNanoUsd += spentBy;
      }
    }
    for (const [name, { idleNanoUsd, spentNanoUsd }] of after.leases) {
      if (idleNanoUsd < 0n || spentNanoUsd < 0n) breaks('no lease owes anything', `${id} ${name}`);
    }
    for (const change of recordChanges(before, after)) {
      const { entryId } = change;
      const broken = brokenRecord(change, entries.stored.get(entryId), {
        wasHeld: entries.wasHeld(entryId),
        fenceMs: before.fenceMs,
        wallet: after,
      });
      if (broken) breaks(broken, `${entryId} in ${id}`);
      entries.setRecord(entryId, change.after);
      touched.add(entryId);
    }
  }

  function seeStanding({ before, after }: Standing): void {
    const broken = brokenEdge(before, after, now(), skewMs);
    if (broken) breaks(broken, `${after.entryId} ${before?.state} → ${after.state}`);
    if (!before || (before.state === 'reserved' && after.state === 'settled')) {
      if (after.kind === 'reservation') members.use(after.sessionId);
    }
    if (after.counts) counts.counted += 1;
    spending.follow(before, after);
    if (isReleased(after)) counts.released += 1;
    if (before?.state === 'settled') counts.corrections += 1;
    else if (after.kind === 'charge') counts.charges += 1;
    else if (before?.state === 'expired') counts.settledLate += 1;
    else counts[after.state === 'reserved' ? 'reservations' : after.state] += 1;
    if (after.kind === 'reservation' && !before) seeReservation(after);
    if (before && before.balances.join(' ') !== after.balances.join(' ')) {
      counts.moves += 1;
      holds.seeMove(after);
    }
  }

  function seeReservation(entry: Entry): void {
    const request = entry.tags?.['key'];
    const earlier = request === undefined ? undefined : reservationsOf.get(request);
    if (earlier !== undefined) {
      breaks('a key makes one reservation', `${request}: ${earlier} and ${entry.entryId}`);
    }
    if (request !== undefined) reservationsOf.set(request, entry.entryId);
    holds.seeReservation(entry);
  }

  function checkConservation(): void {
    const check = createConservationCheck();
    for (const entry of entries.stored.values()) check.addEntry(entry);
    for (const wallet of wallets.values()) check.addWallet(organizationId, wallet);
    for (const { name, balance } of accounts.all()) {
      check.addBalance({ organizationId, name, balance });
    }
    const { violations: found } = check.report();
    for (const { balance, message } of found) breaks('conservation', `${balance} ${message}`);
  }

  function checkLimits(): void {
    for (const name of books.unlike(accounts))
      breaks('a balance has the limit of its budget', name);
  }

  return {
    violations,
    counts,
    breaks,
    /** A stored entry, if it counts; one for a wallet counts once the wallet holds it. */
    entry: (entryId: string): Entry | undefined =>
      entries.standing.has(entryId) ? entries.stored.get(entryId) : undefined,
    /** The reservation made with a caller's key, if any. */
    reservationOf: (request: string): string | undefined => reservationsOf.get(request),
    openReservations: (): Entry[] =>
      [...entries.stored.values()].filter(
        (entry) =>
          entry.state === 'reserved' || entries.standing.get(entry.entryId)?.state === 'reserved',
      ),

    onCommit(changes: Change[]): void {
      const ledger = changes.filter(({ table }) => table === ledgerTable.name);
      const changed: { before: Entry | undefined; after: Entry; wasHeldBefore: boolean }[] = [];
      const changedWallets: Wallet[] = [];
      let areBooksChanged = false;
      counts.commits += 1;
      for (const { before, after } of ledger) {
        if (after) seeItem(after);
        else if (before && !isReminder(before)) breaks('nothing is deleted', String(before['pk']));
      }
      const touched = new Set(changed.map(({ after }) => after.entryId));
      for (const wallet of changedWallets) seeWallet(wallet, touched);
      for (const { before, after, wasHeldBefore } of changed) {
        const fenceMs = fenceOf(after);
        const record = entries.record(after.entryId);
        const broken = brokenByWallet(before, after, { record, wasHeldBefore, fenceMs });
        if (broken) breaks(broken, `${after.entryId} ${before?.state} → ${after.state}`);
      }
      for (const entryId of touched) {
        const { changed: standing, broken } = entries.follow(entryId);
        if (broken) breaks(broken, entryId);
        if (standing) seeStanding(standing);
      }
      for (const account of accounts.touched()) holds.seeBorrowing(account);
      countCommit(counts, ledger);
      const { broken, limited } = accounts.endCommit();
      for (const [law, facts] of broken) breaks(law, facts);
      for (const whole of limited) {
        if (whole.free.length > 1) continue;
        const budget = books.budgetOf(whole.name);
        if (budget?.limitNanoUsd !== undefined && !opensAlike(budget, whole, { now, skewMs })) {
          breaks('a balance opens with the limit of its budget', whole.name);
        }
      }
      if (limited.length > 0 || areBooksChanged) checkLimits();
      if (counts.commits % FULL_CHECK_EVERY === 0) checkConservation();

      function seeItem(after: Item): void {
        const named = parseNamedBalance(after);
        if (isEntry(after)) {
          const entry = parseEntry(after);
          const { entryId } = entry;
          const wasHeldBefore = entries.wasHeld(entryId);
          changed.push({ before: entries.stored.get(entryId), after: entry, wasHeldBefore });
          entries.stored.set(entryId, entry);
        } else if (after['sk'] === 'budgets') {
          const book = parseBook(bookRef(after), after);
          const before = books.see(book);
          const law =
            members.broken(before, book) ??
            brokenAdjustment(before, book, accounts, { now, skewMs });
          if (law) breaks(law, `${book.scope}/${book.scopeId}`);
          countBook(counts, book);
          counts.limits += 1;
          areBooksChanged = true;
        } else if (named) accounts.seeBalance(named.name, named.balance);
        else {
          const scanned = parseScannedWallet(after);
          if (scanned) changedWallets.push(scanned.wallet);
        }
      }
    },

    /** A caller that may proceed calls the provider, at no more than the reserved amount. */
    onSpend(entryId: string, costNanoUsd: bigint): void {
      const entry = entries.standing.get(entryId);
      if (!entry) return breaks('an acknowledged reservation is never lost', entryId);
      spending.spend(entry, costNanoUsd);
      return undefined;
    },

    /**
     * A caller learns now that its request was refused.
     * @param occurredAtMs the time that decides the periods of the request
     */
    onRejection(
      request: AiRequest,
      rejected: Rejected,
      { askedAtMs, occurredAtMs }: RefusalTimes,
    ): void {
      counts.rejected += 1;
      const times = { askedAtMs, occurredAtMs };
      const broken = brokenRefusal(
        { accounts, books },
        { organizationId, ...request },
        rejected,
        times,
      );
      if (broken) breaks('nothing is refused that fits all the time', broken);
    },

    /** An administrator got the confirmation of this limit, so it is now in force. */
    onLimit(
      { scope, scopeId, period }: ScopeRef & { period: Period },
      limitNanoUsd: bigint | undefined,
    ): void {
      if (limitNanoUsd === undefined) return;
      for (const whole of accounts.wholes()) {
        if (!whole.name.startsWith(`${scope}/${scopeId}/${period}/`)) continue;
        const budget = books.budgetOf(whole.name);
        if (budget?.limitNanoUsd !== limitNanoUsd || whole.limitNanoUsd !== limitNanoUsd) continue;
        // With lanes, money returned below the limit may be granted again before debts are paid.
        const used = whole.boundNanoUsd + overBound(whole) + grantable(whole);
        whole.boundNanoUsd = whole.lanes.length > 1 && used > limitNanoUsd ? used : limitNanoUsd;
      }
    },

    /** An operator is about to state an entry's actual cost. */
    onCorrection(entryId: string, correctionId: string, chargedNanoUsd: bigint): void {
      spending.order(entryId, correctionId, chargedNanoUsd);
    },

    checkConservation,

    /** The largest share of a shared limit idle in wallets, from 0 to 1. */
    idleShare: (): number => Math.max(0, ...[...accounts.wholes()].map(idleShareOf)),
  };

  function fenceOf({ userId, wallet }: Entry): number {
    return wallet ? (wallets.get(walletId({ userId, lane: wallet.lane }))?.fenceMs ?? 0) : 0;
  }
}

/** What a sweeper looks up by time, and deletes once it is done. */
const isReminder = ({ pk }: Item): boolean => pk === 'due' || String(pk).startsWith('holds#');
