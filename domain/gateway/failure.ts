import { resetSentence } from '../ledger/reset-text.ts';
import { ownValue } from '../own-value.ts';

/** What went wrong, in the distinctions that clients of AI providers make. */
export const FAILURE_KINDS = [
  'invalid',
  'unauthorized',
  'forbidden',
  'missing',
  'too-large',
  'conflict',
  'budget',
  'rate',
  'overloaded',
  'timeout',
  'model',
  'broken',
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** An error or a refusal, before it takes the form that a client understands. */
export type Failure = {
  kind: FailureKind;
  /** The HTTP status. Clients of some families get another one; see `envelopeOf`. */
  status: number;
  /** A sentence for a person. */
  message: string;
  /** A name for programs, such as `budget_exceeded`. */
  code: string;
  /** The field at fault, by its path in the client's body. */
  param?: string | undefined;
  /** What to send besides the headers of the form. */
  headers: Readonly<Record<string, string>>;
  /** The spent budget, where one refused. */
  budget?: { period: string; resetsAt?: string | undefined } | undefined;
  /** Members of problem details, for Purser's own routes. */
  problem: Readonly<Record<string, unknown>>;
};

/** An error in Purser's own words. `ProblemError` in `contracts/problem.ts` is one. */
export type ProblemFacts = {
  readonly type: string;
  readonly status: number;
  readonly message: string;
  readonly errors?: readonly { field: string; message: string }[] | undefined;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
};

const KIND_OF_PROBLEM = new Map<string, FailureKind>([
  ['budget-exceeded', 'budget'],
  ['control-in-force', 'budget'],
  ['unavailable', 'overloaded'],
]);

const KIND_OF_STATUS = new Map<number, FailureKind>([
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'missing'],
  [408, 'timeout'],
  [409, 'conflict'],
  [413, 'too-large'],
  [424, 'model'],
  [429, 'rate'],
  [503, 'overloaded'],
  [504, 'timeout'],
  [529, 'overloaded'],
]);

const kindOfStatus = (status: number): FailureKind =>
  KIND_OF_STATUS.get(status) ?? (status >= 500 ? 'broken' : 'invalid');

/**
 * The failure that a problem states. Money that other requests hold may come back, so a budget
 * that lacks only that limits the rate; a client may try again.
 */
export function failureOfProblem(problem: ProblemFacts): Failure {
  const { type, status, message, extra, headers } = problem;
  const isHeld = ownValue(extra, 'because') === 'held';
  const kind = isHeld ? 'rate' : (KIND_OF_PROBLEM.get(type) ?? kindOfStatus(status));
  return {
    kind,
    status,
    message,
    code: textOf(extra, 'code') ?? type.replaceAll('-', '_'),
    param: problem.errors?.[0]?.field,
    headers,
    budget: kind === 'budget' ? budgetOf(extra) : undefined,
    problem: problem.body,
  };
}

/** Why a budget refused, for clients that say by themselves when it resets. */
export const withoutReset = ({ message, budget }: Failure): string =>
  message.replace(budget ? ` ${resetSentence(budget.resetsAt)}` : '', '');

function budgetOf(extra: Readonly<Record<string, unknown>>): Failure['budget'] {
  const budget = ownValue(extra, 'budget');
  if (typeof budget !== 'object' || budget === null) return undefined;
  const period = textOf(budget as Record<string, unknown>, 'period');
  return period === undefined ? undefined : { period, resetsAt: textOf(extra, 'resetsAt') };
}

const textOf = (record: Readonly<Record<string, unknown>>, name: string): string | undefined => {
  const value = ownValue(record, name);
  return typeof value === 'string' ? value : undefined;
};

/** An error of a provider. `name` is an exception's, such as `ThrottlingException`, if it has one. */
export type ProviderError = {
  status: number;
  name?: string | undefined;
  message: string;
  headers?: Readonly<Record<string, string>> | undefined;
};

/** Exceptions of Amazon Bedrock, by their names without `Exception`, in small letters. */
const BEDROCK_EXCEPTIONS = new Map<string, { kind: FailureKind; status: number }>([
  ['validation', { kind: 'invalid', status: 400 }],
  ['conflict', { kind: 'conflict', status: 400 }],
  ['servicequotaexceeded', { kind: 'rate', status: 429 }],
  ['accessdenied', { kind: 'forbidden', status: 403 }],
  ['resourcenotfound', { kind: 'missing', status: 404 }],
  ['modeltimeout', { kind: 'timeout', status: 408 }],
  ['modelerror', { kind: 'model', status: 424 }],
  ['modelstreamerror', { kind: 'model', status: 424 }],
  ['throttling', { kind: 'rate', status: 429 }],
  ['modelnotready', { kind: 'rate', status: 429 }],
  ['internalserver', { kind: 'broken', status: 500 }],
  ['serviceunavailable', { kind: 'overloaded', status: 503 }],
]);

const CONTEXT_EXCEEDED = 'context_length_exceeded';
const TOO_LONG =
  /\b(?:input|prompt) is too long\b|\bcontext[ _](?:window|length)\b|\bmaximum context\b|\btoo many (?:input )?tokens in\b/i;

/**
 * The failure that a provider's error is to a client of another API. Providers know no budgets of
 * Purser, so none of them is `budget`.
 */
export function failureOfProvider({ status, name, message, headers }: ProviderError): Failure {
  const exception = BEDROCK_EXCEPTIONS.get(name?.replace(/Exception$/i, '').toLowerCase() ?? '');
  const kind = exception?.kind ?? kindOfStatus(status);
  const actual = exception?.status ?? status;
  const exceeds = kind === 'too-large' || (kind === 'invalid' && TOO_LONG.test(message));
  const code = exceeds ? CONTEXT_EXCEEDED : `provider_${kind.replaceAll('-', '_')}`;
  return {
    kind,
    status: actual,
    message: message === '' ? `The provider answered with status ${actual}.` : message,
    code,
    headers: headers ?? {},
    problem: {
      type: 'about:blank',
      title: name ?? 'The provider refused or failed',
      status: actual,
      detail: message,
      code,
    },
  };
}

/** Whether a shorter request would have been served. */
export const isTooLong = ({ kind, code }: Failure): boolean =>
  kind === 'too-large' || code === CONTEXT_EXCEEDED;
