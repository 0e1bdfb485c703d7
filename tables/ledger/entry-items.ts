import { DELIVERIES } from '../../domain/ledger/delivery.ts';
import { createHash } from 'node:crypto';
import { expiryEventOf } from '../../domain/events/expiry-event.ts';
import type { PurserEvent } from '../../domain/events/purser-event.ts';
import { SERVICE_TIERS } from '../../domain/pricing/service-tier.ts';
import type { EntryCounts } from '../../domain/ledger/counts.ts';
import { type Entry, ENTRY_STATES } from '../../domain/ledger/entry.ts';
import { postingsOf } from '../../domain/ledger/entry-postings.ts';
import { type EntryShards, shardsAt } from '../../domain/ledger/entry-shards.ts';
import { DEVIATIONS } from '../../domain/ledger/deviation.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import {
  flag,
  letters,
  list,
  mapped,
  money,
  named,
  nullable,
  number,
  optional,
  readOnly,
  recordOf,
  text,
  words,
} from '../codec/attributes.ts';
import { row } from '../codec/fields.ts';
import { itemCodec } from '../codec/item-codec.ts';
import type { Item } from '../dynamodb.ts';
import { secondsAfter } from '../time-to-live.ts';
import type { EntryStorage } from './entry-storage.ts';
import { type LedgerKey, parseKey, UNKNOWN_ORGANIZATION } from './key.ts';
import { rate, termsRow, usage } from './rate-items.ts';
import { answerRow, traitsRow } from '../codec/request-traits.ts';
import { ledgerTable } from './table.ts';

const ENTRY = 'entry';
const MINUTE_MS = 60_000;

/** The epoch minute in a reservation's UUIDv7. */
const minuteOf = (reservationId: string): number =>
  Math.floor(
    Number.parseInt(reservationId.slice(0, 8) + reservationId.slice(9, 13), 16) / MINUTE_MS,
  );

/** The shards of the reservations of one epoch minute. */
export const shardsOfMinute = (spread: EntryShards, minute: number): number =>
  shardsAt(spread, minute * MINUTE_MS);

/** The shard of a reservation. */
export const shardOf = (spread: EntryShards, reservationId: string): number =>
  Number.parseInt(reservationId.slice(-2), 16) % shardsOfMinute(spread, minuteOf(reservationId));

/** The partition of the reservations of one minute (epoch minutes) and shard. */
export const reservationPartition = (minute: number, shard: number): string =>
  `reservation#${minute}#${shard}`;

/**
 * A reservation's key is derived from its id. A UUIDv7 contains its time, so the sweeper can query
 * a minute's reservations without an index.
 */
export const reservationKey = (spread: EntryShards, reservationId: string): LedgerKey => ({
  pk: reservationPartition(minuteOf(reservationId), shardOf(spread, reservationId)),
  sk: reservationId,
});

/** The partition of charges for one event id, one for each system that used it. */
export const chargePartition = (organizationId: string, eventId: string): string =>
  `charge#${organizationId}#${digest(eventId)}`;

/**
 * A charge's key is permanently derived from its system and event id, so a repeated event finds it.
 */
export const chargeKey = (organizationId: string, system: string, eventId: string): LedgerKey => ({
  pk: chargePartition(organizationId, eventId),
  sk: system,
});

/** Stores which reservation a credential's opaque `Idempotency-Key` created. */
export const idempotencyKey = (
  organizationId: string,
  keyId: string | undefined,
  key: string,
): LedgerKey => ({
  pk: `key#${organizationId}#${digest(JSON.stringify([keyId, key]))}`,
  sk: ENTRY,
});

export const entryKey = (spread: EntryShards, entry: Entry): LedgerKey =>
  entry.kind === 'charge'
    ? chargeKey(entry.organizationId, entry.system, entry.entryId)
    : reservationKey(spread, entry.entryId);

const digest = (content: string): string =>
  createHash('sha256').update(content).digest('base64url');

const prediction = row({
  expectedCostNanoUsd: money,
  inputTokens: number,
  expectedOutputTokens: number,
  maxOutputTokens: nullable(number),
  predictorVersion: text,
  promptShape: optional(number),
});

const saving = { savedNanoUsd: money, lostCacheNanoUsd: money };
export const savingRow = row(saving);
const switchRow = row({ model: text, rate, warmTokens: number, ...saving });

const correction = row({
  correctionId: text,
  previousNanoUsd: money,
  chargedNanoUsd: money,
  actor: text,
  reason: text,
  atMs: number,
});

/** The lane, then the exact positions. */
const walletHint = mapped(
  list(number),
  ([lane = 0, ...exact]) => ({ lane, exact }),
  ({ lane, exact }: NonNullable<Entry['wallet']>) => [lane, ...exact],
);

/** The tokens, then the positions of the balances that count. */
export const countsList = mapped(
  list(number),
  ([tokens = 0, ...positions]) => ({ tokens, positions }),
  ({ tokens, positions }: EntryCounts) => [tokens, ...positions],
);

/** The sort key of the dispute index starts with the time. */
const disputeInstant = mapped(
  text,
  (dva) => Date.parse(dva.slice(0, 24)),
  () => '',
);

/** Absent if listed, so that only entries of unknown regions carry it. */
export const PRICE_BASIS_LETTERS = { listed: 'L', 'dearest-known': 'D' } as const;

