import { createHash } from 'node:crypto';
import { type Entry, ENTRY_STATES } from '../../domain/ledger/entry.ts';
import { postingsOf } from '../../domain/ledger/entry-postings.ts';
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
import { type LedgerKey, parseKey, UNKNOWN_ORGANIZATION } from './key.ts';
import { rate, usage } from './rate-items.ts';
import { ledgerTable } from './table.ts';

/** Reservations of one minute are spread over this many partitions. */
export const RESERVATION_SHARDS = 8;
const ENTRY = 'entry';

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

/** Partition of the charges that events of one id made: one for each system that used the id. */
export const chargePartition = (organizationId: string, eventId: string): string =>
  `charge#${organizationId}#${digest(eventId)}`;

/** A charge's key follows from its system and event id, for ever: a repetition meets it. */
export const chargeKey = (organizationId: string, system: string, eventId: string): LedgerKey => ({
  pk: chargePartition(organizationId, eventId),
  sk: system,
});

/** Remembers which reservation an opaque `Idempotency-Key` of one credential made. */
export const idempotencyKey = (
  organizationId: string,
  keyId: string | undefined,
  key: string,
): LedgerKey => ({
  pk: `key#${organizationId}#${digest(JSON.stringify([keyId, key]))}`,
  sk: ENTRY,
});

export const entryKey = (entry: Entry): LedgerKey =>
  entry.kind === 'charge'
    ? chargeKey(entry.organizationId, entry.system, entry.entryId)
    : reservationKey(entry.entryId);

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

const correction = row({
  correctionId: text,
  previousNanoUsd: money,
  chargedNanoUsd: money,
  actor: text,
  reason: text,
  atMs: number,
});

/** The lane, then the positions that are exact. */
const walletHint = mapped(
  list(number),
  ([lane = 0, ...exact]) => ({ lane, exact }),
  ({ lane, exact }: NonNullable<Entry['wallet']>) => [lane, ...exact],
);

/** The sort key of the index of disputes begins with the instant. */
const disputeInstant = mapped(
  text,
  (dva) => Date.parse(dva.slice(0, 24)),
  () => '',
);

/** Names are short because every attribute is paid for in write units: an entry stays below 1 KB. */
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
  tags: optional(recordOf(text)),
  state: named('st', words(ENTRY_STATES)),
  amountNanoUsd: named('amt', money),
  chargedNanoUsd: named('chg', money),
  disputedNanoUsd: named('dsp', optional(money)),
  deviations: named('dev', optional(list(words(DEVIATIONS)))),
  disputedAtMs: named('dva', optional(readOnly(disputeInstant))),
  settledKeyId: named('sky', optional(text)),
  declaredNanoUsd: named('dcl', optional(money)),
  balances: named('bal', list(text)),
  wallet: named('wal', optional(walletHint)),
  occurredAtMs: named('at', number),
  expiresAtMs: named('exp', optional(number)),
  isReleasedAtExpiry: named('rel', optional(flag)),
  version: named('ver', number),
  requestDigest: named('dig', text),
  rate: optional(rate),
  prediction: named('pred', optional(prediction)),
  usage: named('use', optional(usage)),
  closedAtMs: named('cls', optional(number)),
  settlementDigest: named('sdg', optional(text)),
  latencyMs: named('lat', optional(number)),
  quality: named('q', optional(number)),
  corrections: named('cor', optional(list(correction))),
});

/** Which reservation an opaque `Idempotency-Key` made, and by which request. */
export const opaqueKeyCodec = itemCodec(ledgerTable, 'opaque key', {
  reservationId: named('id', text),
  requestDigest: named('dig', text),
});

export const entryItem = (entry: Entry, ttlSeconds: number): Item => ({
  ...entryKey(entry),
  ...entryCodec.encode(entry),
  ...disputeIndexOf(entry),
  ttl: ttlSeconds,
});

export const parseEntry = (item: Item): Entry => entryCodec.decode(item);

/** What lists an entry in the index of disputes while an operator is asked to look at it. */
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

/** Names an entry among the disputes of its organization, by characters that paths take as they are. */
export function disputeIdOf(entry: Entry): string {
  if (entry.kind !== 'charge') return entry.entryId;
  const system = Buffer.from(entry.system).toString('base64url');
  return `${CHARGE_DISPUTE}${digest(entry.entryId)}.${system}`;
}

/** The key of the charge that a dispute's id names; `undefined` when it names none. */
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

/** The postings that one change of an item of the ledger made: none unless it is an entry. */
export function postingsOfChange(before: Item | undefined, after: Item | undefined): Posting[] {
  if (after === undefined || !isEntry(after)) return [];
  return postingsOf(before && parseEntry(before), parseEntry(after));
}

/** Whose an entry is and where, even if nothing else of it can be read. */
export const ownerOf = (item: Item): { organizationId: string; entryKey: LedgerKey } => ({
  organizationId: typeof item['org'] === 'string' ? item['org'] : UNKNOWN_ORGANIZATION,
  entryKey: parseKey(item),
});

/** Whether a stored item is an entry (and not a budget, a balance or an idempotency key). */
export const isEntry = (item: Item): boolean => item['k'] === 'C' || item['k'] === 'R';
