import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { TableDefinition } from '../tables/definition.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createTables } from './create-tables.ts';
import { createDynamoDb, type DynamoDbOptions } from './dynamodb.ts';
import { localEndpoint } from './local-endpoint.ts';

/**
 * Creates new tables on a local endpoint, with a prefix that separates them from the application's.
 */
export async function createLocalTables(
  endpoint: string,
  tablePrefix: string,
  definitions: Iterable<TableDefinition>,
  { client, ...options }: Omit<DynamoDbOptions, 'tablePrefix'> = {},
): Promise<DynamoDb> {
  const admin = new DynamoDBClient(localEndpoint(endpoint));
  await createTables(admin, tablePrefix, definitions);
  admin.destroy();
  return createDynamoDb({
    ...options,
    tablePrefix,
    client: { ...localEndpoint(endpoint), ...client },
  });
}
