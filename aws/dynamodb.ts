import { randomUUID } from 'node:crypto';
import { ownValue } from '../domain/own-value.ts';
import {
  type ConsumedCapacity,
  type DynamoDb,
  type Item,
  type Key,
  StoreUnavailableError,
} from '../tables/dynamodb.ts';
import { optimistically } from '../tables/optimistically.ts';
import { capacityOf, itemIfAny, reasonsOf, translated } from './dynamodb/answers.ts';
import { itemOf, storedItem, type StoredItem } from './dynamodb/attributes.ts';
import { createDynamoDbCall } from './dynamodb/operations.ts';
import {
  bindings,
  keyText,
  OPERATIONS,
  PARTS,
  requestItems,
  writeInput,
} from './dynamodb/requests.ts';
import { type ServiceSettings, ServiceAnswerError } from './json-service/client.ts';
import { outwaitTransactions } from './json-service/retried.ts';

export type DynamoDbOptions = {
  /** Prefix of every table name, such as `purser-dev-`. */
  tablePrefix: string;
  client?: ServiceSettings;
  /** Receives the consumed capacity of every call. Setting it makes the store report capacity. */
  onCapacity?: (capacity: ConsumedCapacity) => void;
};

/**
 * The DynamoDB adapter of the `DynamoDb` port. Keeps connections alive. A call times out after one
 * second and is tried three times, then throws `StoreUnavailableError`.
 */
export function createDynamoDb(options: DynamoDbOptions): DynamoDb {
  const connection = connect(options);
  return {
    get: (get) => getItem(connection, get),
    batchGet: (keys, { consistent } = {}) => batchGet(connection, keys, consistent),
    query: (query) => queryPage(connection, query),
    scan: (scan) => scanPage(connection, scan),
    write: (write) => writeItem(connection, write),
    transact: (writes) => transact(connection, writes),
  };
}

type Connection = ReturnType<typeof connect>;

function connect({ tablePrefix, client = {}, onCapacity }: DynamoDbOptions) {
  return {
    call: createDynamoDbCall(client),
    named: (table: string): string => tablePrefix + table,
    /** Requests capacity from DynamoDB only if someone listens. */
    report: onCapacity ? ('TOTAL' as const) : undefined,
    count: (
      { ConsumedCapacity }: { ConsumedCapacity?: Parameters<typeof capacityOf>[0] },
      kind: 'read' | 'write',
    ): void => onCapacity?.(capacityOf(ConsumedCapacity, kind)),
  };
}

/** Counts what a read consumed, and translates its errors. */
async function read<Answer extends { ConsumedCapacity?: Parameters<typeof capacityOf>[0] }>(
  { count }: Connection,
  asked: Promise<Answer>,
): Promise<Answer> {
  try {
    const answer = await asked;
    count(answer, 'read');
    return answer;
  } catch (error) {
    throw translated(error);
  }
}

async function getItem(
  connection: Connection,
  { table, key, consistent }: Parameters<DynamoDb['get']>[0],
): Promise<Item | undefined> {
  const { call, named, report } = connection;
  const input = {
    TableName: named(table),
    Key: storedItem(key),
    ConsistentRead: consistent,
    ReturnConsumedCapacity: report,
  };
  return itemIfAny((await read(connection, call('GetItem', input))).Item);
}

async function batchGet(
  connection: Connection,
  keys: Parameters<DynamoDb['batchGet']>[0],
  consistent: boolean | undefined,
): Promise<(Item | undefined)[]> {
  const { call, named, report } = connection;
  const items = new Map<string, Item>();
  let pending = requestItems(keys, named, consistent);
  const outcome = await optimistically<void>(async () => {
    const request = pending;
    if (Object.keys(request).length === 0) return { done: undefined };
    const input = { RequestItems: request, ReturnConsumedCapacity: report };
    const answer = await read(connection, call('BatchGetItem', input));
    for (const [table, answered] of Object.entries(answer.Responses ?? {})) {
      const keyNames = Object.keys(ownValue(request, table)?.Keys[0] ?? {});
      for (const stored of answered) {
        const item = itemOf(stored);
        items.set(keyText(table, item, keyNames), item);
      }
    }
    pending = (answer.UnprocessedKeys ?? {}) as typeof pending;
    return Object.keys(pending).length === 0 ? { done: undefined } : 'conflict';
  });
  if (!outcome) throw new StoreUnavailableError('the store did not answer every key');
  return keys.map(({ table, key }) => items.get(keyText(named(table), key, Object.keys(key))));
}

