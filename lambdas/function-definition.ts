import type { SettingName } from '../contracts/settings.ts';
import { QUEUE_DEFINITIONS, type QueueName } from '../queues/definitions.ts';
import type { TableName } from '../tables/definitions.ts';
import { CAPABILITIES, type CapabilityName, type CapabilitySetting } from './capabilities.ts';

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
  /** What people lose while it fails, in one sentence that its alarms say. */
  humanImpact: string;
  /** While it fails, money may be spent that nobody holds, watches or stops. */
  guardsMoney?: true;
  memoryMiB: number;
  timeoutSeconds: number;
  /** On the caller's path of every AI request: alias with provisioned concurrency. */
  hotPath?: true;
  /** Path `$default` takes every request that no other route takes. */
  routes?: readonly {
    method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'ANY';
    path: string;
  }[];
  /** Its routes take no credentials. */
  public?: true;
  /** The Lambda authorizer of the HTTP API. */
  authorizer?: true;
  tables?: Partial<Record<TableName, readonly DynamoDbAction[]>>;
  /** What it may do beside its tables; each brings its grants and its settings. */
  uses?: readonly CapabilityName[];
  /** Settings that it reads beside the prefix of tables and those that `uses` and `queue` bring. */
  environment?: readonly SettingName[];
  stream?: {
    table: TableName;
    batchSize: number;
    batchingWindowSeconds: number;
  };
  /** The queue whose messages it works off. */
  queue?: QueueName;
  /** EventBridge schedule, such as `rate(15 minutes)` or `cron(0 3 * * ? *)` in UTC. */
  schedule?: { expression: string; description: string };
};

/** A definition whose `environment` names every setting that the function gets. */
export type Defined<Definition extends FunctionDefinition> = Omit<Definition, 'environment'> & {
  environment: readonly SettingOf<Definition>[];
};

type SettingOf<Definition extends FunctionDefinition> =
  | (Definition extends {
      environment: readonly (infer Name extends SettingName)[];
    }
      ? Name
      : never)
  | (Definition extends { uses: readonly (infer Name extends CapabilityName)[] }
      ? CapabilitySetting<Name>
      : never)
  | (Definition extends { queue: infer Name extends QueueName }
      ? (typeof QUEUE_DEFINITIONS)[Name]['setting']
      : never);

/**
 * Declares a function, keeping its literal types. Adds the settings of its capabilities and of its
 * queue, and what functions with credentials need to keep the quotas of their callers.
 */
export function defineFunction<const Definition extends FunctionDefinition>(
  definition: Definition,
): Defined<Definition> {
  const { routes, public: isPublic, tables, environment = [], uses = [], queue } = definition;
  const hasQuotas = routes !== undefined && !isPublic;
  const settings = new Set<SettingName>([
    ...environment,
    ...uses.flatMap((name): readonly SettingName[] => CAPABILITIES[name].settings),
    ...(queue ? [QUEUE_DEFINITIONS[queue].setting] : []),
    ...(hasQuotas ? (['PURSER_REQUESTS_PER_SECOND'] as const) : []),
  ]);
  return {
    ...definition,
    ...(hasQuotas ? { tables: { ...tables, quotas: ['GetItem', 'PutItem', 'UpdateItem'] } } : {}),
    // What is added is typed by `SettingOf`; quotas are read by the edge alone.
    environment: [...settings] as SettingOf<Definition>[],
  };
}
