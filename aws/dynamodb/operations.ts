import type {
  BatchGetItemCommandInput,
  BatchGetItemCommandOutput,
  DeleteItemCommandInput,
  DeleteItemCommandOutput,
  GetItemCommandInput,
  GetItemCommandOutput,
  PutItemCommandInput,
  PutItemCommandOutput,
  QueryCommandInput,
  QueryCommandOutput,
  ScanCommandInput,
  ScanCommandOutput,
  TransactWriteItemsCommandInput,
  TransactWriteItemsCommandOutput,
  UpdateItemCommandInput,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { createServiceClient, type ServiceSettings } from '../json-service/client.ts';

/** Input and answer of each operation in DynamoDB's JSON, as the SDK's types describe them. */
type Operations = {
  GetItem: [GetItemCommandInput, GetItemCommandOutput];
  BatchGetItem: [BatchGetItemCommandInput, BatchGetItemCommandOutput];
  Query: [QueryCommandInput, QueryCommandOutput];
  Scan: [ScanCommandInput, ScanCommandOutput];
  PutItem: [PutItemCommandInput, PutItemCommandOutput];
  UpdateItem: [UpdateItemCommandInput, UpdateItemCommandOutput];
  DeleteItem: [DeleteItemCommandInput, DeleteItemCommandOutput];
  TransactWriteItems: [TransactWriteItemsCommandInput, TransactWriteItemsCommandOutput];
};

export type DynamoDbCall = <Name extends keyof Operations>(
  operation: Name,
  input: Operations[Name][0],
) => Promise<Omit<Operations[Name][1], '$metadata'>>;

export const createDynamoDbCall = (settings: ServiceSettings): DynamoDbCall =>
  createServiceClient({ name: 'dynamodb', target: 'DynamoDB_20120810' }, settings) as DynamoDbCall;
