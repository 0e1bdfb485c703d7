import {
  type CancellationReason as SdkCancellationReason,
  ConditionalCheckFailedException,
  DynamoDBClient,
  type DynamoDBClientConfig,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import {
  type CancellationReason,
  type ConsumedCapacity,
  type DynamoDb,
  type Item,
  type Key,
  StoreUnavailableError,
  type TransactionWrite,
  type Write,
} from '../tables/dynamodb.ts';

const INTEGER = /^-?\d+$/;

/** Integers are read as `bigint`, so that no amount of money is ever rounded. */
export const UNMARSHALL_OPTIONS = {
  wrapNumbers: (text: string): bigint | number =>
    INTEGER.test(text) ? BigInt(text) : Number(text),
};

const NOTHING_DECIDED = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);
const MISUSE = new Set([
  'ValidationException',
  'ResourceNotFoundException',
  'AccessDeniedException',
]);

type Options = {
  /** Put before every table name, such as `purser-dev-`. */
  tablePrefix: string;
  client?: DynamoDBClientConfig;
  /** Told the capacity of every call; asks the store to report it. */
  onCapacity?: (capacity: ConsumedCapacity) => void;
};

/**
 * The DynamoDB adapter of the `DynamoDb` port. Connections are kept alive; a call is given up after
 * two seconds and tried three times, then `StoreUnavailableError` is thrown.
 */
export function createDynamoDb({ tablePrefix, client, onCapacity }: Options): DynamoDb {
  const documents = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      maxAttempts: 3,
      requestHandler: { requestTimeout: 2_000, connectionTimeout: 1_000 },
      ...client,
    }),
    { marshallOptions: { removeUndefinedValues: true }, unmarshallOptions: { ...UNMARSHALL_OPTIONS } },
  );
  const report = onCapacity ? ('TOTAL' as const) : undefined;
  const named = (table: string): string => tablePrefix + table;

  async function call<Answer extends { ConsumedCapacity?: unknown }>(
    send: () => Promise<Answer>,
    kind: 'read' | 'write',
  ): Promise<Answer> {
    try {
      const answer = await send();
      if (onCapacity) onCapacity(capacityOf(answer.ConsumedCapacity, kind));
      return answer;
    } catch (error) {
      throw translated(error);
    }
  }

  return {
    async get({ table, key, consistent }) {
      const answer = await call(
        () =>
          documents.send(
            new GetCommand({
              TableName: named(table),
              Key: key,
              ConsistentRead: consistent,
              ReturnConsumedCapacity: report,
            }),
          ),
        'read',
      );
      return answer.Item;
    },

    async batchGet(keys, { consistent } = {}) {
      const found = new Map<string, Item>();
      let pending = requestItems(keys, named, consistent);
      for (let attempt = 0; Object.keys(pending).length > 0; attempt += 1) {
        if (attempt === 4) throw new StoreUnavailableError('the store did not answer every key');
        if (attempt > 0) await pause(attempt);
        const request = pending;
        const answer = await call(
          () =>
            documents.send(
              new BatchGetCommand({ RequestItems: request, ReturnConsumedCapacity: report }),
            ),
          'read',
        );
        for (const [table, items] of Object.entries(answer.Responses ?? {})) {
          const keyNames = Object.keys(request[table]?.Keys[0] ?? {});
          for (const item of items) found.set(keyText(table, item, keyNames), item);
        }
        pending = (answer.UnprocessedKeys ?? {}) as typeof pending;
      }
      return keys.map(({ table, key }) => found.get(keyText(named(table), key, Object.keys(key))));
    },

    async query(query) {
      const answer = await call(
        () =>
          documents.send(
            new QueryCommand({
              TableName: named(query.table),
              IndexName: query.index,
              KeyConditionExpression: query.condition,
              FilterExpression: query.filter,
              ScanIndexForward: !query.descending,
              Limit: query.limit,
              ExclusiveStartKey: query.startKey,
              ConsistentRead: query.consistent,
              ReturnConsumedCapacity: report,
              ...bindings(query),
            }),
          ),
        'read',
      );
      return { items: answer.Items ?? [], nextKey: answer.LastEvaluatedKey as Key | undefined };
    },

    async scan({ table, startKey, consistent }) {
      const answer = await call(
        () =>
          documents.send(
            new ScanCommand({
              TableName: named(table),
              ExclusiveStartKey: startKey,
              ConsistentRead: consistent,
              ReturnConsumedCapacity: report,
            }),
          ),
        'read',
      );
      return { items: answer.Items ?? [], nextKey: answer.LastEvaluatedKey as Key | undefined };
    },

    async write(write) {
      try {
        const answer = await send(documents, write, named, report);
        if (onCapacity) onCapacity(capacityOf(answer.ConsumedCapacity, 'write'));
        return { ok: true, item: answer.Attributes };
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) {
          return { ok: false, reason: { kind: 'condition', old: oldItem(error.Item) } };
        }
        throw translated(error);
      }
    },

    async transact(writes) {
      try {
        const answer = await documents.send(
          new TransactWriteCommand({
            TransactItems: writes.map((write) => transactItem(write, named)),
            ReturnConsumedCapacity: report,
          }),
        );
        if (onCapacity) onCapacity(capacityOf(answer.ConsumedCapacity, 'write'));
        return { ok: true };
      } catch (error) {
        if (error instanceof TransactionCanceledException) {
          return { ok: false, reasons: (error.CancellationReasons ?? []).map(reasonOf) };
        }
        if (errorName(error) === 'TransactionInProgressException') {
          return { ok: false, reasons: writes.map(() => ({ kind: 'conflict' })) };
        }
        throw translated(error);
      }
    },
  };
}

