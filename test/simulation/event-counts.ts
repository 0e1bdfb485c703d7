import { type BudgetBook, budgetsIn } from '../../domain/ledger/budget.ts';
import type { Item } from '../../tables/dynamodb.ts';
import type { Change } from './memory-store.ts';

/** Counts how often each event occurred, so that a test can require all of them. */
export const newCounts = () => ({
  commits: 0,
  reservations: 0,
  rejected: 0,
  settled: 0,
  settledLate: 0,
  corrections: 0,
  /** Settlements by another model, which moved money between the budgets of models. */
  moves: 0,
  expired: 0,
  /** Holds that end later than was agreed. */
  extended: 0,
  released: 0,
  voided: 0,
  /** Workflows opened, and how they ended. */
  workflows: 0,
  workflowsClosed: 0,
  workflowsExpired: 0,
  /** Calls that drew from their workflow, and those that gave something back. */
  draws: 0,
  returns: 0,
  charges: 0,
  /** Changes of entries that balances count in requests and tokens. */
  counted: 0,
  /** Changes of books with a budget that a rule for members made. */
  defaults: 0,
  /** Changes of books with at least one such adjustment, or with another calendar to come. */
  overrides: 0,
  resets: 0,
  rollOvers: 0,
  calendars: 0,
  /** Changes of a session that has been idle before. */
  runs: 0,
  limits: 0,
  /** Holds that touched only the wallet. */
  heldByLease: 0,
  /** Holds in one of several wallets of a user. */
  spread: 0,
  /** Holds in a wallet with at least one balance that held the amount itself. */
  heldAtHome: 0,
  borrows: 0,
  /** Leases ended by others. */
  drawnIn: 0,
  /** Balances marked as having no idle money anywhere. */
  marked: 0,
  leveled: 0,
  /** Holds of an entry stored by an earlier attempt. */
  heldLater: 0,
  fences: 0,
  pruned: 0,
});

export type EventCounts = ReturnType<typeof newCounts>;

/** Counts a commit's events that the laws do not already track. */
export function countCommit(counts: EventCounts, changes: Change[]): void {
  const seen = changes.flatMap(({ before, after }) => (after ? [{ before, after }] : []));
  const homes = seen.filter(({ after }) => after['b'] !== undefined);
  for (const { before, after } of homes) {
    if (before && before['b'] !== after['b']) counts.borrows += 1;
    if (before?.['x'] === false && after['x'] === true) counts.marked += 1;
  }
  const isBookChange = seen.some(({ after }) => after['sk'] === 'budgets');
  const moved = homes.filter(({ before, after }) => before && before['l'] !== after['l']);
  if (moved.length > 1 && !isBookChange) counts.leveled += 1;
  for (const { before, after } of seen) {
    if (after['sk'] === 'wallet') countWallet(counts, before, after, homes.length === 0);
    if (after['wal'] && before?.['st'] === 'reserved' && after['st'] === 'reserved') {
      counts.heldLater += 1;
    }
  }
}

function countWallet(
  counts: EventCounts,
  before: Item | undefined,
  after: Item,
  isAlone: boolean,
): void {
  const [was, is] = [mapOf(before, 'O'), mapOf(after, 'O')];
  const added = Object.keys(is).filter((id) => was[id] === undefined);
  const [record] = added.map((id) => is[id] as Item);
  if (record?.['x'] !== undefined) counts.heldAtHome += 1;
  else if (record && isAlone) counts.heldByLease += 1;
  if (record && Number(after['n'] ?? 1) > 1) counts.spread += 1;
  counts.pruned += Object.keys(was).filter((id) => is[id] === undefined).length;
  if (before && before['f'] !== after['f']) counts.fences += 1;
  const closed = Object.keys(is).filter((id) => isClosed(is[id]) && !isClosed(was[id]));
  if (added.length + closed.length > 0) return;
  const leases = mapOf(after, 'L');
  counts.drawnIn += Object.keys(mapOf(before, 'L')).filter((name) => !leases[name]).length;
}

/** Counts what a changed book has. */
export function countBook(counts: EventCounts, book: BudgetBook): void {
  const budgets = budgetsIn(book);
  const kinds = new Set(
    budgets.flatMap(({ adjustments = [] }) => adjustments.map(({ kind }) => kind)),
  );
  if (kinds.has('override')) counts.overrides += 1;
  if (kinds.has('reset')) counts.resets += 1;
  if (kinds.has('rollover')) counts.rollOvers += 1;
  if (budgets.some(({ calendarChanges }) => calendarChanges?.length)) counts.calendars += 1;
  if (budgets.some(({ source }) => source)) counts.defaults += 1;
  if (budgets.some(({ runs = [] }) => runs.length > 1)) counts.runs += 1;
}

const mapOf = (item: Item | undefined, name: string): Item => (item?.[name] ?? {}) as Item;

const isClosed = (record: unknown): boolean => (record as Item | undefined)?.['st'] !== undefined;
