import { ProblemError, type ProblemType } from '../../contracts/problem.ts';
import { formatUsd } from '../../domain/money.ts';
import type { Severity } from '../../domain/severity.ts';
import { type ErrorFacts, type ErrorKind, ServiceError } from '../../services/errors.ts';
import { StoreUnavailableError } from '../../tables/dynamodb.ts';

/** The HTTP answer for one kind of error. `members` adds members to the body. */
type Answer<Kind extends ErrorKind> = {
  type: ProblemType;
  members?: (facts: ErrorFacts<Kind>) => Record<string, unknown>;
  headers?: (facts: ErrorFacts<Kind>) => Record<string, string>;
};

const NO_RETRY = { 'x-should-retry': 'false' };

/** Common clients wait on a timer of 31 bits of milliseconds, which fires at once if it overflows. */
const MAX_RETRY_AFTER_SECONDS = 2_147_483;

const retryAfterOf = (ms: number): string =>
  String(Math.min(MAX_RETRY_AFTER_SECONDS, Math.max(1, Math.ceil(ms / 1_000))));

/** A refused reservation, with the severity that a ceiling lowered, if any. */
const rejected = (
  severity: Severity | undefined,
  shouldRetry: boolean,
  headers: Record<string, string> = {},
): Record<string, string> => ({
  'x-purser-decision': 'reject',
  ...headers,
  'x-should-retry': String(shouldRetry),
  ...(severity ? { 'x-purser-severity': severity } : {}),
});

const underControl = ({ control, severity }: ErrorFacts<'control-in-force' | 'throttled'>) => ({
  decision: 'reject',
  code: 'control_in_force',
  control,
  ...(severity ? { severity } : {}),
});

/** The single mapping from service errors to problems. `PROBLEMS` has the status of each type. */
const ANSWERS: { [Kind in ErrorKind]: Answer<Kind> } = {
  'invalid-request': { type: 'invalid-request' },
  'unknown-price': { type: 'unknown-price' },
  forbidden: { type: 'forbidden' },
  'costs-disputed': {
    type: 'costs-disputed',
    members: ({ keyId, disputedNanoUsd }) => ({
      code: 'costs_disputed',
      keyId,
      disputedUsd: formatUsd(disputedNanoUsd),
    }),
    headers: () => NO_RETRY,
  },
  underdeclared: {
    type: 'underdeclared',
    members: ({ keyId }) => ({ code: 'underdeclared', keyId }),
    headers: () => NO_RETRY,
  },
  'not-found': { type: 'not-found' },
  conflict: { type: 'conflict', headers: () => NO_RETRY },
  'reservation-closed': {
    type: 'conflict',
    members: ({ reservationId, state }) => ({ reservationId, state }),
    headers: () => ({ 'x-purser-replayed': 'true', ...NO_RETRY }),
  },
  'budget-exceeded': {
    type: 'budget-exceeded',
    members: ({ budget, neededUsd, unit, needed, because, severity }) => ({
      decision: 'reject',
      code: 'budget_exceeded',
      decidingBudgetId: budget.budgetId,
      budget,
      neededUsd,
      unit,
      needed,
      because,
      resetsAt: budget.resetsAt,
      ...(severity ? { severity } : {}),
    }),
    headers: ({ neededUsd, because, severity }) =>
      rejected(severity, because === 'held', { 'x-purser-needed-usd': neededUsd }),
  },
  'control-in-force': {
    type: 'control-in-force',
    members: underControl,
    headers: ({ severity }) => rejected(severity, false),
  },
  throttled: {
    type: 'throttled',
    members: underControl,
    headers: ({ severity }) => rejected(severity, true),
  },
  'too-many-requests': { type: 'too-many-requests', headers: () => NO_RETRY },
  unavailable: { type: 'unavailable' },
};

/** The problem that answers an error, or `undefined` if the fault is ours. */
export function problemOfError(error: unknown): ProblemError | undefined {
  if (error instanceof ProblemError) return error;
  if (error instanceof ServiceError) return problemOfService(error.facts, error);
  if (error instanceof StoreUnavailableError) {
    return new ProblemError(
      'unavailable',
      'The ledger does not respond. Retry with the same Idempotency-Key; nothing will happen twice.',
      { headers: { 'retry-after': '1' } },
    );
  }
  return undefined;
}

function problemOfService<Kind extends ErrorKind>(
  facts: ErrorFacts<Kind>,
  { message, fields, retryAfterMs }: ServiceError,
): ProblemError {
  const { type, members, headers }: Answer<Kind> = ANSWERS[facts.kind];
  return new ProblemError(type, message, {
    ...(fields.length > 0 ? { errors: [...fields] } : {}),
    extra: members?.(facts) ?? {},
    headers: {
      ...headers?.(facts),
      ...(retryAfterMs === undefined ? {} : { 'retry-after': retryAfterOf(retryAfterMs) }),
    },
  });
}
