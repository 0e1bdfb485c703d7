import type { Entry } from '../../domain/ledger/entry.ts';
import type { Wallet } from '../../domain/ledger/wallet.ts';
import type { Item } from '../../tables/dynamodb.ts';
import { bookRef, parseBook, parseNamedBalance } from '../../tables/ledger/budget-items.ts';
import { isEntry, parseEntry } from '../../tables/ledger/entry-items.ts';
import { ledgerTable } from '../../tables/ledger/table.ts';
import { parseScannedWallet, walletId } from '../../tables/ledger/wallet-items.ts';
import type { Audit } from './audit.ts';
import { brokenAdjustment, opensAlike } from './audited-adjustments.ts';
import { brokenByWallet } from './audited-entries.ts';
import { isExtension } from './entry-edges.ts';
import { seeStanding } from './audited-standings.ts';
import { seeWallet } from './audited-wallets.ts';
import { countBook, countCommit } from './event-counts.ts';
import type { Change } from './memory-store.ts';

/** What one commit changed in the ledger, by kind of item. */
type Changed = {
  entries: { before: Entry | undefined; after: Entry; wasHeldBefore: boolean }[];
  wallets: Wallet[];
  areBooksChanged: boolean;
};

/** Follows one commit through all books, and reports the laws that it breaks. */
export function seeCommit(audit: Audit, changes: Change[]): void {
  const { accounts, counts, entries, holds, breaks } = audit;
  const ledger = changes.filter(({ table }) => table === ledgerTable.name);
  const changed: Changed = { entries: [], wallets: [], areBooksChanged: false };
  counts.commits += 1;
  for (const { before, after } of ledger) {
    if (after) seeItem(audit, after, changed);
    else if (before && !isReminder(before)) breaks('nothing is deleted', String(before['pk']));
  }
  const touched = new Set(changed.entries.map(({ after }) => after.entryId));
  for (const wallet of changed.wallets) {
    for (const entryId of seeWallet(audit, wallet)) touched.add(entryId);
  }
  checkByWallets(audit, changed);
  // A draw moves money between two entries, so both are followed before either is judged.
  const followed = [...touched].map((entryId) => ({ entryId, ...entries.follow(entryId) }));
  audit.workflows.follow(followed.flatMap(({ changed: standing }) => standing ?? []));
  for (const { entryId, changed: standing, broken } of followed) {
    if (broken) breaks(broken, entryId);
    if (standing) seeStanding(audit, standing);
  }
  for (const account of accounts.touched()) holds.seeBorrowing(account);
  countCommit(counts, ledger);
  endCommit(audit, changed);
}

/** Notes the new content of an item, and what kind of item it is. */
function seeItem(audit: Audit, after: Item, changed: Changed): void {
  const { accounts, entries } = audit;
  const named = parseNamedBalance(after);
  if (isEntry(after)) {
    const entry = parseEntry(after);
    const { entryId } = entry;
    const wasHeldBefore = entries.wasHeld(entryId);
    changed.entries.push({ before: entries.stored.get(entryId), after: entry, wasHeldBefore });
    entries.stored.set(entryId, entry);
  } else if (after['sk'] === 'budgets') {
    seeBook(audit, after);
    changed.areBooksChanged = true;
  } else if (named) accounts.seeBalance(named.name, named.balance);
  else {
    const scanned = parseScannedWallet(after);
    if (scanned) changed.wallets.push(scanned.wallet);
  }
}

function seeBook({ accounts, books, counts, members, breaks, ...clock }: Audit, item: Item): void {
  const book = parseBook(bookRef(item), item);
  const before = books.see(book);
  const law = members.broken(before, book) ?? brokenAdjustment(before, book, accounts, clock);
  if (law) breaks(law, `${book.scope}/${book.scopeId}`);
  countBook(counts, book);
  counts.limits += 1;
}

function checkByWallets({ counts, entries, wallets, breaks }: Audit, changed: Changed): void {
  const fenceOf = ({ userId, wallet }: Entry): number =>
    wallet ? (wallets.get(walletId({ userId, lane: wallet.lane }))?.fenceMs ?? 0) : 0;
  for (const { before, after, wasHeldBefore } of changed.entries) {
    const record = entries.record(after.entryId);
    const facts = { record, wasHeldBefore, fenceMs: fenceOf(after) };
    const broken = brokenByWallet(before, after, facts);
    if (broken) breaks(broken, `${after.entryId} ${before?.state} → ${after.state}`);
    if (before && isExtension(before, after)) counts.extended += 1;
  }
}

/** Checks the sums of all balances that the commit touched, and their limits. */
function endCommit({ accounts, books, breaks, ...clock }: Audit, changed: Changed): void {
  const { broken, limited } = accounts.endCommit();
  for (const [law, facts] of broken) breaks(law, facts);
  for (const whole of limited) {
    if (whole.free.length > 1) continue;
    const budget = books.budgetOf(whole.name);
    if (budget?.limitNanoUsd !== undefined && !opensAlike(budget, whole, clock)) {
      breaks('a balance opens with the limit of its budget', whole.name);
    }
  }
  if (limited.length === 0 && !changed.areBooksChanged) return;
  for (const name of books.unlike(accounts)) breaks('a balance has the limit of its budget', name);
}

/** What a sweeper looks up by time, and deletes once it is done. */
const isReminder = ({ pk }: Item): boolean => pk === 'due' || String(pk).startsWith('holds#');
