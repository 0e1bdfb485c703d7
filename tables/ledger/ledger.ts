import type { BalanceChange, Entry } from '../../domain/ledger/entry.ts';
import type { DynamoDb, TransactionWrite } from '../dynamodb.ts';
import { type AffectedBalance, balanceUpdate } from './balance-writes.ts';
import * as items from './entry-items.ts';
import type { EntryStorage } from './entry-storage.ts';
import { draws } from './draws.ts';
import { changeWrites, entryChanges } from './entry-changes.ts';
import { entryPut, entryUpdate } from './entry-writes.ts';
import type { LedgerKey } from './key.ts';
import type { Claimed } from '../../domain/ledger/claim.ts';
import { type ConductChange, conductChangeOf } from '../../domain/ledger/conduct.ts';
import { claimWrites, conductWrites } from './conduct.ts';
import { ledgerTable } from './table.ts';
import { queryAll } from '../query-all.ts';
import { readMany } from '../read-many.ts';
import { newEntryPuts, type PutRefusal, putRefusalOf } from './new-entry.ts';
import { ownHolds } from './own-holds.ts';
import { sweeps } from './sweeps.ts';

/** Why a transaction changed nothing. */
export type LedgerRefusal =
  | PutRefusal
  /** The entry changed after it was read. */
  | { kind: 'changed'; entry: Entry | undefined }
  /** An enforcing balance has too little headroom or is not open. */
  | { kind: 'no-headroom' }
  /** The workflow has too little left, or is not open any more. */
  | { kind: 'undrawn' }
  /** Nothing was decided, so the caller may retry after a pause. */
  | { kind: 'conflict' };
export type LedgerResult = { kind: 'done' } | LedgerRefusal;

export type LedgerStore = ReturnType<typeof createLedgerStore>;

export const createLedgerStore = (db: DynamoDb, storage: EntryStorage) => ({
  ...reservations(db, storage),
  ...entryChanges(db, storage),
  ...postings(db, storage),
  ...entries(db, storage),
  ...places(storage),
  ...draws(db, storage),
  ...sweeps(db, storage),
  ...ownHolds(db, storage),
});

/** Creates and ends reservations. */
function reservations(db: DynamoDb, storage: EntryStorage) {
  return {
    /** Puts a new reservation and holds its amount in every balance, all or nothing. */
    async reserve(
      entry: Entry,
      affected: AffectedBalance[],
      change: BalanceChange,
      opaqueKey?: string,
    ): Promise<LedgerResult> {
      const use = { atMs: entry.occurredAtMs, retentionDays: storage.retentionDays };
      const result = await db.transact([
        ...newEntryPuts(entry, opaqueKey, storage),
        ...affected.map((balance) => balanceUpdate(entry.organizationId, balance, change, use)),
      ]);
      if (result.ok) return { kind: 'done' };
      const refused = putRefusalOf(result.reasons, opaqueKey);
      if (refused) return refused;
      const isShort = result.reasons.some((reason) => reason.kind === 'condition');
      return { kind: isShort ? 'no-headroom' : 'conflict' };
    },

    /** Puts a new reservation whose money a wallet is about to hold. */
    async put(
      entry: Entry,
      opaqueKey?: string,
    ): Promise<Exclude<LedgerResult, { kind: 'no-headroom' | 'changed' | 'undrawn' }>> {
      const puts = newEntryPuts(entry, opaqueKey, storage);
      const [put, ...others] = puts;
      if (put && others.length === 0) {
        const result = await db.write(put);
        if (result.ok) return { kind: 'done' };
        const existing = result.reason.old;
        if (!existing) throw new Error(`entry ${entry.entryId} is refused and not there`);
        return { kind: 'exists', entry: items.parseEntry(existing) };
      }
      const result = await db.transact(puts);
      if (result.ok) return { kind: 'done' };
      return putRefusalOf(result.reasons, opaqueKey) ?? { kind: 'conflict' };
    },

    /** Updates an entry to its next version after its wallet has moved the money. */
    async finish(before: Entry, after: Entry): Promise<LedgerResult> {
      const result = await db.write(entryUpdate(storage.entryShards, before, after));
      if (result.ok) return { kind: 'done' };
      return { kind: 'changed', entry: result.reason.old && items.parseEntry(result.reason.old) };
    },
  };
}

