import type { Entry } from '../../domain/ledger/entry.ts';
import type { CancellationReason, Item, PutWrite } from '../dynamodb.ts';
import * as items from './entry-items.ts';
import type { EntryStorage } from './entry-storage.ts';
import { entryPut } from './entry-writes.ts';
import { ownHoldPuts } from './own-holds.ts';
import { ledgerTable } from './table.ts';

/**
 * The writes that store a new entry: the entry itself, its opaque `Idempotency-Key` if it has one, and
 * an item on the list of holds if the entry belongs there.
 */
export function newEntryPuts(
  entry: Entry,
  opaqueKey: string | undefined,
  storage: EntryStorage,
): PutWrite[] {
  return [
    entryPut(entry, storage),
    ...(opaqueKey === undefined ? [] : [keyPut(entry, opaqueKey, storage)]),
    ...ownHoldPuts(entry, storage),
  ];
}

/** Stores which reservation a credential's opaque `Idempotency-Key` created. */
function keyPut(entry: Entry, opaqueKey: string, { retentionDays }: EntryStorage): PutWrite {
  return {
    kind: 'put',
    table: ledgerTable.name,
    item: {
      ...items.idempotencyKey(entry.organizationId, entry.keyId, opaqueKey),
      ...items.opaqueKeyCodec.encode({
        reservationId: entry.entryId,
        requestDigest: entry.requestDigest,
      }),
      ttl: items.expiryOfItem(entry, retentionDays),
    },
    condition: 'attribute_not_exists(pk)',
  };
}

/** Why an entry was not put. */
export type PutRefusal =
  /** An entry with this id already exists. */
  | { kind: 'exists'; entry: Entry }
  /** The Idempotency-Key already created another reservation. */
  | { kind: 'key-used'; reservationId: string; requestDigest: string };

/**
 * Why an entry was not put, if that caused the transaction to be canceled.
 * @param reasons starting with those of `newEntryPuts`
 */
export function putRefusalOf(
  [entryReason, keyReason]: CancellationReason[],
  opaqueKey: string | undefined,
): PutRefusal | undefined {
  const key = opaqueKey === undefined ? undefined : failedItem(keyReason);
  if (key) return { kind: 'key-used', ...items.opaqueKeyCodec.decode(key) };
  const existing = failedItem(entryReason);
  return existing && { kind: 'exists', entry: items.parseEntry(existing) };
}

const failedItem = (reason: CancellationReason | undefined): Item | undefined =>
  reason?.kind === 'condition' ? reason.old : undefined;
