import type { DynamoRequest } from './dynamo-request.ts';
import type { TableDefinition } from './table-definition.ts';

type Item = Readonly<Record<string, Readonly<Record<string, string>>>>;

const API = 'DynamoDB_20120810';

/**
 * Deletes items whose time to live has passed, which the embedded store does not do. `now` is in
 * milliseconds on the shifted clock. Returns the number deleted.
 */
export async function sweepExpired(
  request: DynamoRequest,
  tables: readonly TableDefinition[],
  now: number,
): Promise<number> {
  let deleted = 0;
  for (const table of tables) {
    if (table.ttlAttribute !== undefined) {
      deleted += await sweepTable(request, table, table.ttlAttribute, Math.floor(now / 1000));
    }
  }
  return deleted;
}

async function sweepTable(
  request: DynamoRequest,
  table: TableDefinition,
  attribute: string,
  nowSeconds: number,
): Promise<number> {
  const keys = table.keySchema.map(({ AttributeName }) => AttributeName);
  const names = Object.fromEntries(keys.map((key, index) => [`#k${index}`, key]));
  const expired = '#ttl < :now';
  let deleted = 0;
  let from: Item | undefined;
  do {
    const page: { Items?: Item[]; LastEvaluatedKey?: Item } = await request(API, 'Scan', {
      TableName: table.name,
      FilterExpression: expired,
      ProjectionExpression: Object.keys(names).join(', '),
      ExpressionAttributeNames: { ...names, '#ttl': attribute },
      ExpressionAttributeValues: { ':now': { N: String(nowSeconds) } },
      ...(from && { ExclusiveStartKey: from }),
    });
    for (const key of page.Items ?? []) {
      // The item's life may have been extended since it was read.
      const gone = await request(API, 'DeleteItem', {
        TableName: table.name,
        Key: key,
        ConditionExpression: expired,
        ExpressionAttributeNames: { '#ttl': attribute },
        ExpressionAttributeValues: { ':now': { N: String(nowSeconds) } },
      }).then(
        () => 1,
        () => 0,
      );
      deleted += gone;
    }
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return deleted;
}
