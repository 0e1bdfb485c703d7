import { createHash } from 'node:crypto';
import { type Correction, type Entry, type EntryState } from '../../domain/ledger/entry.ts';
import { postingsOf } from '../../domain/ledger/entry-postings.ts';
import type { Deviation } from '../../domain/ledger/deviation.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import type { Attribute, Item } from '../dynamodb.ts';
import { storedMoney, type LedgerKey, UNKNOWN_ORGANIZATION } from './key.ts';
import { parseRate, parseUsage, rateAttribute, usageAttribute } from './rate-items.ts';

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

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** Names are short because every attribute is paid for in write units: an entry stays below 1 KB. */
export function entryItem(entry: Entry, ttlSeconds: number): Item {
  const { prediction, rate, usage } = entry;
  return {
    ...entryKey(entry),
    id: entry.entryId,
    k: entry.kind === 'charge' ? 'C' : 'R',
    org: entry.organizationId,
    kid: entry.keyId,
    uid: entry.userId,
    dep: entry.departmentId,
    sys: entry.system,
    gvn: entry.given,
    op: entry.operation,
    mdl: entry.model,
    rgn: entry.region,
    tags: entry.tags,
    st: entry.state,
    amt: entry.amountNanoUsd,
    chg: entry.chargedNanoUsd,
    dsp: entry.disputedNanoUsd,
    dev: entry.deviations,
    sky: entry.settledKeyId,
    dcl: entry.declaredNanoUsd,
    ...disputeIndexOf(entry),
    bal: entry.balances,
    wal: entry.wallet && [entry.wallet.lane, ...entry.wallet.exact],
    at: entry.occurredAtMs,
    exp: entry.expiresAtMs,
    rel: entry.isReleasedAtExpiry,
    ver: entry.version,
    dig: entry.requestDigest,
    rate: rate && rateAttribute(rate),
    pred: prediction && [
      prediction.expectedCostNanoUsd,
      prediction.inputTokens,
      prediction.expectedOutputTokens,
      prediction.maxOutputTokens ?? null,
      prediction.predictorVersion,
      ...(prediction.promptShape === undefined ? [] : [prediction.promptShape]),
    ],
    use: usage && usageAttribute(usage),
    cls: entry.closedAtMs,
    sdg: entry.settlementDigest,
    lat: entry.latencyMs,
    q: entry.quality,
    cor: entry.corrections && correctionsAttribute(entry.corrections),
    ttl: ttlSeconds,
  };
}

export function parseEntry(item: Item): Entry {
  const prediction = item['pred'] as Attribute[] | undefined;
  const usage = item['use'] as bigint[] | undefined;
  const wallet = item['wal'] as bigint[] | undefined;
  return {
    entryId: String(item['id']),
    kind: item['k'] === 'C' ? 'charge' : 'reservation',
    organizationId: String(item['org']),
    keyId: item['kid'] as string | undefined,
    userId: String(item['uid']),
    departmentId: item['dep'] as string | undefined,
    system: String(item['sys']),
    given: item['gvn'] as Entry['given'],
    operation: item['op'] as string | undefined,
    model: String(item['mdl']),
    region: item['rgn'] as string | undefined,
    tags: item['tags'] as Record<string, string> | undefined,
    state: item['st'] as EntryState,
    amountNanoUsd: storedMoney(item['amt']),
    chargedNanoUsd: storedMoney(item['chg']),
    disputedNanoUsd: item['dsp'] === undefined ? undefined : storedMoney(item['dsp']),
    deviations: item['dev'] as Deviation[] | undefined,
    disputedAtMs:
      item['dva'] === undefined ? undefined : Date.parse(String(item['dva']).slice(0, 24)),
    settledKeyId: item['sky'] as string | undefined,
    declaredNanoUsd: item['dcl'] === undefined ? undefined : storedMoney(item['dcl']),
    balances: item['bal'] as string[],
    wallet: wallet && parseWalletHint(wallet),
    occurredAtMs: Number(item['at']),
    expiresAtMs: optionalNumber(item['exp']),
    isReleasedAtExpiry: item['rel'] as boolean | undefined,
    version: Number(item['ver']),
    requestDigest: String(item['dig']),
    rate: item['rate'] === undefined ? undefined : parseRate(item['rate'] as bigint[]),
    prediction: prediction && {
      expectedCostNanoUsd: storedMoney(prediction[0]),
      inputTokens: Number(prediction[1]),
      expectedOutputTokens: Number(prediction[2]),
      maxOutputTokens: prediction[3] === null ? undefined : Number(prediction[3]),
      predictorVersion: String(prediction[4]),
      promptShape: optionalNumber(prediction[5]),
    },
    usage: usage && parseUsage(usage),
    closedAtMs: optionalNumber(item['cls']),
    settlementDigest: item['sdg'] as string | undefined,
    latencyMs: optionalNumber(item['lat']),
    quality: optionalNumber(item['q']),
    corrections: (item['cor'] as Attribute[][] | undefined)?.map(parseCorrection),
  };
}

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

export const correctionsAttribute = (corrections: Correction[]): Attribute[][] =>
  corrections.map((one) => [
    one.correctionId,
    one.previousNanoUsd,
    one.chargedNanoUsd,
    one.actor,
    one.reason,
    one.atMs,
  ]);

const parseCorrection = ([id, previous, charged, actor, reason, at]: Attribute[]): Correction => ({
  correctionId: String(id),
  previousNanoUsd: storedMoney(previous),
  chargedNanoUsd: storedMoney(charged),
  actor: String(actor),
  reason: String(reason),
  atMs: Number(at),
});

/** The postings that one change of an item of the ledger made: none unless it is an entry. */
export function postingsOfChange(before: Item | undefined, after: Item | undefined): Posting[] {
  if (after === undefined || !isEntry(after)) return [];
  return postingsOf(before && parseEntry(before), parseEntry(after));
}

/** Whose an entry is and where, even if nothing else of it can be read. */
export const ownerOf = (item: Item): { organizationId: string; entryKey: LedgerKey } => ({
  organizationId: String(item['org'] ?? UNKNOWN_ORGANIZATION),
  entryKey: { pk: String(item['pk']), sk: String(item['sk']) },
});

/** Whether a stored item is an entry (and not a budget, a balance or an idempotency key). */
export const isEntry = (item: Item): boolean => item['k'] === 'C' || item['k'] === 'R';

function parseWalletHint(stored: bigint[]): NonNullable<Entry['wallet']> {
  const [lane = 0, ...exact] = stored.map(Number);
  return { lane, exact };
}

const optionalNumber = (stored: unknown): number | undefined =>
  stored === undefined || stored === null ? undefined : Number(stored);
