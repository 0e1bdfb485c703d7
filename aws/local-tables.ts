import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { TableDefinition } from '../tables/definition.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createTables } from './create-tables.ts';
import { createDynamoDb } from './dynamodb.ts';
import { localEndpoint } from './local-endpoint.ts';

/** New tables on a local endpoint, apart from those of the application by their prefix. */
export async function createLocalTables(
  endpoint: string,
  tablePrefix: string,
  definitions: Iterable<TableDefinition>,
): Promise<DynamoDb> {
  const client = localEndpoint(endpoint);
  const admin = new DynamoDBClient(client);
  await createTables(admin, tablePrefix, definitions);
  admin.destroy();
  return createDynamoDb({ tablePrefix, client });
}
