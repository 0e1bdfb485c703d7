import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { createLocalTables } from '../../../aws/local-tables.ts';
import { localEndpoint } from '../../../aws/local-endpoint.ts';
import { ledgerTable } from '../../../tables/ledger/table.ts';
import { uuidV7 } from '../../../client/uuid-v7.ts';

/** As many balances as there are budgets on a benchmark request. */
const BALANCES = ['department', 'organization', 'system'];
const USERS = 16;
const AMOUNT = 5_000_000n;
const HEADROOM = 10n ** 15n;
const TABLE_PREFIX = 'purser-bench-';
const TableName = TABLE_PREFIX + ledgerTable.name;

/**
 * The minimum that a ledger of this design can do with the AWS SDK: the two transactions, each over
 * an entry and four balances, on a ledger table of the same store, without anything else.
 */
export type BareLedger = {
  reserve: (index: number) => Promise<string>;
  settle: (index: number, id: string) => Promise<void>;
  getItem: (index: number) => Promise<void>;
};

export async function createBareLedger(dynamoDbEndpoint: string): Promise<BareLedger> {
  const db = await createLocalTables(dynamoDbEndpoint, TABLE_PREFIX, [ledgerTable]);
  const users = Array.from({ length: USERS }, (_, user) => `user-${user}`);
  for (const name of [...BALANCES, ...users]) {
    await db.write({
      kind: 'put',
      table: ledgerTable.name,
      item: { ...balanceKey(name), h: HEADROOM, r: 0n, s: 0n },
    });
  }
  const documents = documentsOn(dynamoDbEndpoint);
  const transact = async (TransactItems: Writes) => {
    await documents.send(new TransactWriteCommand({ TransactItems }));
  };
  const balancesOf = (index: number): string[] => [...BALANCES, `user-${index % USERS}`];
  return {
    async reserve(index) {
      const id = uuidV7(Date.now());
      await transact([
        {
          Put: {
            TableName,
            Item: { ...entryKey(id), st: 'reserved', amt: AMOUNT, note: 'x'.repeat(600) },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        ...balancesOf(index).map((name) =>
          balanceUpdate(name, 'SET h = h - :a, r = r + :a', 'h >= :a'),
        ),
      ]);
      return id;
    },
    async settle(index, id) {
      await transact([
        {
          Update: {
            TableName,
            Key: entryKey(id),
            UpdateExpression: 'SET st = :settled, chg = :a',
            ConditionExpression: 'st = :reserved',
            ExpressionAttributeValues: {
              ':settled': 'settled',
              ':reserved': 'reserved',
              ':a': AMOUNT,
            },
          },
        },
        ...balancesOf(index).map((name) => balanceUpdate(name, 'SET r = r - :a, s = s + :a')),
      ]);
    },
    async getItem(index) {
      await documents.send(new GetCommand({ TableName, Key: balanceKey(`user-${index % USERS}`) }));
    },
  };
}

type Writes = NonNullable<TransactWriteCommandInput['TransactItems']>;

/** The SDK with the limits of Purser's own client. */
const documentsOn = (endpoint: string): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(
    new DynamoDBClient({
      ...localEndpoint(endpoint),
      maxAttempts: 3,
      requestHandler: { socketTimeout: 1_000, connectionTimeout: 1_000 },
    }),
    { marshallOptions: { removeUndefinedValues: true } },
  );

const balanceUpdate = (name: string, update: string, condition?: string): Writes[number] => ({
  Update: {
    TableName,
    Key: balanceKey(name),
    UpdateExpression: update,
    ConditionExpression: condition,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    ExpressionAttributeValues: { ':a': AMOUNT },
  },
});

const balanceKey = (name: string) => ({ pk: `bench#${name}`, sk: 'balance' });
const entryKey = (id: string) => ({ pk: `bench#entry#${id}`, sk: 'entry' });
