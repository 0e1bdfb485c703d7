import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  type DynamoDBClientConfig,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import {
  type ConsumedCapacity,
  type DynamoDb,
  type Item,
  type Key,
  StoreUnavailableError,
} from '../tables/dynamodb.ts';
import {
  capacityOf,
  errorName,
  oldItem,
  reasonOf,
  translated,
  UNMARSHALL_OPTIONS,
} from './dynamodb-answers.ts';
import { bindings, keyText, requestItems, send, transactItem } from './dynamodb-requests.ts';
import { outwaitTransactions } from './outwait-transactions.ts';
import { ownValue } from '../domain/own-value.ts';
import { optimistically } from '../tables/optimistically.ts';

export type DynamoDbOptions = {
  /** Prefix of every table name, such as `purser-dev-`. */
  tablePrefix: string;
  client?: DynamoDBClientConfig;
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

function connect({ tablePrefix, client, onCapacity }: DynamoDbOptions) {
  const documents = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      maxAttempts: 3,
      // A limit on the whole request would include the wait for a socket.
      requestHandler: { socketTimeout: 1_000, connectionTimeout: 1_000 },
      ...client,
    }),
    {
      marshallOptions: { removeUndefinedValues: true },
      unmarshallOptions: { ...UNMARSHALL_OPTIONS },
    },
  );
  return {
    documents,
    named: (table: string): string => tablePrefix + table,
    /** Requests capacity from DynamoDB only if someone listens. */
    report: onCapacity ? ('TOTAL' as const) : undefined,
    count: (answer: { ConsumedCapacity?: unknown }, kind: 'read' | 'write'): void =>
      onCapacity?.(capacityOf(answer.ConsumedCapacity, kind)),
  };
}

async function read<Answer extends { ConsumedCapacity?: unknown }>(
  { count }: Connection,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  try {
    const answer = await ask();
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
  const { documents, named, report } = connection;
  const command = new GetCommand({
    TableName: named(table),
    Key: key,
    ConsistentRead: consistent,
    ReturnConsumedCapacity: report,
  });
  return (await read(connection, () => documents.send(command))).Item;
}

async function batchGet(
  connection: Connection,
  keys: Parameters<DynamoDb['batchGet']>[0],
  consistent: boolean | undefined,
): Promise<(Item | undefined)[]> {
  const { documents, named, report } = connection;
  const items = new Map<string, Item>();
  let pending = requestItems(keys, named, consistent);
  const outcome = await optimistically<void>(async () => {
    const request = pending;
    if (Object.keys(request).length === 0) return { done: undefined };
    const command = new BatchGetCommand({ RequestItems: request, ReturnConsumedCapacity: report });
    const answer = await read(connection, () => documents.send(command));
    for (const [table, answered] of Object.entries(answer.Responses ?? {})) {
      const keyNames = Object.keys(ownValue(request, table)?.Keys[0] ?? {});
      for (const item of answered) items.set(keyText(table, item, keyNames), item);
    }
    pending = (answer.UnprocessedKeys ?? {}) as typeof pending;
    return Object.keys(pending).length === 0 ? { done: undefined } : 'conflict';
  });
  if (!outcome) throw new StoreUnavailableError('the store did not answer every key');
  return keys.map(({ table, key }) => items.get(keyText(named(table), key, Object.keys(key))));
}

type Page = { items: Item[]; nextKey: Key | undefined };

async function queryPage(
  connection: Connection,
  query: Parameters<DynamoDb['query']>[0],
): Promise<Page> {
  const { documents, named, report } = connection;
  const command = new QueryCommand({
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
  });
  const answer = await read(connection, () => documents.send(command));
  return { items: answer.Items ?? [], nextKey: answer.LastEvaluatedKey as Key | undefined };
}

async function scanPage(
  connection: Connection,
  { table, startKey, consistent }: Parameters<DynamoDb['scan']>[0],
): Promise<Page> {
  const { documents, named, report } = connection;
  const command = new ScanCommand({
    TableName: named(table),
    ExclusiveStartKey: startKey,
    ConsistentRead: consistent,
    ReturnConsumedCapacity: report,
  });
  const answer = await read(connection, () => documents.send(command));
  return { items: answer.Items ?? [], nextKey: answer.LastEvaluatedKey as Key | undefined };
}

async function writeItem(
  { documents, named, report, count }: Connection,
  write: Parameters<DynamoDb['write']>[0],
): ReturnType<DynamoDb['write']> {
  try {
    const answer = await outwaitTransactions(() => send(documents, write, named, report));
    count(answer, 'write');
    return { ok: true, item: answer.Attributes };
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      return { ok: false, reason: { kind: 'condition', old: oldItem(error.Item) } };
    }
    throw translated(error);
  }
}

async function transact(
  { documents, named, report, count }: Connection,
  writes: Parameters<DynamoDb['transact']>[0],
): ReturnType<DynamoDb['transact']> {
  try {
    const command = new TransactWriteCommand({
      TransactItems: writes.map((write) => transactItem(write, named)),
      ReturnConsumedCapacity: report,
    });
    count(await documents.send(command), 'write');
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
}
