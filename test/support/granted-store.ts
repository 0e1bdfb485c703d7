import type { DynamoDbAction, FunctionDefinition } from '../../lambdas/function-definition.ts';
import type { DynamoDb, TransactionWrite } from '../../tables/dynamodb.ts';

const ACTIONS = {
  put: 'PutItem',
  update: 'UpdateItem',
  delete: 'DeleteItem',
  check: 'ConditionCheckItem',
} as const satisfies Record<TransactionWrite['kind'], DynamoDbAction>;

/** The store as a function's role may use it. Denies everything else, like AWS. */
export function grantedStore(
  db: DynamoDb,
  { name, tables = {} }: Pick<FunctionDefinition, 'name' | 'tables'>,
): DynamoDb {
  const demand = (table: string, action: DynamoDbAction): void => {
    const granted = Object.entries(tables).find(([granting]) => granting === table)?.[1] ?? [];
    if (!granted.includes(action)) throw new Error(`${name} may not ${action} on ${table}`);
  };
  return {
    async get(request) {
      demand(request.table, 'GetItem');
      return db.get(request);
    },
    async batchGet(keys, options) {
      for (const { table } of keys) demand(table, 'BatchGetItem');
      return db.batchGet(keys, options);
    },
    async query(request) {
      demand(request.table, 'Query');
      return db.query(request);
    },
    async scan(request) {
      demand(request.table, 'Scan');
      return db.scan(request);
    },
    async write(write) {
      demand(write.table, ACTIONS[write.kind]);
      return db.write(write);
    },
    async transact(writes) {
      for (const { table, kind } of writes) demand(table, ACTIONS[kind]);
      return db.transact(writes);
    },
  };
}
