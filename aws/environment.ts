import * as z from 'zod';
import type { SettingName } from '../contracts/settings.ts';
import type { WarmthSettings } from '../domain/advice/warmth.ts';
import { type EntryShards, MOST_ENTRY_SHARDS } from '../domain/ledger/entry-shards.ts';
import { QUEUE_DEFINITIONS, type QueueSetting } from '../queues/definitions.ts';

const seconds = () => z.coerce.number().int().positive();
const optionalText = () =>
  z
    .string()
    .transform((text) => (text === '' ? undefined : text))
    .optional();
const count = () => z.int().positive();
const jsonText = () =>
  z.string().transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue('is not JSON');
      return z.NEVER;
    }
  });
/** JSON text: the functions kept warm, and the number of environments of each. */
const warmth = (): z.ZodType<WarmthSettings, string> =>
  jsonText().pipe(
    z.object({
      region: z.string().min(1),
      targetPercent: z.int().min(1).max(100),
      functions: z.array(
        z.object({ name: z.string(), functionName: z.string(), memoryMiB: count(), min: count() }),
      ),
    }),
  );

/** JSON text: instants and the numbers of shards from then on. */
const entryShards = (): z.ZodType<EntryShards, string> =>
  jsonText().pipe(z.array(z.object({ fromMs: z.int(), shards: count().max(MOST_ENTRY_SHARDS) })));

/** JSON text: names, such as the regions whose models the gateway calls. */
const texts = (): z.ZodType<readonly string[], string> =>
  jsonText().pipe(z.array(z.string().min(1)).min(1));

/** How functions connect to providers of models. */
export type ProviderSettings = {
  privateHosts: readonly string[];
  connectTimeoutMs: number;
  silenceTimeoutMs: number;
  maxConnections: number;
};

/** JSON text: how functions connect to providers of models. */
const providers = (): z.ZodType<ProviderSettings, string> =>
  jsonText().pipe(
    z.object({
      privateHosts: z.array(z.string().min(1)),
      connectTimeoutMs: z.int().positive(),
      silenceTimeoutMs: z.int().positive(),
      maxConnections: z.int().positive(),
    }),
  );

const queueUrls = Object.fromEntries(
  Object.values(QUEUE_DEFINITIONS).map(({ setting }) => [setting, () => z.url()]),
) as Record<QueueSetting, () => z.ZodURL>;

/** Functions, because each Lambda function needs only a few of these schemas. */
const schemas = {
  ...queueUrls,
  PURSER_ENVIRONMENT: () => z.string().min(1),
  PURSER_TABLE_PREFIX: () => z.string().min(1),
  PURSER_RESERVATION_HOLD_SECONDS: seconds,
  PURSER_RETENTION_DAYS: seconds,
  PURSER_ENTRY_SHARDS: entryShards,
  PURSER_REQUESTS_PER_SECOND: () => z.coerce.number().int().positive(),
  PURSER_ALERT_TOPIC_ARN: () => z.string().startsWith('arn:'),
  PURSER_ALERT_SENDER: () => z.email(),
  PURSER_EVENT_BUS: () => z.string().min(1),
  PURSER_EXPORT_BUCKET: () => z.string().min(3),
  PURSER_JOB_BUCKET: () => z.string().min(3),
  PURSER_BATCH_ROLE_ARN: () => z.string().min(20),
  PURSER_FEWEST_BATCH_RECORDS: () => z.coerce.number().int().min(1),
  PURSER_OPERATOR_ORGANIZATION: optionalText,
  PURSER_WARMTH: warmth,
  PURSER_GATEWAY_REGIONS: texts,
  PURSER_GATEWAY_MODELS: texts,
  PURSER_MODEL_CALLER_ARN: optionalText,
  PURSER_VALKEY_URL: optionalText,
  PURSER_PROVIDERS: providers,
  PURSER_AUTHORIZER_CACHE_SECONDS: () => z.coerce.number().int().min(0),
  PURSER_JWT_ISSUER: optionalText,
  PURSER_JWT_AUDIENCE: optionalText,
  PURSER_JWKS_URL: optionalText,
  PURSER_JWT_DEPARTMENTS_CLAIM: optionalText,
} satisfies Record<SettingName, () => z.ZodType>;

/**
 * The published version of the function's code that is running. Changes with every code deployment.
 */
export const functionVersion = (): string => process.env['AWS_LAMBDA_FUNCTION_VERSION'] ?? '';

/** Whether this environment starts ahead of its first call, because it is kept warm. */
export const startsAhead = (): boolean =>
  process.env['AWS_LAMBDA_INITIALIZATION_TYPE'] === 'provisioned-concurrency';

/** Part of a function's definition: the settings that CDK provides. */
type Settings = { name: string; environment?: readonly SettingName[] };
type NamesOf<Definition extends Settings> =
  | 'PURSER_TABLE_PREFIX'
  | (Definition extends { environment: readonly (infer Name extends SettingName)[] }
      ? Name
      : never);
type Environment<Definition extends Settings> = {
  [Name in NamesOf<Definition>]: z.output<ReturnType<(typeof schemas)[Name]>>;
};

/**
 * The settings that a function's definition lists, validated once at start. Reading any other
 * setting does not compile.
 * @throws Error naming every setting that is missing or invalid
 */
export function readEnvironment<Definition extends Settings>(
  definition: Definition,
): Environment<Definition> {
  const names = ['PURSER_TABLE_PREFIX' as const, ...(definition.environment ?? [])];
  const schema = z.object(Object.fromEntries(names.map((name) => [name, schemas[name]()])));
  const parsed = schema.safeParse(process.env);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(`the function's environment is invalid: ${wrong.join('; ')}`);
  }
  return parsed.data as Environment<Definition>;
}

/** The region in which the function runs. */
export function ownRegion(): string {
  const { AWS_REGION: region } = process.env;
  if (!region) throw new Error('AWS_REGION is not set');
  return region;
}
