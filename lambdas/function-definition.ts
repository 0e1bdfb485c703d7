import type { SettingName } from '../contracts/settings.ts';
import { QUEUE_DEFINITIONS, type QueueName } from '../queues/definitions.ts';
import type { StreamFilter } from '../tables/definition.ts';
import type { TableName } from '../tables/definitions.ts';
import { CAPABILITIES, type CapabilityName, type CapabilitySetting } from './capabilities.ts';

/** DynamoDB actions that a function may be granted. Transactions use the actions of their parts. */
export type DynamoDbAction =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
  | 'Scan'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'ConditionCheckItem';

export type FollowedTable = {
  table: TableName;
  batchSize: number;
  /** The changes that it follows; Lambda drops all others without a run. */
  filter: StreamFilter;
};

/** Deployment facts of one Lambda function, whose code is `index.ts` in the same folder. */
export type FunctionDefinition = {
  /** The folder's name. */
  name: string;
  description: string;
  /** What people lose when it fails, in one sentence for its alarms. */
  humanImpact: string;
  /** If it fails, money may be spent without being held, monitored or stopped. */
  guardsMoney?: true;
  memoryMiB: number;
  timeoutSeconds: number;
  /** On the caller's path of every AI request. Gets an alias with provisioned concurrency. */
  hotPath?: true;
  /** Path `$default` matches every request that no other route matches. */
  routes?: readonly {
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'ANY';
    path: string;
  }[];
  /**
   * Its routes require no credentials; or, with `streams`, it checks them itself, so that even a
   * refusal has the shape that the caller's client understands.
   */
  public?: true;
  /** Its answers arrive bit by bit. The gateway's REST API serves its routes, not the HTTP API. */
  streams?: true;
  /** The Lambda authorizer of the HTTP API. */
  authorizer?: true;
  tables?: Partial<Record<TableName, readonly DynamoDbAction[]>>;
  /** Its capabilities besides its tables. Each adds its grants and settings. */
  uses?: readonly CapabilityName[];
  /** Settings that it reads besides the table prefix and the settings of `uses` and `queue`. */
  environment?: readonly SettingName[];
  /** The tables whose streams it follows. */
  follows?: readonly FollowedTable[];
  /** The queue that it processes. */
  queue?: QueueName;
  /** EventBridge schedule, such as `rate(15 minutes)` or `cron(0 3 * * ? *)` in UTC. */
  schedule?: { expression: string; description: string };
};

/**
 * Whether only its own metric tells of its errors. What fails behind a route answers 5xx, which the
 * API's metric counts; what follows a table retries what fails, and falls behind; the hot path is
 * watched closer, except for streams, which last as long as a model writes.
 */
export const isWatchedAlone = ({
  routes,
  follows,
  hotPath,
  streams,
}: FunctionDefinition): boolean =>
  (routes === undefined && follows === undefined) || (hotPath === true && !streams);

/** A definition whose `environment` lists every setting that the function receives. */
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

/** Tables whose items are in as many partitions as the peak rate needs. */
const SHARDED: readonly TableName[] = ['ledger', 'token-usage', 'token-analytics'];

/**
 * Declares a function, keeping its literal types. Adds the settings of its capabilities and queue,
 * the ones that quotas need if its routes require credentials, and where entries are if it uses the
 * ledger or usage.
 */
export function defineFunction<const Definition extends FunctionDefinition>(
  definition: Definition,
): Defined<Definition> {
  const {
    routes,
    public: isPublic,
    streams,
    tables,
    environment = [],
    uses = [],
    queue,
  } = definition;
  const hasQuotas = routes !== undefined && (!isPublic || streams === true);
  const hasShards = SHARDED.some((name) => tables?.[name] !== undefined);
  const settings = new Set<SettingName>([
    ...environment,
    ...uses.flatMap((name): readonly SettingName[] => CAPABILITIES[name].settings),
    ...(queue ? [QUEUE_DEFINITIONS[queue].setting] : []),
    ...(hasQuotas ? (['PURSER_REQUESTS_PER_SECOND'] as const) : []),
    ...(hasShards ? (['PURSER_ENTRY_SHARDS'] as const) : []),
  ]);
  return {
    ...definition,
    ...(hasQuotas ? { tables: { ...tables, quotas: ['GetItem', 'PutItem', 'UpdateItem'] } } : {}),
    // `SettingOf` types the other additions. Only the edge reads quotas and entry shards.
    environment: [...settings] as SettingOf<Definition>[],
  };
}

/**
 * Functions on the path of every request, and functions that follow other work, run too often for
 * their traces to be worth their price.
 */
export const isTraced = ({ hotPath, follows, queue }: FunctionDefinition): boolean =>
  !hotPath && !follows && !queue;
