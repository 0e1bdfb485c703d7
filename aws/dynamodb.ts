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
  /** Put before every table name, such as `purser-dev-`. */
  tablePrefix: string;
  client?: DynamoDBClientConfig;
  /** Told the capacity of every call; asks the store to report it. */
  onCapacity?: (capacity: ConsumedCapacity) => void;
};

/**
 * The DynamoDB adapter of the `DynamoDb` port. Connections are kept alive; a call that stays
 * unanswered for a second is given up and tried three times, then `StoreUnavailableError` is thrown.
 */
export function createDynamoDb({ tablePrefix, client, onCapacity }: DynamoDbOptions): DynamoDb {
  const documents = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      maxAttempts: 3,
      // Of the SDK's time-outs `requestTimeout` only warns, and counts the wait for a socket too.
      requestHandler: { socketTimeout: 1_000, connectionTimeout: 1_000 },
      ...client,
    }),
    {
      marshallOptions: { removeUndefinedValues: true },
      unmarshallOptions: { ...UNMARSHALL_OPTIONS },
    },
  );
  const report = onCapacity ? ('TOTAL' as const) : undefined;
  const named = (table: string): string => tablePrefix + table;

  async function call<Answer extends { ConsumedCapacity?: unknown }>(
    ask: () => Promise<Answer>,
    kind: 'read' | 'write',
  ): Promise<Answer> {
    try {
      const answer = await ask();
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
      const outcome = await optimistically<void>(async () => {
        const request = pending;
        if (Object.keys(request).length === 0) return { done: undefined };
        const answer = await call(
          () =>
            documents.send(
              new BatchGetCommand({ RequestItems: request, ReturnConsumedCapacity: report }),
            ),
          'read',
        );
        for (const [table, items] of Object.entries(answer.Responses ?? {})) {
          const keyNames = Object.keys(ownValue(request, table)?.Keys[0] ?? {});
          for (const item of items) found.set(keyText(table, item, keyNames), item);
        }
        pending = (answer.UnprocessedKeys ?? {}) as typeof pending;
        return Object.keys(pending).length === 0 ? { done: undefined } : 'conflict';
      });
      if (!outcome) throw new StoreUnavailableError('the store did not answer every key');
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
        const answer = await outwaitTransactions(() => send(documents, write, named, report));
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
