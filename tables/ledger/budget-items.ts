import {
  type Balance,
  balanceNameOf,
  type BalanceRef,
  type Budget,
  type BudgetBook,
  type BudgetMode,
  type Enforcement,
  type ExpiryPolicy,
} from '../../domain/ledger/budget.ts';
import type { NamedBalance } from '../../domain/ledger/conservation.ts';
import type { Period } from '../../domain/periods.ts';
import type { Scope, ScopeRef } from '../../domain/scopes.ts';
import type { Attribute, Item } from '../dynamodb.ts';
import { storedMoney, type LedgerKey } from './key.ts';

const BOOK = 'budgets';

/** All budgets of one scope, and beside them their balances. */
export const bookKey = (organizationId: string, { scope, scopeId }: ScopeRef): LedgerKey => ({
  pk: bookPartition(organizationId, `${scope}#${scopeId}`),
  sk: BOOK,
});

/** Partition of a scope's budgets; `position` is `scope#scopeId`. */
export const bookPartition = (organizationId: string, position: string): string =>
  `budget#${organizationId}#${position}`;

/** Every lane lies in a partition of its own. */
export const balanceKey = (organizationId: string, ref: BalanceRef): LedgerKey => ({
  pk: `${bookKey(organizationId, ref).pk}${ref.lane ? `#${ref.lane}` : ''}`,
  sk: `${ref.period}#${ref.periodKey}`,
});

export function bookItem(organizationId: string, book: BudgetBook): Item {
  return {
    ...bookKey(organizationId, book),
    budgetsOf: organizationId,
    scope: book.scope,
    scopeId: book.scopeId,
    daily: book.daily && budgetAttribute(book.daily),
    monthly: book.monthly && budgetAttribute(book.monthly),
    lanes: book.lanes,
    ver: book.version,
  };
}

/** The budgets of a scope; an empty book at version 0 where none was ever set. */
export function parseBook(ref: ScopeRef, item: Item | undefined): BudgetBook {
  const stored = item?.['lanes'] as Partial<Record<Period, bigint>> | undefined;
  const lanes = stored && {
    ...(stored.daily === undefined ? {} : { daily: Number(stored.daily) }),
    ...(stored.monthly === undefined ? {} : { monthly: Number(stored.monthly) }),
  };
  return {
    scope: ref.scope,
    scopeId: ref.scopeId,
    daily: parseBudget(ref, 'daily', item?.['daily'], lanes?.daily),
    monthly: parseBudget(ref, 'monthly', item?.['monthly'], lanes?.monthly),
    lanes,
    version: Number(item?.['ver'] ?? 0),
  };
}

export const bookRef = (item: Item): ScopeRef => ({
  scope: item['scope'] as Scope,
  scopeId: String(item['scopeId']),
});

export const balanceItem = (organizationId: string, ref: BalanceRef, balance: Balance): Item => ({
  ...balanceKey(organizationId, ref),
  l: balance.limitNanoUsd,
  h: balance.headroomNanoUsd,
  r: balance.reservedNanoUsd,
  s: balance.settledNanoUsd,
  t: balance.lentNanoUsd,
  b: balance.borrows,
  x: balance.isDrawnIn,
});

export const parseBalance = (item: Item): Balance => ({
  limitNanoUsd: storedMoney(item['l']),
  headroomNanoUsd: storedMoney(item['h']),
  reservedNanoUsd: storedMoney(item['r']),
  settledNanoUsd: storedMoney(item['s']),
  lentNanoUsd: storedMoney(item['t']),
  borrows: Number(item['b']),
  isDrawnIn: item['x'] === true,
});

/** A balance with its name, from an item met in a scan; `undefined` for any other item. */
export function parseNamedBalance(item: Item): NamedBalance | undefined {
  const [kind, organizationId, scope, scopeId, lane] = String(item['pk']).split('#');
  const [period, periodKey] = String(item['sk']).split('#');
  if (kind !== 'budget' || !organizationId || !scopeId || !periodKey) return undefined;
  return {
    organizationId,
    name: balanceNameOf({
      scope: scope as Scope,
      scopeId,
      period: period as Period,
      periodKey,
      lane: Number(lane ?? 0),
    }),
    balance: parseBalance(item),
  };
}

function budgetAttribute(budget: Budget): Attribute {
  return {
    l: budget.limitNanoUsd,
    tz: budget.timeZone,
    enf: budget.enforcement,
    mode: budget.mode,
    peak: budget.peakRequestsPerSecond,
    exp: budget.onExpiry,
    sp: budget.spelling,
    cre: budget.createdAtMs,
    upd: budget.updatedAtMs,
  };
}

function parseBudget(
  ref: ScopeRef,
  period: Period,
  stored: unknown,
  lanes: number | undefined,
): Budget | undefined {
  if (stored === undefined) return undefined;
  const attribute = stored as Item;
  return {
    ...ref,
    spelling: attribute['sp'] as string | undefined,
    period,
    limitNanoUsd: storedMoney(attribute['l']),
    timeZone: String(attribute['tz']),
    enforcement: attribute['enf'] as Enforcement,
    mode: attribute['mode'] as BudgetMode | undefined,
    peakRequestsPerSecond: attribute['peak'] === undefined ? undefined : Number(attribute['peak']),
    onExpiry: attribute['exp'] as ExpiryPolicy | undefined,
    lanes,
    createdAtMs: Number(attribute['cre']),
    updatedAtMs: Number(attribute['upd']),
  };
}
