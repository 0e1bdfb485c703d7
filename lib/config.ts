import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import type { FunctionDefinition } from '../lambdas/function-definition.ts';
import { FUNCTIONS } from '../lambdas/functions.ts';

export const ENVIRONMENTS = ['dev', 'staging', 'prod'] as const;
export type PurserEnvironment = (typeof ENVIRONMENTS)[number];

/** Placeholder for the on-call address until a deployment sets one. */
export const PLACEHOLDER_EMAIL = 'ops@example.com';

const atLeastOne = z.int().min(1);
const WARM_FUNCTIONS = FUNCTIONS.filter((item: FunctionDefinition) => item.hotPath).map(
  ({ name }) => name,
);

const configSchema = z.strictObject({
  environment: z.enum(ENVIRONMENTS),
  /** Prefix of every table, function, topic and queue name. */
  prefix: z.string().regex(/^purser-[a-z]+-$/),
  region: z.string().regex(/^[a-z]{2}-[a-z]+-\d$/, 'must be an AWS region such as us-east-1'),
  /** Receives alerts and alarms. */
  alarmEmail: z.email(),
  /** Sender of alerts to individual addresses. SES must have verified it, or its domain. */
  alertSender: z.email(),
  tags: z.record(z.string(), z.string()),
  /** Keeps tables when their stack is deleted. */
  retainData: z.boolean(),
  pointInTimeRecovery: z.boolean(),
  deletionProtection: z.boolean(),
  logRetention: z.enum(RetentionDays),
  logLevel: z.enum(['DEBUG', 'INFO', 'WARN']),
  /** Warm execution environments of each hot-path function. `minOf` takes precedence over `min`. */
  provisionedConcurrency: z
    .strictObject({
      min: atLeastOne,
      max: atLeastOne,
      minOf: z.partialRecord(z.enum(WARM_FUNCTIONS), atLeastOne).default({}),
    })
    .refine(
      ({ min, max, minOf }) =>
        [min, ...Object.values(minOf)].every((least) => (least ?? min) <= max),
      'min must not be above max',
    ),
  /** Requests that the API accepts before it answers 429. */
  throttle: z.strictObject({ requestsPerSecond: atLeastOne, burst: atLeastOne }),
  /** A revoked API key keeps working for at most this long. */
  authorizerCacheSeconds: z.int().min(0).max(3_600),
  reservationHoldSeconds: z.int().min(60).max(86_400),
  /**
   * Callers may report usage up to 90 days late, and its event ID is remembered for another month.
   */
  retentionDays: z.int().min(122),
  /** The organization that gets advice on this deployment's own cost. */
  operatorOrganization: z.string().min(1).max(128).optional(),
  /** Issuer of people's JWTs. Without it, only API keys are accepted. */
  jwt: z
    .strictObject({
      issuer: z.url(),
      audience: z.string(),
      jwksUrl: z.url(),
      /** The claim that names the departments of a token's person. Without it, only the directory does. */
      departmentsClaim: z.string().min(1).optional(),
    })
    .optional(),
});
export type PurserConfig = z.output<typeof configSchema>;

const SHARED = {
  region: 'us-east-1',
  alarmEmail: PLACEHOLDER_EMAIL,
  alertSender: 'purser@example.com',
  authorizerCacheSeconds: 60,
  reservationHoldSeconds: 900,
  retentionDays: 400,
};

const SETTINGS: Record<
  PurserEnvironment,
  Omit<z.input<typeof configSchema>, 'environment' | 'prefix' | 'tags'>
> = {
  dev: {
    ...SHARED,
    retainData: false,
    pointInTimeRecovery: false,
    deletionProtection: false,
    logRetention: RetentionDays.ONE_WEEK,
    logLevel: 'DEBUG',
    provisionedConcurrency: { min: 1, max: 2 },
    throttle: { requestsPerSecond: 500, burst: 1_000 },
  },
  staging: {
    ...SHARED,
    retainData: true,
    pointInTimeRecovery: true,
    deletionProtection: false,
    logRetention: RetentionDays.ONE_MONTH,
    logLevel: 'INFO',
    provisionedConcurrency: { min: 2, max: 20 },
    throttle: { requestsPerSecond: 2_000, burst: 4_000 },
  },
  prod: {
    ...SHARED,
    retainData: true,
    pointInTimeRecovery: true,
    deletionProtection: true,
    logRetention: RetentionDays.THREE_MONTHS,
    logLevel: 'INFO',
    provisionedConcurrency: { min: 5, max: 100 },
    throttle: { requestsPerSecond: 5_000, burst: 10_000 },
  },
};

/** Settings that a deployment, or a program that synthesizes one, may override. */
export type Overrides = {
  region?: string;
  alarmEmail?: string;
  alertSender?: string;
  operatorOrganization?: string;
  provisionedConcurrency?: z.input<typeof configSchema>['provisionedConcurrency'];
  jwt?: {
    issuer?: string | undefined;
    audience?: string | undefined;
    jwksUrl?: string | undefined;
    departmentsClaim?: string | undefined;
  };
};

/** The settings of one environment. Throws an error that names the invalid setting. */
export function configFor(environment: PurserEnvironment, overrides: Overrides = {}): PurserConfig {
  const result = configSchema.safeParse({
    ...SETTINGS[environment],
    environment,
    prefix: `purser-${environment}-`,
    tags: { Environment: environment, System: 'purser', CostCenter: 'ai-platform' },
    ...overrides,
  });
  if (result.success) return result.data;
  throw new Error(`settings of ${environment}: ${z.prettifyError(result.error)}`);
}
