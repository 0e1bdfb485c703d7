import { createDynamoDb } from '../../aws/dynamodb.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';

/** Opens this environment's store. */
export const openStore = (tablePrefix: string): DynamoDb => createDynamoDb({ tablePrefix });
