import type { Entry } from '../../domain/ledger/entry.ts';
import type { CancellationReason, Item, PutWrite, UpdateWrite } from '../dynamodb.ts';
import * as items from './entry-items.ts';
import { usageAttribute } from './rate-items.ts';
import { ledgerTable } from './table.ts';

/** When an entry's item may be deleted, in epoch seconds. */
export const expiryOfItem = (entry: Entry, retentionDays: number): number =>
  Math.floor(entry.occurredAtMs / 1_000) + retentionDays * 86_400;

/** Replaces an open entry that no wallet holds yet by another offer of the same request. */
export const entryReplacement = (entry: Entry, retentionDays: number): PutWrite => ({
  ...entryPut(entry, expiryOfItem(entry, retentionDays)),
  condition: 'ver = :one AND st = :reserved',
  values: { ':one': 1, ':reserved': 'reserved' },
});

/** Puts an entry that is not there. */
export function entryPut(entry: Entry, ttlSeconds: number): PutWrite {
  return {
    kind: 'put',
    table: ledgerTable.name,
    item: items.entryItem(entry, ttlSeconds),
    condition: 'attribute_not_exists(pk)',
  };
}

/** Remembers which reservation an opaque Idempotency-Key of the entry's credential made. */
export function keyPut(entry: Entry, opaqueKey: string, ttlSeconds: number): PutWrite {
  return {
    kind: 'put',
    table: ledgerTable.name,
    item: {
      ...items.idempotencyKey(entry.organizationId, entry.keyId, opaqueKey),
      id: entry.entryId,
      dig: entry.requestDigest,
      ttl: ttlSeconds,
    },
    condition: 'attribute_not_exists(pk)',
  };
}

/** Moves an entry to its next version, if it is still at the one before. */
export function entryUpdate(before: Entry, after: Entry): UpdateWrite {
  const index = items.disputeIndexOf(after);
  const sets: [string, string, Item[string]][] = [
    ['#st', 'st', after.state],
    ['#ver', 'ver', after.version],
    ['#chg', 'chg', after.chargedNanoUsd],
    ['#dsp', 'dsp', after.disputedNanoUsd],
    ['#dev', 'dev', after.deviations],
    ['#sky', 'sky', after.settledKeyId],
    ['#dvo', 'dvo', index.dvo],
    ['#dva', 'dva', index.dva],
    ['#mdl', 'mdl', after.model],
    ['#cls', 'cls', after.closedAtMs],
    ['#use', 'use', after.usage && usageAttribute(after.usage)],
    ['#sdg', 'sdg', after.settlementDigest],
    ['#lat', 'lat', after.latencyMs],
    ['#q', 'q', after.quality],
    ['#cor', 'cor', after.corrections && items.correctionsAttribute(after.corrections)],
  ];
  const present = sets.filter(([, , value]) => value !== undefined);
  const ended = before.disputedAtMs !== undefined && after.disputedAtMs === undefined;
  return {
    kind: 'update',
    table: ledgerTable.name,
    key: items.entryKey(after),
    update:
      `SET ${present.map(([name]) => `${name} = :${name.slice(1)}`).join(', ')}` +
      (ended ? ' REMOVE dsp, dvo, dva' : ''),
    condition: '#ver = :before',
    names: { '#ver': 'ver', ...Object.fromEntries(present.map(([name, text]) => [name, text])) },
    values: {
      ':before': before.version,
      ...Object.fromEntries(present.map(([name, , value]) => [`:${name.slice(1)}`, value ?? null])),
    },
  };
}

/** Why an entry was not put. */
export type PutRefusal =
  /** An entry of this id stands already. */
  | { kind: 'exists'; entry: Entry }
  /** The Idempotency-Key made another reservation. */
  | { kind: 'key-used'; reservationId: string; requestDigest: string };

/**
 * Why an entry was not put, if that is what cancelled a transaction.
 * @param reasons that of the entry first
 * @param keyPosition where that of its opaque key is, if it has one
 */
export function putRefusalOf(
  reasons: CancellationReason[],
  keyPosition: number | undefined,
): PutRefusal | undefined {
  const key = keyPosition === undefined ? undefined : failedItem(reasons[keyPosition]);
  if (key) {
    return {
      kind: 'key-used',
      reservationId: String(key['id']),
      requestDigest: String(key['dig']),
    };
  }
  const existing = failedItem(reasons[0]);
  return existing && { kind: 'exists', entry: items.parseEntry(existing) };
}

const failedItem = (reason: CancellationReason | undefined): Item | undefined =>
  reason?.kind === 'condition' ? reason.old : undefined;
