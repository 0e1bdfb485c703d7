import * as z from 'zod';
import { MAX_AMOUNT_NANO_USD, parseUsd } from '../domain/money.ts';
import { idFor } from '../domain/naming/display-name.ts';
import { isTimeZone, PERIODS } from '../domain/periods.ts';
import { ID_PATTERN, isTagScope, MAX_ID_CHARACTERS, MAX_TAGS, SCOPES } from '../domain/scopes.ts';

const MAX_TOKENS = 100_000_000;

const MOST_ID_CHARACTERS = `must have at most ${MAX_ID_CHARACTERS} characters`;
const ID_CHARACTERS =
  'must start with a letter or digit and contain only letters, digits and . _ @ : + / = | -';
/** Says what to do, too: an id such as the text, and the text as a display name. */
const noId = (text: unknown): string => {
  const id = typeof text === 'string' ? idFor(text) : undefined;
  if (id === undefined) return ID_CHARACTERS;
  return `${ID_CHARACTERS}; use an id such as ${id}, and set what people call it with PUT /v1/names/{scope}/${id}`;
};
const NORMALIZED = 'must be in Unicode normal form NFC';
const isNormalized = (text: string): boolean => text === text.normalize('NFC');

/**
 * Identifier of a user, department, system, operation, model and so on. No control characters, no
 * `#`.
 */
export const identifier = z
  .string()
  .max(MAX_ID_CHARACTERS, MOST_ID_CHARACTERS)
  .regex(ID_PATTERN, { error: ({ input }) => noId(input) })
  .refine(isNormalized, NORMALIZED)
  .meta({ example: 'ada' });

/** The context window that clients such as Claude Code append to a model: `[1m]`. */
const WINDOW_SUFFIX = /\[[0-9]{1,9}[kKmM]\]$/;
const MODEL_PATTERN = new RegExp(
  `${ID_PATTERN.source.slice(0, -1)}(?:${WINDOW_SUFFIX.source.slice(0, -1)})?$`,
  ID_PATTERN.flags,
);

/**
 * A model as clients name it. The context window that some append is dropped: a model's price
 * depends on the length of the request.
 */
export const modelName = z
  .string()
  .overwrite((text) => text.replace(WINDOW_SUFFIX, ''))
  .max(MAX_ID_CHARACTERS, MOST_ID_CHARACTERS)
  .regex(MODEL_PATTERN, ID_CHARACTERS)
  .refine(isNormalized, NORMALIZED)
  .meta({ example: 'anthropic.claude-sonnet-4-6' });

/** In responses, next to `model`. */
export const requestedModel = z.string().optional().meta({
  description:
    'The name that the request used for the model, if a rate card says that it stands for `model` (`sameAs`)',
});

/** Size, quality or both of images, as the rate card of the model names them. */
export const imageVariant = identifier.optional().meta({
  description:
    'Size, quality or both of the images, as `imageVariants` of the rate card names them',
  example: '1024-premium',
});

/** One run of an agent: all its requests share the session's budget. */
export const sessionId = identifier.meta({
  description: 'The agent run that the request belongs to',
  example: 'run-7f3a',
});

/**
 * Text that is stored and shown unchanged. Refuses characters that a store or CSV file cannot
 * contain.
 */
export const plainText = (maxCharacters: number) =>
  z
    .string()
    .max(maxCharacters, `must have at most ${maxCharacters} characters`)
    .refine(
      (text) => text.isWellFormed() && !/\p{Cc}/u.test(text),
      'must be well-formed Unicode without control characters',
    );

const NO_USD =
  'must be an amount in USD from 0 to 1000000000 with at most nine decimals, such as "12.50"';
/** Ten digits, a decimal point and nine more digits. */
const MAX_USD_CHARACTERS = 20;

/**
 * Decimal USD as text or a JSON number, with at most nine fraction digits. Parsed to nano-dollars.
 */
export const usd = z
  .union([z.string().max(MAX_USD_CHARACTERS), z.number().min(0).max(1_000_000_000)], NO_USD)
  .transform((value, context) => {
    const amount = parseUsd(typeof value === 'number' ? decimalText(value) : value);
    if (amount === undefined || amount < 0n || amount > MAX_AMOUNT_NANO_USD) {
      context.addIssue({
        code: 'custom',
        message: NO_USD,
      });
      return z.NEVER;
    }
    return amount;
  })
  .meta({ id: 'UsdInput', description: 'Decimal USD, as text or number', example: '25.00' });

/** JavaScript formats numbers below a millionth with an exponent, even if the caller did not. */
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

