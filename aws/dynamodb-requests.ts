import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Bindings, Item, Key, TransactionWrite, Write } from '../tables/dynamodb.ts';
import { ownValue } from '../domain/own-value.ts';

type RequestItems = Record<string, { Keys: Key[]; ConsistentRead: boolean | undefined }>;

export function requestItems(
  keys: { table: string; key: Key }[],
  named: (table: string) => string,
  consistent: boolean | undefined,
): RequestItems {
  const items = new Map<string, RequestItems[string]>();
  const seen = new Set<string>();
  for (const { table, key } of keys) {
    const text = keyText(named(table), key, Object.keys(key));
    if (seen.has(text)) continue;
    seen.add(text);
    const request = items.get(named(table)) ?? { Keys: [], ConsistentRead: consistent };
    request.Keys.push(key);
    items.set(named(table), request);
  }
  return Object.fromEntries(items);
}

export function keyText(table: string, item: Item, keyNames: string[]): string {
  return JSON.stringify([
    table,
    ...keyNames.toSorted().map((name) => String(ownValue(item, name))),
  ]);
}

export function bindings(bound: Bindings) {
  return {
    ExpressionAttributeNames: bound.names,
    ExpressionAttributeValues: bound.values as Record<string, unknown> | undefined,
  };
}

export function send(
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

export function transactItem(write: TransactionWrite, named: (table: string) => string) {
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