type RequestItems = Record<string, { Keys: Key[]; ConsistentRead: boolean | undefined }>;

function requestItems(
  keys: { table: string; key: Key }[],
  named: (table: string) => string,
  consistent: boolean | undefined,
): RequestItems {
  const items: RequestItems = {};
  const seen = new Set<string>();
  for (const { table, key } of keys) {
    const text = keyText(named(table), key, Object.keys(key));
    if (seen.has(text)) continue;
    seen.add(text);
    (items[named(table)] ??= { Keys: [], ConsistentRead: consistent }).Keys.push(key);
  }
  return items;
}

function keyText(table: string, item: Item, keyNames: string[]): string {
  return JSON.stringify([table, ...keyNames.toSorted().map((name) => String(item[name]))]);
}

function bindings(bound: Pick<Write, 'names' | 'values'>) {
  return {
    ExpressionAttributeNames: bound.names,
    ExpressionAttributeValues: bound.values as Record<string, unknown> | undefined,
  };
}

function send(
  documents: DynamoDBDocumentClient,
  write: Write,
  named: (table: string) => string,
  report: 'TOTAL' | undefined,
) {
  const shared = {
    TableName: named(write.table),
    ConditionExpression: write.condition,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    ReturnConsumedCapacity: report,
    ...bindings(write),
  };
  switch (write.kind) {
    case 'put':
      return documents.send(
        new PutCommand({ ...shared, Item: write.item, ReturnValues: 'ALL_OLD' }),
      );
    case 'update':
      return documents.send(
        new UpdateCommand({
          ...shared,
          Key: write.key,
          UpdateExpression: write.update,
          ReturnValues: 'ALL_NEW',
        }),
      );
    case 'delete':
      return documents.send(
        new DeleteCommand({ ...shared, Key: write.key, ReturnValues: 'ALL_OLD' }),
      );
  }
}

function transactItem(write: TransactionWrite, named: (table: string) => string) {
  const shared = {
    TableName: named(write.table),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    ...bindings(write),
  };
  switch (write.kind) {
    case 'put':
      return { Put: { ...shared, Item: write.item, ConditionExpression: write.condition } };
    case 'update':
      return {
        Update: {
          ...shared,
          Key: write.key,
          UpdateExpression: write.update,
          ConditionExpression: write.condition,
        },
      };
    case 'delete':
      return { Delete: { ...shared, Key: write.key, ConditionExpression: write.condition } };
    case 'check':
      return {
        ConditionCheck: { ...shared, Key: write.key, ConditionExpression: write.condition },
      };
  }
}

function reasonOf(reason: SdkCancellationReason): CancellationReason {
  if (reason.Code === 'ConditionalCheckFailed') {
    return { kind: 'condition', old: oldItem(reason.Item) };
  }
  if (reason.Code !== undefined && NOTHING_DECIDED.has(reason.Code)) return { kind: 'conflict' };
  if (reason.Code === undefined || reason.Code === 'None') return { kind: 'none' };
  throw new Error(`transaction refused: ${reason.Code} ${reason.Message ?? ''}`);
}

/** The document client leaves the old item of a refused condition in the wire's own types. */
function oldItem(item: unknown): Item | undefined {
  if (item === undefined || item === null) return undefined;
  return unmarshall(item as Parameters<typeof unmarshall>[0], UNMARSHALL_OPTIONS) as Item;
}

function capacityOf(consumed: unknown, kind: 'read' | 'write'): ConsumedCapacity {
  const parts = Array.isArray(consumed) ? consumed : [consumed];
  const units = parts.reduce(
    (sum: number, part: { CapacityUnits?: number } | undefined) => sum + (part?.CapacityUnits ?? 0),
    0,
  );
  return kind === 'read'
    ? { readUnits: units, writeUnits: 0 }
    : { readUnits: 0, writeUnits: units };
}

function translated(error: unknown): unknown {
  if (MISUSE.has(errorName(error))) return error;
  return new StoreUnavailableError('the store cannot be reached', { cause: error });
}

const errorName = (error: unknown): string => (error instanceof Error ? error.name : '');

const pause = (attempt: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, 20 * 2 ** attempt));
