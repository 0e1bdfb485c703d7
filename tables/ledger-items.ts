import { createHash } from 'node:crypto';
import {
  type Balance,
  balanceNameOf,
  type BalanceRef,
  type Budget,
  type BudgetBook,
  type Enforcement,
} from '../domain/ledger/budget.ts';
import type { NamedBalance } from '../domain/ledger/conservation.ts';
import { type Entry, type EntryState, postingsOf } from '../domain/ledger/entry.ts';
import type { Posting } from '../domain/ledger/posting.ts';
import type { Period } from '../domain/periods.ts';
import type { Rate } from '../domain/pricing/rate.ts';
import type { Scope, ScopeRef } from '../domain/scopes.ts';
import type { Attribute, Item } from './dynamodb.ts';

/** Reservations of one minute are spread over this many partitions. */
export const RESERVATION_SHARDS = 8;
const BOOK = 'budgets';
const ENTRY = 'entry';

export type LedgerKey = { pk: string; sk: string };

/** All budgets of one scope, and beside them their balances. */
export const bookKey = (organizationId: string, { scope, scopeId }: ScopeRef): LedgerKey => ({
  pk: bookPartition(organizationId, `${scope}#${scopeId}`),
  sk: BOOK,
});

/** Partition of a scope's budgets; `position` is `scope#scopeId`. */
export const bookPartition = (organizationId: string, position: string): string =>
  `budget#${organizationId}#${position}`;

export const balanceKey = (organizationId: string, ref: BalanceRef): LedgerKey => ({
  pk: bookKey(organizationId, ref).pk,
  sk: `${ref.period}#${ref.periodKey}`,
});

/** Partition of the reservations made in one minute (epoch minutes) with one shard number. */
export const reservationPartition = (minute: number, shard: number): string =>
  `reservation#${minute}#${shard}`;

/**
 * A reservation's key follows from its id: a UUIDv7 carries its time, so the sweeper finds the
 * reservations of a minute without an index.
 */
export function reservationKey(reservationId: string): LedgerKey {
  const ms = Number.parseInt(reservationId.slice(0, 8) + reservationId.slice(9, 13), 16);
  const shard = Number.parseInt(reservationId.slice(-2), 16) % RESERVATION_SHARDS;
  return { pk: reservationPartition(Math.floor(ms / 60_000), shard), sk: reservationId };
}

/** A charge's key follows from the caller's event id, for ever: a repetition meets it. */
export const chargeKey = (organizationId: string, eventId: string): LedgerKey => ({
  pk: `charge#${organizationId}#${digest(eventId)}`,
  sk: ENTRY,
});

/** Remembers which reservation an opaque `Idempotency-Key` made. */
export const idempotencyKey = (organizationId: string, key: string): LedgerKey => ({
  pk: `key#${organizationId}#${digest(key)}`,
  sk: ENTRY,
});

export const entryKey = (entry: Entry): LedgerKey =>
  entry.kind === 'charge'
    ? chargeKey(entry.organizationId, entry.entryId)
    : reservationKey(entry.entryId);

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** Names are short because every attribute is paid for in write units: an entry stays below 1 KB. */
export function entryItem(entry: Entry, ttlSeconds: number): Item {
  const { prediction, rate, usage } = entry;
  return {
    ...entryKey(entry),
    id: entry.entryId,
    k: entry.kind === 'charge' ? 'C' : 'R',
    org: entry.organizationId,
    uid: entry.userId,
    dep: entry.departmentId,
    sys: entry.system,
    op: entry.operation,
    mdl: entry.model,
    rgn: entry.region,
    tags: entry.tags,
    st: entry.state,
    amt: entry.amountNanoUsd,
    chg: entry.chargedNanoUsd,
    bal: entry.balances,
    at: entry.occurredAtMs,
    exp: entry.expiresAtMs,
    ver: entry.version,
    dig: entry.requestDigest,
    rate: rate && rateAttribute(rate),
    pred: prediction && [
      prediction.expectedCostNanoUsd,
      prediction.inputTokens,
      prediction.expectedOutputTokens,
      prediction.maxOutputTokens ?? null,
      prediction.predictorVersion,
    ],
    use: usage && usageAttribute(usage),
    cls: entry.closedAtMs,
    sdg: entry.settlementDigest,
    lat: entry.latencyMs,
    q: entry.quality,
    ttl: ttlSeconds,
  };
}

export function parseEntry(item: Item): Entry {
  const prediction = item['pred'] as Attribute[] | undefined;
  const usage = item['use'] as bigint[] | undefined;
  return {
    entryId: String(item['id']),
    kind: item['k'] === 'C' ? 'charge' : 'reservation',
    organizationId: String(item['org']),
    userId: String(item['uid']),
    departmentId: item['dep'] as string | undefined,
    system: String(item['sys']),
    operation: item['op'] as string | undefined,
    model: String(item['mdl']),
    region: item['rgn'] as string | undefined,
    tags: item['tags'] as Record<string, string> | undefined,
    state: item['st'] as EntryState,
    amountNanoUsd: money(item['amt']),
    chargedNanoUsd: money(item['chg']),
    balances: item['bal'] as string[],
    occurredAtMs: Number(item['at']),
    expiresAtMs: optionalNumber(item['exp']),
    version: Number(item['ver']),
    requestDigest: String(item['dig']),
    rate: item['rate'] === undefined ? undefined : parseRate(item['rate'] as bigint[]),
    prediction: prediction && {
      expectedCostNanoUsd: money(prediction[0]),
      inputTokens: Number(prediction[1]),
      expectedOutputTokens: Number(prediction[2]),
      maxOutputTokens: prediction[3] === null ? undefined : Number(prediction[3]),
      predictorVersion: String(prediction[4]),
    },
    usage: usage && {
      inputTokens: Number(usage[0]),
      outputTokens: Number(usage[1]),
      cacheReadTokens: Number(usage[2]),
      cacheWriteTokens: Number(usage[3]),
    },
    closedAtMs: optionalNumber(item['cls']),
    settlementDigest: item['sdg'] as string | undefined,
    latencyMs: optionalNumber(item['lat']),
    quality: optionalNumber(item['q']),
  };
}

