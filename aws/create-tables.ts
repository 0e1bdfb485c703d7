import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
} from '@aws-sdk/client-dynamodb';
import type { KeyAttribute, TableDefinition } from '../tables/definition.ts';

/** Creates tables from their definitions on any DynamoDB endpoint, for tests and tools. */
export async function createTables(
  client: DynamoDBClient,
  tablePrefix: string,
  definitions: Iterable<TableDefinition>,
): Promise<void> {
  await Promise.all(
    [...definitions].map(async (definition) => {
      const keys = [definition, ...(definition.indexes ?? [])].flatMap(keysOf);
      const attributes = new Map(keys.map(({ name, type }) => [name, type]));
      const { TableDescription } = await client.send(
        new CreateTableCommand({
          TableName: tablePrefix + definition.name,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [...attributes].map(([AttributeName, AttributeType]) => ({
            AttributeName,
            AttributeType,
          })),
          KeySchema: schemaOf(definition),
          GlobalSecondaryIndexes: definition.indexes?.map((index) => ({
            IndexName: index.name,
            KeySchema: schemaOf(index),
            Projection: { ProjectionType: index.projection },
          })),
          StreamSpecification: definition.stream && {
            StreamEnabled: true,
            StreamViewType: 'NEW_AND_OLD_IMAGES',
          },
        }),
      );
      if (TableDescription?.TableStatus === 'ACTIVE') return;
      await untilActive(client, tablePrefix + definition.name);
    }),
  );
}

type Keyed = { partitionKey: KeyAttribute; sortKey?: KeyAttribute };

const keysOf = ({ partitionKey, sortKey }: Keyed): KeyAttribute[] =>
  sortKey ? [partitionKey, sortKey] : [partitionKey];

const schemaOf = (keyed: Keyed): KeySchemaElement[] =>
  keysOf(keyed).map(({ name }, position) => ({
    AttributeName: name,
    KeyType: position === 0 ? 'HASH' : 'RANGE',
  }));

async function untilActive(client: DynamoDBClient, name: string): Promise<void> {
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    if (Table?.TableStatus === 'ACTIVE') return;
    await sleep(20);
  }
}
