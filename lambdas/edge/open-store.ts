import { createDynamoDb } from '../../aws/dynamodb.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';

/** The store of this environment. */
export const openStore = (tablePrefix: string): DynamoDb => createDynamoDb({ tablePrefix });
