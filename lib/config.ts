import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { BEDROCK_MODELS, RECOMMENDABLE_MODELS } from '../domain/catalog/bedrock-models.ts';
import { EMBEDDING_MODELS } from '../domain/catalog/embedding-models.ts';
import {
  type EntryShards,
  entryShardsFor,
  FEWEST_ENTRY_SHARDS,
  MOST_ENTRY_SHARDS,
  shardsAt,
} from '../domain/ledger/entry-shards.ts';
import type { FunctionDefinition } from '../lambdas/function-definition.ts';
import { FUNCTIONS } from '../lambdas/functions.ts';
import { TABLE_NAMES } from '../tables/definitions.ts';

export const ENVIRONMENTS = ['dev', 'staging', 'prod'] as const;
export type PurserEnvironment = (typeof ENVIRONMENTS)[number];

const SETTINGS_DIRECTORY = join(import.meta.dirname, '../environments');
/** Domains that RFC 2606 reserves for examples. Nobody reads mail there. */
const PLACEHOLDER = /@example\.(com|net|org)$/;

/** The retentions of up to a year that CloudWatch Logs offers. */
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365] as const;

const atLeastOne = z.int().min(1);
const count = z.int().min(0);
const WARM_FUNCTIONS = FUNCTIONS.filter((item: FunctionDefinition) => item.hotPath).map(
  ({ name }) => name,
);

const entryShardCount = z
  .int()
  .min(FEWEST_ENTRY_SHARDS)
  .max(MOST_ENTRY_SHARDS)
  .refine((shards) => Number.isInteger(Math.log2(shards)), 'must be a power of two');

const awsRegion = z
  .string()
  .regex(/^[a-z]{2}-[a-z]+-\d$/, 'must be an AWS region such as us-east-1');

const CATALOG_MODELS = [
  ...[...RECOMMENDABLE_MODELS, ...BEDROCK_MODELS].map(([model]) => model),
  ...EMBEDDING_MODELS.map(({ model }) => model),
];
/** Each takes about 2,300 characters of ten policies, which is all that a role may have. */
const MOST_GATEWAY_MODELS = 20;

const settingsSchema = z
  .strictObject({
    region: awsRegion,
    /** Receives alerts and alarms. */
    alarmEmail: z.email(),
    /** Sender of alerts to individual addresses. SES must have verified it, or its domain. */
    alertSender: z.email(),
    /** Creates the sender's identity in SES, which mails a link to the address to verify it. */
    createAlertSender: z.boolean(),
    /** The organization that gets advice on this deployment's own cost, or `null`. */
    operatorOrganization: z.string().min(1).max(128).nullable(),
    /** Issuer of people's JWTs. With `null`, only API keys are accepted. */
    jwt: z
      .strictObject({
        issuer: z.url(),
        audience: z.string(),
        jwksUrl: z.url(),
        /** The claim that names the departments of a token's person. Without it, only the directory does. */
        departmentsClaim: z.string().min(1).optional(),
      })
      .nullable(),
    /** Keeps tables and files when their stack is deleted. */
    retainData: z.boolean(),
    pointInTimeRecovery: z.boolean(),
    deletionProtection: z.boolean(),
    logRetentionDays: z.literal(RETENTION_DAYS),
    logLevel: z.enum(['DEBUG', 'INFO', 'WARN']),
    /**
     * Warm execution environments of each hot-path function; 0 keeps none warm. `minOf` takes
     * precedence over `min`.
     */
    provisionedConcurrency: z
      .strictObject({
        min: count,
        max: count,
        minOf: z.partialRecord(z.enum(WARM_FUNCTIONS), count).default({}),
      })
      .refine(
        ({ min, max, minOf }) =>
          [min, ...Object.values(minOf)].every((least) => (least ?? min) <= max),
        'min must not be above max',
      ),
    /**
     * Sends a tenth of the calls of a hot-path function to its new version for five minutes, and goes
     * back to the former one if its errors alarm.
     */
    canaryDeployments: z.boolean(),
    /**
     * How long Lambda gathers changes of a table for one run of their follower. Each second makes
     * runs fewer and controls later, by up to twice as much.
     */
    streamWindowSeconds: z.int().min(0).max(5),
    /**
     * Over how many partitions the reservations of one minute are spread, from an instant on. Append
     * a later instant to change it, and keep the earlier ones: they say where entries are stored.
     */
    entryShards: z
      .array(
        z
          .strictObject({ from: z.iso.datetime(), shards: entryShardCount })
          .transform(({ from, shards }) => ({ fromMs: Date.parse(from), shards })),
      )
      .refine(
        (spread) =>
          spread.every(({ fromMs }, at) => at === 0 || fromMs > (spread[at - 1]?.fromMs ?? fromMs)),
        'must be in order of time',
      ),
    /**
     * Units per second that a table takes at once, where a new table's 12,000 reads and 4,000 writes
     * are too few. AWS charges once for each increase.
     */
    warmThroughput: z.partialRecord(
      z.enum(TABLE_NAMES),
      z.strictObject({
        readUnitsPerSecond: z.int().min(12_000),
        writeUnitsPerSecond: z.int().min(4_000),
      }),
    ),
    /** Requests that the API accepts before it answers 429. */
    throttle: z.strictObject({ requestsPerSecond: atLeastOne, burst: atLeastOne }),
    /** What the gateway may call on Amazon Bedrock: these models of the catalog, in these regions. */
    gateway: z.strictObject({
      regions: z.array(awsRegion).min(1),
      models: z.array(z.enum(CATALOG_MODELS)).min(1).max(MOST_GATEWAY_MODELS),
      /**
       * Calls models by a role of their own, with the department as a tag of the session, so that
       * AWS's bill splits by it (column `line_item_iam_principal`, once the tags are activated).
       */
      splitsBill: z.boolean(),
      /**
       * A server of Valkey or Redis that keeps answers of models instead of a table
       * (`rediss://cache.internal.example.com:6379`). Functions must be able to reach it.
       */
      valkeyUrl: z
        .string()
        .regex(/^rediss?:\/\/[\w.@:-]+$/, 'must be redis:// or rediss://, a host and a port')
        .optional(),
      /** The fewest requests that Bedrock takes in a batch: a quota of the account. */
      fewestBatchRecords: z.int().min(1).max(10_000),
    }),
    /** How functions connect to providers of models, to Amazon Bedrock and organizations' own. */
    providers: z.strictObject({
      connectTimeoutMs: z.int().min(100).max(30_000),
      /** Longest wait for the start of an answer, and for each part of it; models think for minutes. */
      silenceTimeoutMs: z.int().min(1_000).max(890_000),
      /** Connections of one execution environment to one host; further calls wait for one. */
      maxConnections: z.int().min(1).max(1_000),
      /**
       * Hosts that are not on the public Internet, on which organizations' own providers may run:
       * names, or all names under a domain (`*.internal.example.com`). Functions must be able to
       * reach them.
       */
      privateHosts: z.array(
        z.string().regex(/^(?:\*\.)?[a-z0-9.:-]+$/, 'must be a host, or *. and a domain'),
      ),
    }),
    /** A revoked API key keeps working for at most this long. */
    authorizerCacheSeconds: z.int().min(0).max(3_600),
    reservationHoldSeconds: z.int().min(60).max(86_400),
    /**
     * Callers may report usage up to 90 days late, and its event ID is remembered for another month.
     */
    retentionDays: z.int().min(122),
  })
  .refine(hasEnoughShards, {
    path: ['entryShards'],
    error: ({ input }) => {
      const { throttle } = input as ShardedSettings;
      const rate = throttle.requestsPerSecond;
      return `must end with ${entryShardsFor(rate)} shards, which ${rate} requests per second need`;
    },
  });

