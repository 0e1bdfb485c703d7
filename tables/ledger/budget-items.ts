import { ADJUSTMENT_ENDS, ADJUSTMENT_KINDS } from '../../domain/ledger/adjustments.ts';
import {
  type Balance,
  balanceNameOf,
  type BalanceRef,
  BUDGET_MODES,
  type BudgetBook,
  ENFORCEMENTS,
  EXPIRY_POLICIES,
} from '../../domain/ledger/budget.ts';
import type { NamedBalance } from '../../domain/ledger/conservation.ts';
import type { Counters } from '../../domain/ledger/counts.ts';
import { PERIODS, WEEKDAYS } from '../../domain/periods.ts';
import { isScope, type ScopeRef } from '../../domain/scopes.ts';
import {
  asMap,
  type Codec,
  flag,
  list,
  money,
  named,
  number,
  optional,
  text,
  words,
} from '../codec/attributes.ts';
import { eachOf, fields } from '../codec/fields.ts';
import { itemCodec } from '../codec/item-codec.ts';
import { anyScope } from '../codec/scope.ts';
import type { Attribute, Item } from '../dynamodb.ts';
import { secondsAfter } from '../time-to-live.ts';
import { type LedgerKey, parseKey } from './key.ts';
import { ledgerTable } from './table.ts';

const BOOK = 'budgets';
/** How long the budget of a session is kept after its last run began. */
const SESSION_KEPT_DAYS = 400;

/** A scope's budgets. Their balances are stored next to them. */
export const bookKey = (organizationId: string, { scope, scopeId }: ScopeRef): LedgerKey => ({
  pk: bookPartition(organizationId, `${scope}#${scopeId}`),
  sk: BOOK,
});

/** The partition of a scope's budgets; `position` is `scope#scopeId`. */
export const bookPartition = (organizationId: string, position: string): string =>
  `budget#${organizationId}#${position}`;

/** Every lane has its own partition. */
export const balanceKey = (organizationId: string, ref: BalanceRef): LedgerKey => ({
  pk: `${bookKey(organizationId, ref).pk}${ref.lane ? `#${ref.lane}` : ''}`,
  sk: `${ref.period}#${ref.periodKey}`,
});

const calendar = {
  timeZone: named('tz', text),
  weekStartsOn: named('wk', optional(words(WEEKDAYS))),
  billingDay: named('bd', optional(number)),
};

/** The first calendar and its changes, each from an instant on. */
const calendars = {
  ...calendar,
  calendarChanges: named(
    'cal',
    optional(list(fields({ fromMs: named('from', number), ...calendar }))),
  ),
};

const runs = { runs: optional(list(number)) };

/** The same for requests and for tokens. */
const eachUnitOf = <Out, In>(codec: Codec<Out, In>) =>
  fields({ requests: named('q', codec), tokens: named('k', codec) });

const adjustment = fields({
  adjustmentId: named('id', text),
  kind: named('k', words(ADJUSTMENT_KINDS)),
  addNanoUsd: named('add', money),
  addCounts: named('n', optional(eachUnitOf(number))),
  periodKey: named('key', optional(text)),
  fromMs: named('from', number),
  untilMs: named('until', optional(number)),
  end: optional(words(ADJUSTMENT_ENDS)),
  actor: named('by', text),
  reason: named('why', text),
});

const counter = fields({
  limit: named('l', number),
  headroom: named('h', number),
  reserved: named('r', number),
  settled: named('s', number),
});

const counters = eachUnitOf(counter);

export const countersAttribute = (value: Counters): Attribute => asMap(counters.encode(value));

const budget = fields({
  spelling: named('sp', optional(text)),
  limitNanoUsd: named('l', optional(money)),
  countLimits: named('n', optional(eachUnitOf(optional(number)))),
  ...calendars,
  enforcement: named('enf', words(ENFORCEMENTS)),
  mode: optional(words(BUDGET_MODES)),
  peakRequestsPerSecond: named('peak', optional(number)),
  onExpiry: named('exp', optional(words(EXPIRY_POLICIES))),
  adjustments: named('adj', optional(list(adjustment))),
  rolloverCapNanoUsd: named('roll', optional(money)),
  source: named('src', optional(fields({ owner: text, version: number }))),
  ...runs,
  idleSeconds: named('idle', optional(number)),
  rolledUntilMs: named('rolled', optional(number)),
  createdAtMs: named('cre', number),
  updatedAtMs: named('upd', number),
});

