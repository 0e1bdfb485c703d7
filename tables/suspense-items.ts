import { number, optional, text, words } from './codec/attributes.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item, Key } from './dynamodb.ts';
import type { LedgerKey } from './ledger/key.ts';

/**
 * The suspense account: ledger items that a function cannot process because of their own data.
 * Listing them here lets the work on all other items continue; a person fixes the cause and
 * redrives them. Access patterns: add an item, any number of times; all items, for the redrive
 * command; remove one. Items never expire.
 */
export const suspenseItemsTable = defineTable({
  name: 'suspense-items',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'item', type: 'S' },
});

/** `posting`: missing from the sums. `expiry`: a reservation past its expiry that is not closed. */
export type SuspendedWork = 'posting' | 'expiry';

export type SuspenseItem = {
  /** The owner, or `UNKNOWN_ORGANIZATION` if the item does not say. */
  organizationId: string;
  work: SuspendedWork;
  /** The item's key in the ledger. */
  entryKey: LedgerKey;
  /** The posting that was not counted; absent if the item was unreadable. */
  postingId?: string | undefined;
  /** Sequence number of the ledger's stream record. */
  sequenceNumber?: string | undefined;
  /** The function's error message, at most 500 characters. */
  reason: string;
};

export type StoredSuspenseItem = SuspenseItem & {
  firstMs: number;
  lastMs: number;
  attempts: number;
};

const MAX_REASON_CHARACTERS = 500;

export const suspenseCodec = itemCodec(suspenseItemsTable, 'suspense item', {
  organizationId: text,
  work: words(['posting', 'expiry']),
  entryPk: text,
  entrySk: text,
  postingId: optional(text),
  sequenceNumber: optional(text),
  reason: text,
  firstMs: number,
  lastMs: number,
  attempts: number,
});

function parse(item: Item): StoredSuspenseItem {
  const { entryPk, entrySk, ...stored } = suspenseCodec.decode(item);
  return { ...stored, entryKey: { pk: entryPk, sk: entrySk } };
}

export type SuspenseStore = ReturnType<typeof createSuspenseStore>;

export function createSuspenseStore(db: DynamoDb) {
  const table = suspenseItemsTable.name;

  return {
    /** Adds an item, or updates the reason of an existing one. */
    async add(
      { organizationId, work, entryKey, postingId, sequenceNumber, reason }: SuspenseItem,
      nowMs: number,
    ): Promise<void> {
      const facts = Object.entries({
        work,
        entryPk: entryKey.pk,
        entrySk: entryKey.sk,
        postingId,
        sequenceNumber,
        reason: reason.slice(0, MAX_REASON_CHARACTERS),
        lastMs: nowMs,
      }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
      await db.write({
        kind: 'update',
        table,
        key: { organizationId, item: itemText(work, entryKey) },
        update:
          `SET #firstMs = if_not_exists(#firstMs, :lastMs), ` +
          `${facts.map(([name]) => `#${name} = :${name}`).join(', ')} ADD #attempts :one`,
        names: {
          '#firstMs': 'firstMs',
          '#attempts': 'attempts',
          ...Object.fromEntries(facts.map(([name]) => [`#${name}`, name])),
        },
        values: {
          ':one': 1,
          ...Object.fromEntries(facts.map(([name, value]) => [`:${name}`, value])),
        },
      });
    },

    /** Every item, page by page. For maintenance only. */
    async scan(
      startKey?: Key,
    ): Promise<{ items: StoredSuspenseItem[]; nextKey?: Key | undefined }> {
      const { items, nextKey } = await db.scan({ table, startKey, consistent: true });
      return { items: items.map(parse), nextKey };
    },

    /** Removes an item after its work is done. */
    async remove({ organizationId, work, entryKey }: SuspenseItem): Promise<void> {
      const key = { organizationId, item: itemText(work, entryKey) };
      await db.write({ kind: 'delete', table, key });
    },
  };
}

/** An error's message, used as the reason of a suspense item. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

const itemText = (work: SuspendedWork, { pk, sk }: LedgerKey): string => `${work}#${pk}#${sk}`;