type Page = { items: Item[]; nextKey: Key | undefined };

const pageOf = (answer: {
  Items?: StoredItem[] | undefined;
  LastEvaluatedKey?: StoredItem | undefined;
}): Page => ({
  items: (answer.Items ?? []).map(itemOf),
  nextKey: itemIfAny(answer.LastEvaluatedKey) as Key | undefined,
});

async function queryPage(
  connection: Connection,
  query: Parameters<DynamoDb['query']>[0],
): Promise<Page> {
  const { call, named, report } = connection;
  const input = {
    TableName: named(query.table),
    IndexName: query.index,
    KeyConditionExpression: query.condition,
    FilterExpression: query.filter,
    ScanIndexForward: !query.descending,
    Limit: query.limit,
    ExclusiveStartKey: query.startKey && storedItem(query.startKey),
    ConsistentRead: query.consistent,
    ReturnConsumedCapacity: report,
    ...bindings(query),
  };
  return pageOf(await read(connection, call('Query', input)));
}

async function scanPage(
  connection: Connection,
  { table, startKey, consistent }: Parameters<DynamoDb['scan']>[0],
): Promise<Page> {
  const { call, named, report } = connection;
  const input = {
    TableName: named(table),
    ExclusiveStartKey: startKey && storedItem(startKey),
    ConsistentRead: consistent,
    ReturnConsumedCapacity: report,
  };
  return pageOf(await read(connection, call('Scan', input)));
}

async function writeItem(
  { call, named, report, count }: Connection,
  write: Parameters<DynamoDb['write']>[0],
): ReturnType<DynamoDb['write']> {
  const input = {
    ...writeInput(write, named),
    ReturnValues: write.kind === 'update' ? ('ALL_NEW' as const) : ('ALL_OLD' as const),
    ReturnConsumedCapacity: report,
  };
  try {
    const answer = await outwaitTransactions(() => call(OPERATIONS[write.kind], input));
    count(answer, 'write');
    return { ok: true, item: itemIfAny(answer.Attributes) };
  } catch (error) {
    if (isNamed(error, 'ConditionalCheckFailedException')) {
      return {
        ok: false,
        reason: {
          kind: 'condition',
          old: itemIfAny(error.answer['Item'] as StoredItem | undefined),
        },
      };
    }
    throw translated(error);
  }
}

async function transact(
  { call, named, report, count }: Connection,
  writes: Parameters<DynamoDb['transact']>[0],
): ReturnType<DynamoDb['transact']> {
  const input = {
    TransactItems: writes.map((write) => ({ [PARTS[write.kind]]: writeInput(write, named) })),
    // Repeated after a lost answer, it is written only once.
    ClientRequestToken: randomUUID(),
    ReturnConsumedCapacity: report,
  };
  try {
    count(await call('TransactWriteItems', input), 'write');
    return { ok: true };
  } catch (error) {
    if (isNamed(error, 'TransactionCanceledException')) {
      return { ok: false, reasons: reasonsOf(error.answer['CancellationReasons']) };
    }
    if (isNamed(error, 'TransactionInProgressException')) {
      return { ok: false, reasons: writes.map(() => ({ kind: 'conflict' })) };
    }
    throw translated(error);
  }
}

const isNamed = (error: unknown, name: string): error is ServiceAnswerError =>
  error instanceof ServiceAnswerError && error.name === name;
