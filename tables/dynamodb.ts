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

/**
 * Names (`#n`) and values (`:v`) of a DynamoDB expression. Both are always placeholders, never
 * text.
 */
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

/** Why one write of a canceled transaction failed. `old` is the item at that time. */
export type CancellationReason =
  { kind: 'none' } | { kind: 'condition'; old: Item | undefined } | { kind: 'conflict' };

export type WriteResult =
  | { ok: true; item: Item | undefined }
  | { ok: false; reason: Extract<CancellationReason, { kind: 'condition' }> };

/** A `conflict` anywhere means that nothing was decided, so the caller may retry after a pause. */
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

/** Capacity that a call consumed, including indexes, in AWS capacity units. */
export type ConsumedCapacity = { readUnits: number; writeUnits: number };

/**
 * The store as `tables/` uses it. A failed condition is a value. A store that is unreachable or too
 * slow throws `StoreUnavailableError`.
 */
export interface DynamoDb {
  get(request: { table: string; key: Key; consistent?: boolean }): Promise<Item | undefined>;
  /** Reads up to 100 keys of any tables. Results are in the order of the keys. */
  batchGet(
    keys: { table: string; key: Key }[],
    options?: { consistent?: boolean },
  ): Promise<(Item | undefined)[]>;
  query(request: Query): Promise<{ items: Item[]; nextKey?: Key | undefined }>;
  /** Returns the old item for a put or delete, and the new item for an update. */
  write(write: Write): Promise<WriteResult>;
  /** Up to 100 writes to different items, all or nothing. */
  transact(writes: TransactionWrite[]): Promise<TransactionResult>;
  /** For maintenance tools only. */
  scan(request: { table: string; startKey?: Key | undefined; consistent?: boolean }): Promise<{
    items: Item[];
    nextKey?: Key | undefined;
  }>;
}

/** The store is unreachable, still throttled after retries, or did not respond in time. */
export class StoreUnavailableError extends Error {
  override name = 'StoreUnavailableError';
}