/** All budgets of one scope. */
export const bookCodec = itemCodec(ledgerTable, 'budgets', {
  organizationId: named('budgetsOf', optional(text)),
  scope: anyScope,
  scopeId: text,
  ...eachOf(PERIODS, optional(budget)),
  lanes: optional(fields(eachOf(PERIODS, optional(number)))),
  calendars: named(
    'cals',
    optional(fields(eachOf(PERIODS, optional(fields({ ...calendars, ...runs }))))),
  ),
  owner: optional(fields({ userId: text, departmentId: optional(text), system: text })),
  version: named('ver', number),
});

/** The money of one budget, or one of its lanes, in one period. */
export const balanceCodec = itemCodec(ledgerTable, 'balance', {
  limitNanoUsd: named('l', money),
  headroomNanoUsd: named('h', money),
  reservedNanoUsd: named('r', money),
  settledNanoUsd: named('s', money),
  lentNanoUsd: named('t', money),
  borrows: named('b', number),
  isDrawnIn: named('x', flag),
  lastUsedAtMs: named('u', optional(number)),
  holdEndsAtMs: named('e', optional(number)),
  counters: named('n', optional(counters)),
});

/** The books of sessions are many, so they are not listed and end in time. */
export function bookItem(organizationId: string, book: BudgetBook): Item {
  const key = bookKey(organizationId, book);
  if (book.scope !== 'session') return { ...key, ...bookCodec.encode({ organizationId, ...book }) };
  const { runs: began } = book.total ?? book.calendars?.total ?? {};
  const beganAtMs = began?.at(-1) ?? 0;
  return {
    ...key,
    ...bookCodec.encode({ ...book, organizationId: undefined }),
    ttl: secondsAfter(beganAtMs, SESSION_KEPT_DAYS),
  };
}

/** A scope's budgets, or an empty book at version 0 if none was ever set. */
export function parseBook(ref: ScopeRef, item: Item | undefined): BudgetBook {
  const { scope, scopeId } = ref;
  if (!item) return { scope, scopeId, version: 0 };
  const { lanes, calendars: formerCalendars, owner, version, ...stored } = bookCodec.decode(item);
  const book: BudgetBook = { scope, scopeId, lanes, calendars: formerCalendars, owner, version };
  for (const period of PERIODS) {
    const budgetItem = stored[period];
    if (budgetItem) book[period] = { ...ref, ...budgetItem, period, lanes: lanes?.[period] };
  }
  return book;
}

export function bookRef(item: Item): ScopeRef {
  const { scope, scopeId } = bookCodec.decode(item);
  return { scope, scopeId };
}

/** The balance of a session ends in time; every use of it puts that off (`balance-writes.ts`). */
export const balanceItem = (organizationId: string, ref: BalanceRef, balance: Balance): Item => ({
  ...balanceKey(organizationId, ref),
  ...balanceCodec.encode(balance),
  ...(ref.scope === 'session'
    ? { ttl: keptUntilS(Date.parse(ref.periodKey), SESSION_KEPT_DAYS) }
    : {}),
});

/**
 * When to delete a balance that was last used at a given time, in epoch seconds. That is a month
 * after the entries of that time, because the balance's period may not have ended yet.
 */
export const keptUntilS = (usedAtMs: number, retentionDays: number): number =>
  secondsAfter(usedAtMs, retentionDays + 32);

export const parseBalance = (item: Item): Balance => balanceCodec.decode(item);

/** A balance with its name, from a scanned item; `undefined` for any other item. */
export function parseNamedBalance(item: Item): NamedBalance | undefined {
  const balanceName = parseBalanceNameOf(item);
  return balanceName && { ...balanceName, balance: parseBalance(item) };
}

/** The name of a balance, from its item; `undefined` for any other item. */
export function parseBalanceNameOf(item: Item): Omit<NamedBalance, 'balance'> | undefined {
  const { pk, sk } = parseKey(item);
  const [kind, organizationId, scopeKind, scopeId, lane] = pk.split('#');
  const [periodName, periodKey] = sk.split('#');
  const period = PERIODS.find((name) => name === periodName);
  if (
    kind !== 'budget' ||
    !organizationId ||
    !isScope(scopeKind) ||
    !scopeId ||
    !period ||
    !periodKey
  ) {
    return undefined;
  }
  return {
    organizationId,
    name: balanceNameOf({ scope: scopeKind, scopeId, period, periodKey, lane: Number(lane ?? 0) }),
  };
}
