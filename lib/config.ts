import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import type { FunctionDefinition } from '../lambdas/function-definition.ts';
import { FUNCTIONS } from '../lambdas/functions.ts';

export const ENVIRONMENTS = ['dev', 'staging', 'prod'] as const;
export type PurserEnvironment = (typeof ENVIRONMENTS)[number];

/** Stands in for the address of the people on call until a deployment names it. */
export const PLACEHOLDER_EMAIL = 'ops@example.com';

const atLeastOne = z.int().min(1);
const WARM_FUNCTIONS = FUNCTIONS.filter((item: FunctionDefinition) => item.hotPath).map(
  ({ name }) => name,
);

const configSchema = z.strictObject({
  environment: z.enum(ENVIRONMENTS),
  /** Put before the name of every table, function, topic and queue. */
  prefix: z.string().regex(/^purser-[a-z]+-$/),
  region: z.string().regex(/^[a-z]{2}-[a-z]+-\d$/, 'must be an AWS region such as us-east-1'),
  /** Receives alerts and alarms. */
  alarmEmail: z.email(),
  /** Alerts to addresses of their own come from here; SES must know it, or its domain, as ours. */
  alertSender: z.email(),
  tags: z.record(z.string(), z.string()),
  /** Tables outlive their stack. */
  retainData: z.boolean(),
  pointInTimeRecovery: z.boolean(),
  deletionProtection: z.boolean(),
  logRetention: z.enum(RetentionDays),
  logLevel: z.enum(['DEBUG', 'INFO', 'WARN']),
  /** Warm execution environments of each function on the hot path; `minOf` goes before `min`. */
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
  /** Requests that the API takes before it answers 429. */
  throttle: z.strictObject({ requestsPerSecond: atLeastOne, burst: atLeastOne }),
  /** A revoked API key works for at most this long. */
  authorizerCacheSeconds: z.int().min(0).max(3_600),
  reservationHoldSeconds: z.int().min(60).max(86_400),
  /** Usage is taken up to 90 days late: its event id is remembered for a month beyond that. */
  retentionDays: z.int().min(122),
  /** The organization whose people are advised on what this deployment itself costs. */
  operatorOrganization: z.string().min(1).max(128).optional(),
  /** Who signs the JWTs of people; without it only API keys are taken. */
  jwt: z.strictObject({ issuer: z.url(), audience: z.string(), jwksUrl: z.url() }).optional(),
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

/** What a deployment, or a program that synthesizes one, may say for itself. */
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
  };
};

/** The settings of one environment. Throws an error that names the setting that is not valid. */
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
