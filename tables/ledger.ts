import { type BalanceRef, parseBalanceName } from '../domain/ledger/budget.ts';
import type { BalanceChange, Entry } from '../domain/ledger/entry.ts';
import { defineTable } from './definition.ts';
import type { CancellationReason, DynamoDb, Item, Key, PutWrite, UpdateWrite } from './dynamodb.ts';
import { balanceKey } from './ledger-budget-items.ts';
import * as items from './ledger-entry-items.ts';

/**
 * Budgets, their balances per period, and every entry that moves money. Access patterns:
 * - the budgets and balances of up to five scopes, by key, in one read (`readStandings` in ledger-budgets.ts);
 * - one entry by its id; the reservations made in one minute, for the sweeper;
 * - which reservation an opaque Idempotency-Key made;
 * - all budgets of an organization (index `byOrganization`, written only when budgets change).
 * Every change of money is one transaction over an entry and all balances that it names.
 */
export const ledgerTable = defineTable({
  name: 'ledger',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
  indexes: [
    {
      name: 'byOrganization',
      partitionKey: { name: 'budgetsOf', type: 'S' },
      sortKey: { name: 'pk', type: 'S' },
      projection: 'ALL',
    },
  ],
  stream: true,
  timeToLiveAttribute: 'ttl',
});

/** Why a transaction changed nothing. */
export type LedgerRefusal =
  /** An entry of this id stands already. */
  | { kind: 'exists'; entry: Entry }
  /** The Idempotency-Key made another reservation. */
  | { kind: 'key-used'; reservationId: string; requestDigest: string }
  /** The entry has moved on since it was read. */
  | { kind: 'changed'; entry: Entry | undefined }
  /** At least one enforcing balance has too little headroom, or is not open. */
  | { kind: 'no-headroom' }
  /** Nothing was decided; the same may be tried again after a pause. */
  | { kind: 'conflict' };
export type LedgerResult = { kind: 'done' } | LedgerRefusal;

/** A balance that a new entry changes; `enforce` makes its headroom a condition. */
export type AffectedBalance = { ref: BalanceRef; enforce: boolean };

export type LedgerStore = ReturnType<typeof createLedgerStore>;

/** @param retentionDays how long entries are kept after they were made */
export function createLedgerStore(db: DynamoDb, { retentionDays }: { retentionDays: number }) {
  const ttlOf = (entry: Entry): number =>
    Math.floor(entry.occurredAtMs / 1_000) + retentionDays * 86_400;

  async function getReservation(reservationId: string): Promise<Entry | undefined> {
    const item = await db.get({
      table: ledgerTable.name,
      key: items.reservationKey(reservationId),
      consistent: true,
    });
    return item && items.parseEntry(item);
  }

  return {
    /** Puts a new reservation and holds its amount in every balance, all or nothing. */
    async reserve(
      entry: Entry,
      affected: AffectedBalance[],
      change: BalanceChange,
      opaqueKey?: string,
    ): Promise<LedgerResult> {
      const keyWrite = opaqueKey === undefined ? [] : [keyPut(entry, opaqueKey, ttlOf(entry))];
      const result = await db.transact([
        entryPut(entry, ttlOf(entry)),
        ...affected.map((balance) => balanceUpdate(entry.organizationId, balance, change)),
        ...keyWrite,
      ]);
      if (result.ok) return { kind: 'done' };
      const key = failedItem(result.reasons[affected.length + 1]);
      if (key) {
        return {
          kind: 'key-used',
          reservationId: String(key['id']),
          requestDigest: String(key['dig']),
        };
      }
      const existing = failedItem(result.reasons[0]);
      if (existing) return { kind: 'exists', entry: items.parseEntry(existing) };
      return result.reasons.some((reason) => reason.kind === 'condition')
        ? { kind: 'no-headroom' }
        : { kind: 'conflict' };
    },

    /** Moves an entry to its next version, and the money in its balances with it. */
    async change(before: Entry, after: Entry, change: BalanceChange): Promise<LedgerResult> {
      const result = await db.transact([
        entryUpdate(before, after),
        ...after.balances.map((name) =>
          balanceUpdate(
            after.organizationId,
            { ref: parseBalanceName(name), enforce: false },
            change,
          ),
        ),
      ]);
      if (result.ok) return { kind: 'done' };
      const [reason, ...others] = result.reasons;
      if (others.some((other) => other.kind === 'condition')) {
        throw new Error(`a balance of entry ${after.entryId} is missing`);
      }
      if (reason?.kind !== 'condition') return { kind: 'conflict' };
      return { kind: 'changed', entry: reason.old && items.parseEntry(reason.old) };
    },

    /**
     * Puts charges that share the same balances, and takes their sum from each balance.
     * @returns the positions of charges that stand already, when nothing was written because of them
     */
    async charge(
      charges: Entry[],
      affected: AffectedBalance[],
      sum: BalanceChange,
    ): Promise<
      { kind: 'done' } | { kind: 'duplicates'; positions: number[] } | { kind: 'conflict' }
    > {
      const organizationId = charges[0]?.organizationId ?? '';
      const result = await db.transact([
        ...charges.map((entry) => entryPut(entry, ttlOf(entry))),
        ...affected.map((balance) => balanceUpdate(organizationId, balance, sum)),
      ]);
      if (result.ok) return { kind: 'done' };
      const positions = result.reasons.flatMap((reason, position) =>
        position < charges.length && reason.kind === 'condition' ? [position] : [],
      );
      return positions.length > 0 ? { kind: 'duplicates', positions } : { kind: 'conflict' };
    },

    getReservation,

    /** The charge that a usage event made, if any. */
    async getCharge(organizationId: string, eventId: string): Promise<Entry | undefined> {
      const key = items.chargeKey(organizationId, eventId);
      const item = await db.get({ table: ledgerTable.name, key, consistent: true });
      return item && items.parseEntry(item);
    },

    /** The reservation that an opaque Idempotency-Key made, if any. */
    async getReservationOfKey(organizationId: string, key: string): Promise<Entry | undefined> {
      const made = await db.get({
        table: ledgerTable.name,
        key: items.idempotencyKey(organizationId, key),
        consistent: true,
      });
      return made && getReservation(String(made['id']));
    },

    /** Reservations made in one epoch minute and shard that are still open, page by page. */
    async listOpenReservations(
      minute: number,
      shard: number,
      startKey?: Key,
    ): Promise<{ entries: Entry[]; nextKey?: Key | undefined }> {
      const page = await db.query({
        table: ledgerTable.name,
        condition: 'pk = :pk',
        filter: 'st = :reserved',
        values: { ':pk': items.reservationPartition(minute, shard), ':reserved': 'reserved' },
        startKey,
        consistent: true,
      });
      return { entries: page.items.map(items.parseEntry), nextKey: page.nextKey };
    },

    /** The epoch minute before which no reservation is open; undefined before the first sweep. */
    async getSweptMinute(): Promise<number | undefined> {
      const item = await db.get({ table: ledgerTable.name, key: SWEEP_KEY, consistent: true });
      return item && Number(item['minute']);
    },

    async putSweptMinute(minute: number): Promise<void> {
      await db.write({ kind: 'put', table: ledgerTable.name, item: { ...SWEEP_KEY, minute } });
    },

    /** Every item, page by page, for the conservation check. Maintenance only: it reads the table. */
    async scan(startKey?: Key): Promise<{ items: Item[]; nextKey?: Key | undefined }> {
      return db.scan({ table: ledgerTable.name, startKey, consistent: true });
    },
  };
}

