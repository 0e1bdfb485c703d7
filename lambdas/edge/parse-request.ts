import type * as z from 'zod';
import { plainMessage } from '../../contracts/plain-message.ts';
import { type FieldError, invalidField, ProblemError } from '../../contracts/problem.ts';
import type { HttpEvent } from './caller.ts';
import { JsonRefusal, parseJson } from './parse-json.ts';
import { ownValue } from '../../domain/own-value.ts';

/** Keeps the answer to a hostile body within the response size limit. */
const MAX_ERRORS = 20;
const DEFAULT_MAX_BODY_BYTES = 64 * 1024;

/**
 * Parses one part of a request. @throws ProblemError `invalid-request` naming every invalid field
 */
export function parsePart<Schema extends z.ZodType>(
  schema: Schema | undefined,
  value: unknown,
  part: 'body' | 'query' | 'path',
): z.output<Schema> {
  if (!schema) return undefined as z.output<Schema>;
  const parsed = schema.safeParse(value, { error: plainMessage });
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues
    .slice(0, MAX_ERRORS)
    .flatMap((issue) => fieldErrors(issue, part, value))
    .slice(0, MAX_ERRORS);
  const [first] = errors;
  throw new ProblemError('invalid-request', `${first?.field}: ${first?.message}`, { errors });
}

/**
 * Reads an event's JSON body.
 * @throws ProblemError 413 above the limit, 415 for another media type, 400 for text that is not
 *   unambiguous UTF-8 JSON
 */
export function readJsonBody(
  event: Pick<HttpEvent, 'headers' | 'body' | 'isBase64Encoded'>,
  maxBodyBytes = DEFAULT_MAX_BODY_BYTES,
): unknown {
  const mediaType = (event.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const encoding = event.headers['content-encoding'];
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > maxBodyBytes) {
    throw new ProblemError('payload-too-large', `The body may have at most ${maxBodyBytes} bytes.`);
  }
  if (bytes.length === 0) throw badBody('is missing: send a JSON object');
  if (mediaType !== 'application/json' && !mediaType.endsWith('+json')) {
    throw new ProblemError('unsupported-media-type', 'Send the body as application/json.');
  }
  if (encoding !== undefined && encoding !== 'identity') {
    throw new ProblemError('unsupported-media-type', 'Send the body without content-encoding.');
  }
  try {
    return parseJson(utf8(bytes));
  } catch (error) {
    throw error instanceof JsonRefusal
      ? invalidField(error.field.slice(0, 200), error.message)
      : error;
  }
}

function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw badBody('is not JSON in UTF-8');
  }
}

const badBody = (message: string): ProblemError => invalidField('body', message);

type Issue = z.core.$ZodIssue;

function fieldErrors(issue: Issue, part: string, value: unknown): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: pathText([...issue.path, key], part),
      message: 'is not a known field',
    }));
  }
  if (issue.code === 'invalid_union') {
    const branches = issue.errors.filter((branch) => branch.length > 0);
    // The caller most likely meant the branch with the fewest wrong fields or, among equals, the
    // deepest match.
    const [meant] = branches.toSorted(
      (a, b) => wrongFields(a) - wrongFields(b) || depth(b) - depth(a),
    );
    if (meant) {
      return meant.flatMap((inner) =>
        fieldErrors({ ...inner, path: [...issue.path, ...inner.path] }, part, value),
      );
    }
  }
  return [{ field: pathText(issue.path, part), message: messageOf(issue, value) }];
}

function messageOf(issue: Issue, value: unknown): string {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  return MISSABLE.has(issue.code) && valueAt(value, issue.path) === undefined
    ? 'is missing'
    : issue.message;
}

/** Codes that zod uses for an absent value. A custom rule may legitimately name an absent field. */
const MISSABLE = new Set(['invalid_type', 'invalid_value', 'invalid_union', 'invalid_format']);

function valueAt(value: unknown, path: PropertyKey[]): unknown {
  let inner = value;
  for (const step of path) {
    if (typeof inner !== 'object' || inner === null) return undefined;
    inner = ownValue(inner as Record<string, unknown>, step);
  }
  return inner;
}

const wrongFields = (issues: Issue[]): number =>
  issues.reduce(
    (count, issue) => count + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1),
    0,
  );

const depth = (issues: Issue[]): number => Math.max(...issues.map(({ path }) => path.length));

function pathText(path: PropertyKey[], part: string): string {
  const text = path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
  return text === '' ? part : text.slice(0, 200);
}
