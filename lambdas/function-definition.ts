import type { SettingName } from '../contracts/settings.ts';
import type { TableName } from '../tables/table-names.ts';

/** DynamoDB actions that a function may be granted; transactions use those of their parts. */
export type DynamoDbAction =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
  | 'Scan'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'ConditionCheckItem';

/** Plain deployment facts of one Lambda function; its code is `index.ts` in the same folder. */
export type FunctionDefinition = {
  /** The folder's name. */
  name: string;
  description: string;
  memoryMiB: number;
  timeoutSeconds: number;
  /** On the caller's path of every AI request: alias with provisioned concurrency. */
  hotPath?: true;
  /** Path `$default` takes whatever no other route takes. */
  routes?: readonly { method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'ANY'; path: string }[];
  /** Its routes take no credentials. */
  public?: true;
  /** The Lambda authorizer of the HTTP API. */
  authorizer?: true;
  tables?: Partial<Record<TableName, readonly DynamoDbAction[]>>;
  environment?: readonly SettingName[];
  /** May leave alerts in the alert queue. */
  publishesAlerts?: true;
  /** May send alerts to people: by the alert topic, by e-mail and by text messages. */
  deliversAlerts?: true;
  /** May send e-mail with pictures, and nothing else, to people. */
  sendsMail?: true;
  /** May read CloudWatch's metrics. */
  readsMetrics?: true;
  /** May leave exports in their queue. */
  queuesExports?: true;
  /** May give links to the files of exports. */
  readsExports?: true;
  /** May delete the files of exports. */
  deletesExports?: true;
  /** May write the files of exports. */
  writesExports?: true;
  /** Leaves messages in the queue it works off; without it Lambda ends that as a loop. */
  goesOnByItself?: true;
  stream?: { table: TableName; batchSize: number; batchingWindowSeconds: number };
  /** Queue it works off, one message at a time or up to `batchSize` that wait. */
  queue?: { name: 'alerts' | 'exports'; batchSize: number };
  /** EventBridge schedule, such as `rate(15 minutes)` or `cron(0 3 * * ? *)` in UTC. */
  schedule?: { expression: string; description: string };
};

/**
 * Declares a function, keeping its literal types. Whatever serves callers keeps their quotas, so it
 * is given here what that takes.
 */
export const defineFunction = <const Definition extends FunctionDefinition>(
  definition: Definition,
): Definition => {
  const { routes, public: isPublic, tables, environment = [] } = definition;
  if (!routes || isPublic) return definition;
  return {
    ...definition,
    tables: { ...tables, quotas: ['GetItem', 'PutItem', 'UpdateItem'] },
    environment: [...environment, 'PURSER_REQUESTS_PER_SECOND'],
  };
};
