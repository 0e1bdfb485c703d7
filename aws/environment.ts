import * as z from 'zod';
import type { EnvironmentName } from '../lambdas/function-definition.ts';

const seconds = z.coerce.number().int().positive();
const optionalUrl = z
  .string()
  .transform((text) => (text === '' ? undefined : text))
  .optional();

const schemas = {
  PURSER_ENVIRONMENT: z.string().min(1),
  PURSER_TABLE_PREFIX: z.string().min(1),
  PURSER_RESERVATION_HOLD_SECONDS: seconds,
  PURSER_RETENTION_DAYS: seconds,
  PURSER_ALERT_TOPIC_ARN: z.string().startsWith('arn:'),
  PURSER_JWT_ISSUER: optionalUrl,
  PURSER_JWT_AUDIENCE: optionalUrl,
  PURSER_JWKS_URL: optionalUrl,
} satisfies Record<EnvironmentName, z.ZodType>;

type Environment<Name extends EnvironmentName> = {
  [Key in Name]: z.output<(typeof schemas)[Key]>;
};

/**
 * The settings that a function names in its definition, validated once at start.
 * @throws Error naming every setting that is missing or wrong
 */
export function readEnvironment<const Name extends EnvironmentName>(
  names: readonly Name[],
): Environment<Name> {
  const schema = z.object(Object.fromEntries(names.map((name) => [name, schemas[name]])));
  const parsed = schema.safeParse(process.env);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(`the function's environment is wrong: ${wrong.join('; ')}`);
  }
  return parsed.data as Environment<Name>;
}
