import { StoreError } from './dynamo-request.ts';
import type { DynamoRequest } from './dynamo-request.ts';
import type { IndexDefinition, KeyElement, TableDefinition } from './table-definition.ts';

/** The store's description of a table. */
export type TableDescription = {
  TableStatus: string;
  KeySchema: readonly KeyElement[];
  LatestStreamArn?: string;
  GlobalSecondaryIndexes?: readonly (IndexDefinition & { IndexStatus?: string })[];
};

/** A table that exists and is ready. */
export type ReadyTable = {
  definition: TableDefinition;
  streamArn: string | undefined;
  /** Created by this start, so it was empty. */
  fresh: boolean;
};

const API = 'DynamoDB_20120810';
const READY_MS = 30_000;

/**
 * Creates missing tables, adds missing indexes and streams to existing ones, and waits until all
 * are active. If an existing table's keys do not match the template, its data cannot be kept, so
 * this throws an `Error` that says to start with `--fresh`.
 */
export async function createTables(
  request: DynamoRequest,
  definitions: readonly TableDefinition[],
): Promise<ReadyTable[]> {
  return Promise.all(definitions.map((definition) => createTable(request, definition)));
}

async function createTable(
  request: DynamoRequest,
  definition: TableDefinition,
): Promise<ReadyTable> {
  const existing = await describe(request, definition.name);
  if (existing === undefined) await create(request, definition);
  else await complete(request, definition, existing);
  const until = Date.now() + READY_MS;
  for (;;) {
    const table = await describe(request, definition.name);
    const indexes = table?.GlobalSecondaryIndexes ?? [];
    const active =
      table?.TableStatus === 'ACTIVE' &&
      indexes.every(({ IndexStatus }) => (IndexStatus ?? 'ACTIVE') === 'ACTIVE');
    if (active) {
      return { definition, streamArn: table.LatestStreamArn, fresh: existing === undefined };
    }
    if (Date.now() > until) throw new Error(`Table ${definition.name} did not become active.`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function create(request: DynamoRequest, definition: TableDefinition): Promise<void> {
  const { globalIndexes, localIndexes, streamViewType } = definition;
  await request(API, 'CreateTable', {
    TableName: definition.name,
    KeySchema: definition.keySchema,
    AttributeDefinitions: definition.attributes,
    BillingMode: 'PAY_PER_REQUEST',
    ...(globalIndexes.length > 0 && { GlobalSecondaryIndexes: globalIndexes }),
    ...(localIndexes.length > 0 && { LocalSecondaryIndexes: localIndexes }),
    ...(streamViewType !== undefined && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: streamViewType },
    }),
  });
}

async function complete(
  request: DynamoRequest,
  definition: TableDefinition,
  existing: TableDescription,
): Promise<void> {
  const start = 'Start with --fresh to begin with empty tables.';
  if (keysOf(existing.KeySchema) !== keysOf(definition.keySchema)) {
    throw new Error(`Table ${definition.name} exists with other keys. ${start}`);
  }
  const there = new Map((existing.GlobalSecondaryIndexes ?? []).map((i) => [i.IndexName, i]));
  for (const index of definition.globalIndexes) {
    const existingIndex = there.get(index.IndexName);
    if (
      existingIndex !== undefined &&
      keysOf(existingIndex.KeySchema) !== keysOf(index.KeySchema)
    ) {
      throw new Error(
        `Index ${index.IndexName} of table ${definition.name} exists with other keys. ${start}`,
      );
    }
    if (existingIndex === undefined) {
      await request(API, 'UpdateTable', {
        TableName: definition.name,
        AttributeDefinitions: definition.attributes,
        GlobalSecondaryIndexUpdates: [{ Create: index }],
      });
    }
  }
  if (definition.streamViewType !== undefined && existing.LatestStreamArn === undefined) {
    await request(API, 'UpdateTable', {
      TableName: definition.name,
      StreamSpecification: { StreamEnabled: true, StreamViewType: definition.streamViewType },
    });
  }
}

async function describe(
  request: DynamoRequest,
  name: string,
): Promise<TableDescription | undefined> {
  try {
    const answer = await request<{ Table: TableDescription }>(API, 'DescribeTable', {
      TableName: name,
    });
    return answer.Table;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

function keysOf(schema: readonly KeyElement[]): string {
  return schema.map(({ AttributeName, KeyType }) => `${AttributeName}:${KeyType}`).join(',');
}