/** Names are short because writes pay for every attribute. An entry stays below 1 KB. */
export const entryCodec = itemCodec(ledgerTable, 'entry', {
  entryId: named('id', text),
  kind: named('k', letters({ charge: 'C', reservation: 'R' })),
  organizationId: named('org', text),
  keyId: named('kid', optional(text)),
  userId: named('uid', text),
  departmentId: named('dep', optional(text)),
  system: named('sys', text),
  given: named('gvn', optional(recordOf(text))),
  operation: named('op', optional(text)),
  model: named('mdl', text),
  region: named('rgn', optional(text)),
  serviceTier: named('tir', optional(words(SERVICE_TIERS))),
  terms: named('trm', optional(termsRow)),
  sessionId: named('ses', optional(text)),
  tags: optional(recordOf(text)),
  traits: named('trt', optional(traitsRow)),
  state: named('st', words(ENTRY_STATES)),
  amountNanoUsd: named('amt', money),
  chargedNanoUsd: named('chg', money),
  pricedNanoUsd: named('prc', optional(money)),
  reportedNanoUsd: named('rpt', optional(money)),
  priceBasis: named('pb', optional(letters(PRICE_BASIS_LETTERS))),
  unreadMembers: named('unr', optional(list(text))),
  switched: named('swt', optional(switchRow)),
  saving: named('sav', optional(savingRow)),
  delivery: named('dlv', optional(words(DELIVERIES))),
  disputedNanoUsd: named('dsp', optional(money)),
  deviations: named('dev', optional(list(words(DEVIATIONS)))),
  disputedAtMs: named('dva', optional(readOnly(disputeInstant))),
  settledKeyId: named('sky', optional(text)),
  declaredNanoUsd: named('dcl', optional(money)),
  balances: named('bal', list(text)),
  counts: named('n', optional(countsList)),
  wallet: named('wal', optional(walletHint)),
  occurredAtMs: named('at', number),
  expiresAtMs: named('exp', optional(number)),
  isListedByExpiry: named('lst', optional(flag)),
  isReleasedAtExpiry: named('rel', optional(flag)),
  openedNanoUsd: named('opn', optional(money)),
  draw: named('drw', optional(row({ workflowId: text, shared: number }))),
  version: named('ver', number),
  requestDigest: named('dig', text),
  rate: optional(rate),
  prediction: named('pred', optional(prediction)),
  maxOutputTokens: named('max', optional(number)),
  usage: named('use', optional(usage)),
  closedAtMs: named('cls', optional(number)),
  settlementDigest: named('sdg', optional(text)),
  latencyMs: named('lat', optional(number)),
  quality: named('q', optional(number)),
  answer: named('ans', optional(answerRow)),
  corrections: named('cor', optional(list(correction))),
});

/** Which reservation an opaque `Idempotency-Key` created, and for which request. */
export const opaqueKeyCodec = itemCodec(ledgerTable, 'opaque key', {
  reservationId: named('id', text),
  requestDigest: named('dig', text),
});

export const entryItem = (entry: Entry, { retentionDays, entryShards }: EntryStorage): Item => ({
  ...entryKey(entryShards, entry),
  ...entryCodec.encode(entry),
  ...disputeIndexOf(entry),
  ttl: expiryOfItem(entry, retentionDays),
});

/** When an entry's item may be deleted, in epoch seconds. */
export const expiryOfItem = (entry: Entry, retentionDays: number): number =>
  secondsAfter(entry.occurredAtMs, retentionDays);

export const parseEntry = (item: Item): Entry => entryCodec.decode(item);

/** The attributes that list an entry in the dispute index while it waits for an operator. */
export function disputeIndexOf(entry: Entry): {
  dvo: string | undefined;
  dva: string | undefined;
} {
  const { organizationId, disputedAtMs } = entry;
  if (disputedAtMs === undefined) return { dvo: undefined, dva: undefined };
  return {
    dvo: organizationId,
    dva: `${new Date(disputedAtMs).toISOString()}#${disputeIdOf(entry)}`,
  };
}

const CHARGE_DISPUTE = 'charge-';

/**
 * Identifies an entry among its organization's disputes, using only characters that are safe in
 * paths.
 */
export function disputeIdOf(entry: Entry): string {
  if (entry.kind !== 'charge') return entry.entryId;
  const system = Buffer.from(entry.system).toString('base64url');
  return `${CHARGE_DISPUTE}${digest(entry.entryId)}.${system}`;
}

/** The key of the charge that a dispute id refers to; `undefined` if it refers to none. */
export function disputedChargeKey(
  organizationId: string,
  disputeId: string,
): LedgerKey | undefined {
  const [event, system] = disputeId.split('.');
  if (!event?.startsWith(CHARGE_DISPUTE) || !system) return undefined;
  return {
    pk: `charge#${organizationId}#${event.slice(CHARGE_DISPUTE.length)}`,
    sk: Buffer.from(system, 'base64url').toString('utf8'),
  };
}

/** The postings of one change of a ledger item. Empty if it is not an entry. */
export function postingsOfChange(before: Item | undefined, after: Item | undefined): Posting[] {
  if (after === undefined || !isEntry(after)) return [];
  return postingsOf(before && parseEntry(before), parseEntry(after));
}

/** The expiry in a ledger change; `undefined` for other changes, which it does not read. */
export function expiryOfChange(
  before: Item | undefined,
  after: Item | undefined,
): PurserEvent | undefined {
  if (after?.['st'] !== 'expired' || before?.['st'] === 'expired') return undefined;
  return expiryEventOf(parseEntry(after));
}

/** An entry's owner and key, available even if the rest is unreadable. */
export const ownerOf = (item: Item): { organizationId: string; entryKey: LedgerKey } => ({
  organizationId: typeof item['org'] === 'string' ? item['org'] : UNKNOWN_ORGANIZATION,
  entryKey: parseKey(item),
});

/** Whether a stored item is an entry rather than a budget, a balance or an idempotency key. */
export const isEntry = (item: Item): boolean => item['k'] === 'C' || item['k'] === 'R';
