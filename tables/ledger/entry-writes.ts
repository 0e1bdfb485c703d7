import type { Entry } from '../../domain/ledger/entry.ts';
import type { CancellationReason, Item, PutWrite, UpdateWrite } from '../dynamodb.ts';
import * as items from './entry-items.ts';
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
      ...items.opaqueKeyCodec.encode({
        reservationId: entry.entryId,
        requestDigest: entry.requestDigest,
      }),
      ttl: ttlSeconds,
    },
    condition: 'attribute_not_exists(pk)',
  };
}

/** Attributes of an entry that a change of its state or of its settlement may set. */
const CHANGING = [
  'st',
  'ver',
  'chg',
  'dsp',
  'dev',
  'sky',
  'dvo',
  'dva',
  'mdl',
  'cls',
  'use',
  'sdg',
  'lat',
  'q',
  'cor',
] as const;

/** Moves an entry to its next version, if it is still at the one before. */
export function entryUpdate(before: Entry, after: Entry): UpdateWrite {
  const item: Item = { ...items.entryCodec.encode(after), ...items.disputeIndexOf(after) };
  const sets = CHANGING.flatMap((name) => {
    const attribute = item[name];
    return attribute === undefined ? [] : [[name, attribute] as const];
  });
  const ended = before.disputedAtMs !== undefined && after.disputedAtMs === undefined;
  return {
    kind: 'update',
    table: ledgerTable.name,
    key: items.entryKey(after),
    update:
      `SET ${sets.map(([name]) => `#${name} = :${name}`).join(', ')}` +
      (ended ? ' REMOVE dsp, dvo, dva' : ''),
    condition: '#ver = :before',
    names: Object.fromEntries(sets.map(([name]) => [`#${name}`, name])),
    values: {
      ':before': before.version,
      ...Object.fromEntries(sets.map(([name, attribute]) => [`:${name}`, attribute])),
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
  if (key) return { kind: 'key-used', ...items.opaqueKeyCodec.decode(key) };
  const existing = failedItem(reasons[0]);
  return existing && { kind: 'exists', entry: items.parseEntry(existing) };
}

const failedItem = (reason: CancellationReason | undefined): Item | undefined =>
  reason?.kind === 'condition' ? reason.old : undefined;