/** Charges. */
function postings(db: DynamoDb, storage: EntryStorage) {
  const { retentionDays } = storage;
  return {
    /**
     * Puts charges of one key that share the same balances, and takes their sum from each balance.
     * @returns `over-claimed` if the key has claimed more since; or the charges that already exist,
     *   by position, if they prevented the write
     */
    async charge(
      charges: Entry[],
      affected: AffectedBalance[],
      sum: BalanceChange,
      claimed?: Claimed,
    ): Promise<
      | { kind: 'done' }
      | { kind: 'exists'; standing: Map<number, Entry> }
      | { kind: 'over-claimed' }
      | { kind: 'conflict' }
    > {
      const organizationId = charges[0]?.organizationId ?? '';
      const disputed = charges.map((entry) => conductChangeOf(undefined, entry));
      const claims = claimWrites(claimed);
      const use = { atMs: charges[0]?.closedAtMs ?? 0, retentionDays };
      const result = await db.transact([
        ...charges.map((entry) => entryPut(entry, storage)),
        ...affected.map((balance) => balanceUpdate(organizationId, balance, sum, use)),
        ...conductWrites(sumOfDisputes(disputed)),
        ...claims,
      ]);
      if (result.ok) return { kind: 'done' };
      const standing = new Map(
        result.reasons.slice(0, charges.length).flatMap((reason, position) =>
          // A charge's condition fails if the charge already exists.
          reason.kind === 'condition' && reason.old
            ? [[position, items.parseEntry(reason.old)]]
            : [],
        ),
      );
      if (standing.size > 0) return { kind: 'exists', standing };
      const isOver = claims.length > 0 && result.reasons.at(-1)?.kind === 'condition';
      return { kind: isOver ? 'over-claimed' : 'conflict' };
    },
  };
}

/** Where entries are stored, and what corrects them. */
const places = ({ entryShards }: EntryStorage) => ({
  /** The writes that correct an entry, for a transaction with the record of who corrected it. */
  correctionWrites: (before: Entry, after: Entry, change: BalanceChange): TransactionWrite[] =>
    changeWrites(entryShards, { before, after }, change),

  keyOf: (entry: Entry): LedgerKey => items.entryKey(entryShards, entry),

  keyOfReservation: (reservationId: string): LedgerKey =>
    items.reservationKey(entryShards, reservationId),
});

/** Entries by id. */
function entries(db: DynamoDb, { entryShards }: EntryStorage) {
  async function getReservation(reservationId: string): Promise<Entry | undefined> {
    const item = await db.get({
      table: ledgerTable.name,
      key: items.reservationKey(entryShards, reservationId),
      consistent: true,
    });
    return item && items.parseEntry(item);
  }

  return {
    getReservation,

    /** Which of these reservations (up to 100) have ended or are past their retention. */
    async listClosed(reservationIds: string[]): Promise<string[]> {
      const keys = reservationIds.map((id) => ({
        table: ledgerTable.name,
        key: items.reservationKey(entryShards, id),
      }));
      const stored = await db.batchGet(keys, { consistent: true });
      return reservationIds.filter((_, position) => {
        const item = stored[position];
        return item === undefined || items.parseEntry(item).state !== 'reserved';
      });
    },

    /** The charge that a system's usage event created, if any. */
    async getCharge(
      organizationId: string,
      system: string,
      eventId: string,
    ): Promise<Entry | undefined> {
      const key = items.chargeKey(organizationId, system, eventId);
      const item = await db.get({ table: ledgerTable.name, key, consistent: true });
      return item && items.parseEntry(item);
    },

    /** The entries at these keys, in order; `undefined` for missing ones. For maintenance only. */
    async listEntries(keys: readonly LedgerKey[]): Promise<(Entry | undefined)[]> {
      const stored = await readMany(db, ledgerTable.name, keys, { consistent: true });
      return stored.map((item) => item && items.parseEntry(item));
    },

    /** The charges for one event id, one per system. */
    async listCharges(organizationId: string, eventId: string): Promise<Entry[]> {
      const charges = await queryAll(db, {
        table: ledgerTable.name,
        condition: 'pk = :pk',
        values: { ':pk': items.chargePartition(organizationId, eventId) },
        consistent: true,
      });
      return charges.map(items.parseEntry);
    },

    /** The reservation that a credential's opaque Idempotency-Key created, if any. */
    async getReservationOfKey(
      organizationId: string,
      keyId: string,
      key: string,
    ): Promise<Entry | undefined> {
      const made = await db.get({
        table: ledgerTable.name,
        key: items.idempotencyKey(organizationId, keyId, key),
        consistent: true,
      });
      return made && getReservation(items.opaqueKeyCodec.decode(made).reservationId);
    },
  };
}

/** One key creates all charges of a batch. */
function sumOfDisputes(changes: (ConductChange | undefined)[]): ConductChange | undefined {
  const [first, ...others] = changes.filter((change) => change !== undefined);
  const more = others.reduce((sum, { disputedNanoUsd }) => sum + disputedNanoUsd, 0n);
  return first && { ...first, disputedNanoUsd: first.disputedNanoUsd + more };
}