const SWEEP_KEY = { pk: 'sweep', sk: 'minute' };

function entryPut(entry: Entry, ttlSeconds: number): PutWrite {
  return {
    kind: 'put',
    table: ledgerTable.name,
    item: items.entryItem(entry, ttlSeconds),
    condition: 'attribute_not_exists(pk)',
  };
}

function keyPut(entry: Entry, opaqueKey: string, ttlSeconds: number): PutWrite {
  return {
    kind: 'put',
    table: ledgerTable.name,
    item: {
      ...items.idempotencyKey(entry.organizationId, opaqueKey),
      id: entry.entryId,
      dig: entry.requestDigest,
      ttl: ttlSeconds,
    },
    condition: 'attribute_not_exists(pk)',
  };
}

function entryUpdate(before: Entry, after: Entry): UpdateWrite {
  const sets: [string, string, Item[string]][] = [
    ['#st', 'st', after.state],
    ['#ver', 'ver', after.version],
    ['#chg', 'chg', after.chargedNanoUsd],
    ['#mdl', 'mdl', after.model],
    ['#cls', 'cls', after.closedAtMs],
    ['#use', 'use', after.usage && items.usageAttribute(after.usage)],
    ['#sdg', 'sdg', after.settlementDigest],
    ['#lat', 'lat', after.latencyMs],
    ['#q', 'q', after.quality],
    ['#cor', 'cor', after.corrections && items.correctionsAttribute(after.corrections)],
  ];
  const present = sets.filter(([, , value]) => value !== undefined);
  return {
    kind: 'update',
    table: ledgerTable.name,
    key: items.entryKey(after),
    update: `SET ${present.map(([name]) => `${name} = :${name.slice(1)}`).join(', ')}`,
    condition: '#ver = :before',
    names: { '#ver': 'ver', ...Object.fromEntries(present.map(([name, text]) => [name, text])) },
    values: {
      ':before': before.version,
      ...Object.fromEntries(present.map(([name, , value]) => [`:${name.slice(1)}`, value ?? null])),
    },
  };
}

function balanceUpdate(
  organizationId: string,
  { ref, enforce }: AffectedBalance,
  change: BalanceChange,
): UpdateWrite {
  return {
    kind: 'update',
    table: ledgerTable.name,
    key: balanceKey(organizationId, ref),
    update: 'SET h = h + :h, r = r + :r, s = s + :s',
    condition: enforce ? 'h >= :needed' : 'attribute_exists(pk)',
    values: {
      ':h': change.headroomNanoUsd,
      ':r': change.reservedNanoUsd,
      ':s': change.settledNanoUsd,
      ...(enforce ? { ':needed': -change.headroomNanoUsd } : {}),
    },
  };
}

const failedItem = (reason: CancellationReason | undefined): Item | undefined =>
  reason?.kind === 'condition' ? reason.old : undefined;