export const usageAttribute = (usage: NonNullable<Entry['usage']>): number[] => [
  usage.inputTokens,
  usage.outputTokens,
  usage.cacheReadTokens,
  usage.cacheWriteTokens,
];

/** The postings that one change of an item of the ledger made: none unless it is an entry. */
export function postingsOfChange(before: Item | undefined, after: Item | undefined): Posting[] {
  if (after === undefined || !isEntry(after)) return [];
  return postingsOf(before && parseEntry(before), parseEntry(after));
}

/** Whether a stored item is an entry (and not a budget, a balance or an idempotency key). */
export const isEntry = (item: Item): boolean => item['k'] === 'C' || item['k'] === 'R';

export function bookItem(organizationId: string, book: BudgetBook): Item {
  return {
    ...bookKey(organizationId, book),
    budgetsOf: organizationId,
    scope: book.scope,
    scopeId: book.scopeId,
    daily: book.daily && budgetAttribute(book.daily),
    monthly: book.monthly && budgetAttribute(book.monthly),
    ver: book.version,
  };
}

/** The budgets of a scope; an empty book at version 0 where none was ever set. */
export function parseBook(ref: ScopeRef, item: Item | undefined): BudgetBook {
  return {
    scope: ref.scope,
    scopeId: ref.scopeId,
    daily: parseBudget(ref, 'daily', item?.['daily']),
    monthly: parseBudget(ref, 'monthly', item?.['monthly']),
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
});

export const parseBalance = (item: Item): Balance => ({
  limitNanoUsd: money(item['l']),
  headroomNanoUsd: money(item['h']),
  reservedNanoUsd: money(item['r']),
  settledNanoUsd: money(item['s']),
});

/** A balance with its name, from an item met in a scan; `undefined` for any other item. */
export function parseNamedBalance(item: Item): NamedBalance | undefined {
  const [kind, organizationId, scope, scopeId] = String(item['pk']).split('#');
  const [period, periodKey] = String(item['sk']).split('#');
  if (kind !== 'budget' || !organizationId || !scopeId || !periodKey) return undefined;
  return {
    organizationId,
    name: balanceNameOf({
      scope: scope as Scope,
      scopeId,
      period: period as Period,
      periodKey,
    }),
    balance: parseBalance(item),
  };
}

function budgetAttribute(budget: Budget): Attribute {
  return {
    l: budget.limitNanoUsd,
    tz: budget.timeZone,
    enf: budget.enforcement,
    cre: budget.createdAtMs,
    upd: budget.updatedAtMs,
  };
}

function parseBudget(ref: ScopeRef, period: Period, stored: unknown): Budget | undefined {
  if (stored === undefined) return undefined;
  const attribute = stored as Item;
  return {
    ...ref,
    period,
    limitNanoUsd: money(attribute['l']),
    timeZone: String(attribute['tz']),
    enforcement: attribute['enf'] as Enforcement,
    createdAtMs: Number(attribute['cre']),
    updatedAtMs: Number(attribute['upd']),
  };
}

function rateAttribute({ longContext, ...rate }: Rate): Attribute[] {
  return longContext
    ? [...prices(rate), longContext.aboveInputTokens, ...prices(longContext.rate)]
    : prices(rate);
}

function prices(rate: Omit<Rate, 'longContext'>): bigint[] {
  return [
    rate.inputNanoUsdPerMillion,
    rate.outputNanoUsdPerMillion,
    rate.cacheReadNanoUsdPerMillion,
    rate.cacheWriteNanoUsdPerMillion,
  ];
}

function parseRate(stored: bigint[]): Rate {
  const longContext = stored.length > 4;
  return {
    ...parsePrices(stored),
    longContext: longContext
      ? { aboveInputTokens: Number(stored[4]), rate: parsePrices(stored.slice(5)) }
      : undefined,
  };
}

const parsePrices = (stored: bigint[]): Omit<Rate, 'longContext'> => ({
  inputNanoUsdPerMillion: money(stored[0]),
  outputNanoUsdPerMillion: money(stored[1]),
  cacheReadNanoUsdPerMillion: money(stored[2]),
  cacheWriteNanoUsdPerMillion: money(stored[3]),
});

/** Money in the store is an integer, or the item is damaged: then nothing may be decided from it. */
function money(stored: unknown): bigint {
  if (typeof stored !== 'bigint') throw new Error('the ledger holds an amount that is no integer');
  return stored;
}

const optionalNumber = (stored: unknown): number | undefined =>
  stored === undefined || stored === null ? undefined : Number(stored);