/** From 1970 to 9999, the range that keys and date texts can express. */
export const isInRange = (instantMs: number): boolean => instantMs >= 0 && instantMs <= LATEST_MS;

/** How long a reservation may hold money. */
export const holdSeconds = z
  .int('must be a whole number of seconds')
  .min(30, 'must be from 30 to 86400')
  .max(86_400, 'must be from 30 to 86400')
  .meta({ description: 'How long reservations hold their money, from 30 seconds to a day' });

/** How long a session may be idle before it ends. */
export const idleSeconds = z
  .int('must be a whole number of seconds')
  .min(60, 'must be from 60 to 2592000')
  .max(2_592_000, 'must be from 60 to 2592000')
  .meta({ description: 'From a minute to 30 days' });

/** Any zone, with nine decimals of a second. */
export const MAX_INSTANT_CHARACTERS = 35;

/** An RFC 3339 time with zone. Parsed to epoch ms. */
export const instant = z.iso
  .datetime({ offset: true, message: 'must be an RFC 3339 instant such as 2026-11-21T06:30:00Z' })
  .max(MAX_INSTANT_CHARACTERS)
  .transform((text) => Date.parse(text))
  .refine(isInRange, 'must lie between the years 1970 and 9999')
  .meta({ id: 'InstantInput', example: '2026-11-21T06:30:00Z' });

/** A time in a response, RFC 3339 in UTC. */
export const instantText = z
  .string()
  .meta({ id: 'Instant', example: '2026-11-21T06:30:00.000Z', format: 'date-time' });

export const period = z.enum(PERIODS);

const NO_SCOPE = `must be ${SCOPES.join(', ')} or tag:NAME for a listed tag`;
/** `tag:project` is the scope of a tag that the organization lists. */
export const scope = z
  .union(
    [
      z.enum(SCOPES, NO_SCOPE),
      z.templateLiteral(['tag:', z.string().max(MAX_ID_CHARACTERS)]).refine(isTagScope, NO_SCOPE),
    ],
    NO_SCOPE,
  )
  .meta({ id: 'Scope', example: 'user' });

export const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin')
  .meta({ example: 'Europe/Berlin' });

/** The AWS SDK misinterprets a map that contains the name `constructor`. */
export const tagName = identifier.refine(
  (name) => name !== 'constructor',
  'must not be constructor',
);

/** At most 20 labels that reports can group by. */
export const tags = z
  .record(tagName, plainText(128))
  .refine(
    (labels) => Object.keys(labels).length <= MAX_TAGS,
    `must have at most ${MAX_TAGS} entries`,
  )
  .meta({ maxProperties: MAX_TAGS });

export const pageLimit = z
  .string()
  .regex(/^([1-9]|[1-9][0-9]|[1-4][0-9][0-9]|500)$/, 'must be a whole number from 1 to 500')
  .transform(Number)
  .default(100)
  .meta({ description: 'From 1 to 500; default 100', example: '100' });
export const pageCursor = z.string().max(2_048).optional();

/**
 * A number from 0 to `most`: either 0 or at least `least`, so that the store, which keeps 38
 * digits, returns it unchanged.
 */
const zeroOr = (least: number, most: number) =>
  z
    .number()
    .min(0, `must be from 0 to ${most}`)
    .max(most, `must be from 0 to ${most}`)
    .refine((value) => value === 0 || value >= least, `must be 0 or at least ${least}`);

/** A share or probability: 0, or a billionth to 1. */
export const share = zeroOr(1e-9, 1);

const DAY_MS = 86_400_000;

/** A duration of at most a day: 0, or at least a microsecond. */
export const milliseconds = zeroOr(0.001, DAY_MS);

/** A rate per second, from one per thousand seconds to 100,000. */
export const perSecond = z
  .number()
  .min(0.001, 'must be from 0.001 to 100000')
  .max(100_000, 'must be from 0.001 to 100000');

/** Whether a number has at most two decimals. */
const isWholeHundredths = (value: number): boolean => Math.round(value * 100) / 100 === value;

/** A percentage from 0.01 with at most two decimals. Parsed to hundredths of a percent. */
export const percentage = (most: number) =>
  z
    .number()
    .min(0.01, `must be from 0.01 to ${most}`)
    .max(most, `must be from 0.01 to ${most}`)
    .refine(isWholeHundredths, 'must have at most two decimals');

/** A region of AWS, or of another provider that names its regions alike. */
export const regionName = z
  .string()
  .max(32)
  .regex(/^[a-z]+(?:-[a-z]+)+-\d$/, 'must be a region such as eu-west-1');
