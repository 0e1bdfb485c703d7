import * as z from 'zod';

const TYPE_BASE = 'https://purser.dev/problems/';

/** Every problem type with its HTTP status and title. This is the only table of errors. */
export const PROBLEMS = {
  'invalid-request': { status: 400, title: 'The request is invalid' },
  'unknown-price': { status: 422, title: 'The price of this model is unknown' },
  unauthorized: { status: 401, title: 'Credentials are missing or invalid' },
  forbidden: { status: 403, title: 'These credentials do not allow this' },
  'costs-disputed': { status: 403, title: 'Too much of what this key stated is in dispute' },
  underdeclared: { status: 403, title: 'This key declares far less than it settles' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'This path does not support this method' },
  conflict: { status: 409, title: 'The request conflicts with recorded data' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json' },
  'budget-exceeded': { status: 429, title: 'A budget does not allow this request' },
  'control-in-force': { status: 429, title: 'A control does not allow this request' },
  'too-many-requests': { status: 429, title: 'Too many requests of this kind' },
  'rate-limited': { status: 429, title: 'Too many requests for this quota' },
  throttled: { status: 429, title: 'A control allows no more requests now' },
  internal: { status: 500, title: 'Something broke on our side' },
  unavailable: { status: 503, title: 'Purser cannot decide this now' },
} as const;
export type ProblemType = keyof typeof PROBLEMS;

/** The URI of a problem type in responses. */
export const problemTypeUri = (type: ProblemType): string => TYPE_BASE + type;

export type FieldError = { field: string; message: string };

/** RFC 9457 problem details. */
export const problem = z
  .object({
    type: z.string().meta({ example: `${TYPE_BASE}invalid-request` }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .loose()
  .meta({ id: 'Problem' });

/**
 * Misuse or a refusal, returned as problem+json. `extra` contains additional members of the body.
 */
export class ProblemError extends Error {
  override name = 'ProblemError';
  readonly type: ProblemType;
  readonly errors: FieldError[] | undefined;
  readonly extra: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(
    type: ProblemType,
    detail: string,
    options: {
      errors?: FieldError[];
      extra?: Record<string, unknown>;
      headers?: Record<string, string>;
      /** The underlying error, for the log. */
      cause?: unknown;
    } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.type = type;
    this.errors = options.errors;
    this.extra = options.extra ?? {};
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return PROBLEMS[this.type].status;
  }

  /** The problem+json body. */
  get body(): Record<string, unknown> {
    return {
      type: problemTypeUri(this.type),
      title: PROBLEMS[this.type].title,
      status: this.status,
      detail: this.message,
      ...(this.errors ? { errors: this.errors } : {}),
      ...this.extra,
    };
  }
}

/** Refuses a request because of one field. */
export const invalidField = (field: string, message: string): ProblemError =>
  new ProblemError('invalid-request', `${field}: ${message}`, { errors: [{ field, message }] });