type ShardedSettings = {
  throttle: { requestsPerSecond: number };
  entryShards: EntryShards;
};

/** Whether the latest shards suffice for the environment's peak. */
function hasEnoughShards({ throttle, entryShards }: ShardedSettings): boolean {
  return shardsAt(entryShards, Infinity) >= entryShardsFor(throttle.requestsPerSecond);
}

type Settings = z.output<typeof settingsSchema>;
/** An environment's settings and the facts that follow from its name. */
export type PurserConfig = Settings & {
  environment: PurserEnvironment;
  /** Prefix of every table, function, topic and queue name. */
  prefix: string;
  tags: Record<string, string>;
};

/** Settings that tests and programs replace when they synthesize an application of their own. */
export type Overrides = Partial<z.input<typeof settingsSchema>>;

/**
 * The settings of one environment, from `environments/<name>.json`. Throws an error that names the
 * invalid setting.
 */
export function configFor(environment: PurserEnvironment, overrides: Overrides = {}): PurserConfig {
  const file = readFileSync(join(SETTINGS_DIRECTORY, `${environment}.json`), 'utf8');
  const result = settingsSchema.safeParse({ ...JSON.parse(file), ...overrides });
  if (!result.success) {
    throw new Error(`environments/${environment}.json: ${z.prettifyError(result.error)}`);
  }
  return {
    ...result.data,
    environment,
    prefix: `purser-${environment}-`,
    tags: { Environment: environment, System: 'purser', CostCenter: 'ai-platform' },
  };
}

/** A stack's name, such as `Purser-Dev-Api`. */
export const stackName = (environment: PurserEnvironment, part: string): string =>
  `Purser-${environment.charAt(0).toUpperCase()}${environment.slice(1)}-${part}`;

/** Overrides the file's numbers with this many warm environments of each hot-path function. */
export const withWarmth = (
  { provisionedConcurrency: { max } }: PurserConfig,
  warm: number | undefined,
): Overrides =>
  warm === undefined ? {} : { provisionedConcurrency: { min: warm, max: Math.max(warm, max) } };

/**
 * What keeps these settings from being deployed, in sentences that name the setting. Only dev may
 * keep the placeholders for addresses, because its alarms need no reader.
 */
export function deploymentFaults(config: PurserConfig): string[] {
  if (config.environment === 'dev') return [];
  const file = `environments/${config.environment}.json`;
  return (['alarmEmail', 'alertSender'] as const)
    .filter((name) => PLACEHOLDER.test(config[name]))
    .map((name) => `Replace ${config[name]} in ${file}: ${name} must be an address of yours.`);
}

/** How many environments of a hot-path function stay warm. */
export const leastWarm = (
  { provisionedConcurrency: { min, minOf } }: Pick<PurserConfig, 'provisionedConcurrency'>,
  { name }: Pick<FunctionDefinition, 'name'>,
): number => new Map(Object.entries(minOf)).get(name) ?? min;

/** Warm environments that the application asks of the account's Lambda concurrency. */
export const warmTotal = (config: Pick<PurserConfig, 'provisionedConcurrency'>): number =>
  WARM_FUNCTIONS.reduce((sum, name) => sum + leastWarm(config, { name }), 0);
