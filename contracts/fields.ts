import * as z from 'zod';
import { MAX_AMOUNT_NANO_USD, parseUsd } from '../domain/money.ts';
import { isTimeZone, PERIODS } from '../domain/periods.ts';
import { SCOPES } from '../domain/scopes.ts';

const MAX_TOKENS = 100_000_000;

/** Identifier of a user, department, system, operation, model …: no control characters, no `#`. */
export const identifier = z
  .string()
  .max(128, 'must have at most 128 characters')
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._@:+/=|-]*$/u,
    'must start with a letter or digit and hold only letters, digits and . _ @ : + / = | -',
  )
  .refine((text) => text === text.normalize('NFC'), 'must be in Unicode normal form NFC')
  .meta({ example: 'ada' });

/** Ids as a request gave them, where they stand under another spelling. */
export const givenIds = z
  .object({ userId: z.string(), departmentId: z.string(), system: z.string() })
  .partial()
  .meta({
    id: 'GivenIds',
    description: 'As the request spelled them, where that differs from the ids they stand for',
  });

/** Text that is kept and shown as it was given: what no store and no CSV can hold is refused. */
export const plainText = (maxCharacters: number) =>
  z
    .string()
    .max(maxCharacters, `must have at most ${maxCharacters} characters`)
    .refine(
      (text) => text.isWellFormed() && !/\p{Cc}/u.test(text),
      'must be well-formed Unicode without control characters',
    );

/** Decimal USD as text or JSON number with at most nine fraction digits; nano-dollars inside. */
export const usd = z
  .union([z.string(), z.number()])
  .transform((value, context) => {
    const amount = parseUsd(typeof value === 'number' ? decimalText(value) : value);
    if (amount === undefined || amount < 0n || amount > MAX_AMOUNT_NANO_USD) {
      context.addIssue({
        code: 'custom',
        message:
          'must be an amount in USD from 0 to 1000000000 with at most nine decimals, such as "12.50"',
      });
      return z.NEVER;
    }
    return amount;
  })
  .meta({ id: 'UsdInput', description: 'Decimal USD, as text or number', example: '25.00' });

/** JavaScript writes numbers below a millionth with an exponent, whatever the caller wrote. */
function decimalText(value: number): string {
  const fixed = value.toFixed(9);
  return Number(fixed) === value && Math.abs(value) < 1e-6 ? fixed : String(value);
}

/** Amount in a response: decimal USD with nine fraction digits. */
export const usdText = z.string().meta({
  id: 'Usd',
  description: 'Decimal USD with nine fraction digits',
  example: '0.004215000',
});

export const tokenCount = z
  .int('must be a whole number')
  .min(0, 'must not be negative')
  .max(MAX_TOKENS, `must be at most ${MAX_TOKENS}`);

const LATEST_MS = Date.UTC(9999, 11, 31);

/** From 1970 to 9999: what every key and every text of a date can hold. */
export const isInRange = (instantMs: number): boolean => instantMs >= 0 && instantMs <= LATEST_MS;

/** RFC 3339 instant with zone; epoch ms inside. */
export const instant = z.iso
  .datetime({ offset: true, message: 'must be an RFC 3339 instant such as 2026-11-21T06:30:00Z' })
  .transform((text) => Date.parse(text))
  .refine(isInRange, 'must lie between the years 1970 and 9999')
  .meta({ id: 'InstantInput', example: '2026-11-21T06:30:00Z' });

/** Instant in a response, RFC 3339 UTC. */
export const instantText = z
  .string()
  .meta({ id: 'Instant', example: '2026-11-21T06:30:00.000Z', format: 'date-time' });

export const period = z.enum(PERIODS);
export const scope = z.enum(SCOPES);

export const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin')
  .meta({ example: 'Europe/Berlin' });

/** The SDK takes a map that holds the name `constructor` for something it cannot store. */
export const tagName = identifier.refine(
  (name) => name !== 'constructor',
  'must not be constructor',
);

/** At most 20 labels that reports can group by. */
export const tags = z
  .record(tagName, plainText(128))
  .refine((labels) => Object.keys(labels).length <= 20, 'must have at most 20 entries');

export const pageLimit = z
  .string()
  .regex(/^([1-9]|[1-9][0-9]|[1-4][0-9][0-9]|500)$/, 'must be a whole number from 1 to 500')
  .transform(Number)
  .default(100)
  .meta({ description: 'From 1 to 500; default 100', example: '100' });
export const pageCursor = z.string().max(2_048).optional();

/** Whether a number has at most two decimals, as near as a double can tell. */
export const isWholeHundredths = (value: number): boolean =>
  Math.abs(value * 100 - Math.round(value * 100)) < 1e-6;
