import type { BudgetView } from '../contracts/budgets.ts';
import type { ControlView } from '../contracts/controls.ts';
import type { Unit } from '../domain/ledger/decide-reservation.ts';
import type { EntryState } from '../domain/ledger/entry.ts';
import type { NanoUsd } from '../domain/money.ts';
import type { Severity } from '../domain/severity.ts';

/** A request field and its problem, such as `expiresAt`: "must be in the future". */
export type FieldError = { field: string; message: string };

type NoFacts = object;

/** The severity used if a ceiling lowered the request's own. */
type Lowered = { severity: Severity | undefined };

/** Machine-readable facts of each kind of error, in addition to the message for people. */
type FactsByKind = {
  /** The request is invalid or asks for too much. Change it. */
  'invalid-request': NoFacts;
  /** The request names a model without a known price. */
  'unknown-price': NoFacts;
  /** The caller may not do this, but another caller may. */
  forbidden: NoFacts;
  /** Too many of this key's stated costs are in dispute. An operator must resolve the disputes. */
  'costs-disputed': { keyId: string; disputedNanoUsd: NanoUsd };
  /** This key declares far less than it settles. An operator must clear its conduct. */
  underdeclared: { keyId: string };
  /** It does not exist, or the caller may not know that it does. */
  'not-found': NoFacts;
  /** The request contradicts stored data. */
  conflict: NoFacts;
  /** The request repeats one whose reservation has ended, so nothing may be spent from it. */
  'reservation-closed': { reservationId: string; state: EntryState };
  /** A budget has too little left. `held`: settling open reservations may free enough. */
  'budget-exceeded': Lowered & {
    budget: BudgetView;
    neededUsd: string;
    /** What the budget is short of, and how much of it the request needs. */
    unit: Unit;
    needed: string;
    because: 'held' | 'spent';
  };
  /** A control does not allow the request. */
  'control-in-force': Lowered & { control: ControlView };
  /** A control allows no more requests this minute. */
  throttled: Lowered & { control: ControlView };
  /** A rate limit is used up. */
  'too-many-requests': NoFacts;
  /** Nothing was decided. The same request may succeed later. */
  unavailable: NoFacts;
};

export type ErrorKind = keyof FactsByKind;

/** The facts of an error of one kind, or of any kind. */
export type ErrorFacts<Kind extends ErrorKind = ErrorKind> = {
  [Each in Kind]: { kind: Each } & FactsByKind[Each];
}[Kind];

type Details = {
  /** The invalid fields. */
  fields?: readonly FieldError[] | undefined;
  /** How long to wait before the same request may succeed. */
  retryAfterMs?: number | undefined;
};

/**
 * A request that a service refuses or cannot serve. Independent of the caller: HTTP, queue workers
 * and all others map `facts.kind` to their own answers. `message` is a sentence for the person who
 * asked.
 */
export class ServiceError extends Error {
  override name = 'ServiceError';
  readonly facts: ErrorFacts;
  readonly fields: readonly FieldError[];
  readonly retryAfterMs: number | undefined;

  constructor(facts: ErrorFacts, message: string, { fields = [], retryAfterMs }: Details = {}) {
    super(message);
    this.facts = facts;
    this.fields = fields;
    this.retryAfterMs = retryAfterMs;
  }

  get kind(): ErrorKind {
    return this.facts.kind;
  }
}

/** Whether an error is a service error of this kind. */
export const isServiceError = (error: unknown, kind: ErrorKind): error is ServiceError =>
  error instanceof ServiceError && error.kind === kind;

/** A request refused because of one field. */
export const invalidField = (field: string, message: string): ServiceError =>
  new ServiceError({ kind: 'invalid-request' }, `${field}: ${message}`, {
    fields: [{ field, message }],
  });

/** A caller that may not send this field. */
export const forbiddenField = ({ field, message }: FieldError): ServiceError =>
  new ServiceError({ kind: 'forbidden' }, `${field}: ${message}`, { fields: [{ field, message }] });

/** A request refused because of some fields; the message is about the first. */
export function invalidFields(fields: readonly FieldError[]): ServiceError {
  const [first] = fields;
  const message = first ? `${first.field}: ${first.message}` : '';
  return new ServiceError({ kind: 'invalid-request' }, message, { fields });
}

/** The price of a model is not known. @param field the field that names the model */
export const unknownPrice = (field: string, message: string): ServiceError =>
  new ServiceError({ kind: 'unknown-price' }, message, { fields: [{ field, message }] });

export const notFound = (message: string): ServiceError =>
  new ServiceError({ kind: 'not-found' }, message);

export const conflict = (message: string, fields: readonly FieldError[] = []): ServiceError =>
  new ServiceError({ kind: 'conflict' }, message, { fields });

/** The service decided nothing. */
export const unavailable = (message: string, retryAfterMs: number): ServiceError =>
  new ServiceError({ kind: 'unavailable' }, message, { retryAfterMs });
