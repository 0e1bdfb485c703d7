/** A stored attribute. Integers are read as `bigint`, other numbers as `number`. */
export type Attribute =
  | string
  | bigint
  | number
  | boolean
  | null
  | Uint8Array
  | Set<string>
  | Attribute[]
  | { [name: string]: Attribute | undefined };
export type Item = Record<string, Attribute | undefined>;
export type Key = Record<string, string | number | bigint>;

/** Names (`#n`) and values (`:v`) of a DynamoDB expression; both are placeholders, never text. */
export type Bindings = {
  names?: Record<string, string> | undefined;
  values?: Record<string, Attribute> | undefined;
};

export type PutWrite = { kind: 'put'; table: string; item: Item; condition?: string } & Bindings;
export type UpdateWrite = {
  kind: 'update';
  table: string;
  key: Key;
  update: string;
  condition?: string;
} & Bindings;
export type DeleteWrite = {
  kind: 'delete';
  table: string;
  key: Key;
  condition?: string;
} & Bindings;
export type ConditionCheck = {
  kind: 'check';
  table: string;
  key: Key;
  condition: string;
} & Bindings;
export type Write = PutWrite | UpdateWrite | DeleteWrite;
export type TransactionWrite = Write | ConditionCheck;

/** Why one write of a cancelled transaction did not go through; `old` is the item as it stood. */
export type CancellationReason =
  { kind: 'none' } | { kind: 'condition'; old: Item | undefined } | { kind: 'conflict' };

export type WriteResult =
  | { ok: true; item: Item | undefined }
  | { ok: false; reason: Extract<CancellationReason, { kind: 'condition' }> };

/** `conflict` anywhere means nothing was decided: the caller may try again after a pause. */
export type TransactionResult = { ok: true } | { ok: false; reasons: CancellationReason[] };

export type Query = {
  table: string;
  index?: string;
  condition: string;
  filter?: string;
  descending?: boolean;
  limit?: number;
  startKey?: Key | undefined;
  consistent?: boolean;
} & Bindings;

/** Capacity that a call consumed, tables and indexes together, in units as AWS counts them. */
export type ConsumedCapacity = { readUnits: number; writeUnits: number };

/**
 * The store as `tables/` sees it. A refused condition is a value; a store that cannot be reached or
 * does not answer in time throws `StoreUnavailableError`.
 */
export interface DynamoDb {
  get(request: { table: string; key: Key; consistent?: boolean }): Promise<Item | undefined>;
  /** Up to 100 keys over any tables; the answer keeps the order of the keys. */
  batchGet(
    keys: { table: string; key: Key }[],
    options?: { consistent?: boolean },
  ): Promise<(Item | undefined)[]>;
  query(request: Query): Promise<{ items: Item[]; nextKey?: Key | undefined }>;
  /** Answers the old item of a put or delete, and the new item of an update. */
  write(write: Write): Promise<WriteResult>;
  /** Up to 100 writes on different items, all or nothing. */
  transact(writes: TransactionWrite[]): Promise<TransactionResult>;
  /** Maintenance tools only. */
  scan(request: { table: string; startKey?: Key | undefined; consistent?: boolean }): Promise<{
    items: Item[];
    nextKey?: Key | undefined;
  }>;
}

/** The store cannot be reached, is throttled beyond the retries, or did not answer in time. */
export class StoreUnavailableError extends Error {
  override name = 'StoreUnavailableError';
}
