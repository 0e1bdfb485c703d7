import type { BudgetView } from '../contracts/budgets.ts';
import type { ControlView } from '../contracts/controls.ts';
import type { EntryState } from '../domain/ledger/entry.ts';
import type { NanoUsd } from '../domain/money.ts';
import type { Severity } from '../domain/severity.ts';

/** A field of a request and what is wrong with it, such as `expiresAt`: "must be in the future". */
export type FieldError = { field: string; message: string };

type NoFacts = object;

/** The severity that counted, where a ceiling lowered the request's own. */
type Lowered = { severity: Severity | undefined };

/** What each kind of error tells a program, besides the sentence that it tells a person. */
type FactsByKind = {
  /** The request makes no sense or asks for too much: change it. */
  'invalid-request': NoFacts;
  /** The price of a model that the request names is not known. */
  'unknown-price': NoFacts;
  /** The caller may not do this; another caller may. */
  forbidden: NoFacts;
  /** Too much of what this key stated is in dispute: an operator has to decide the disputes. */
  'costs-disputed': { keyId: string; disputedNanoUsd: NanoUsd };
  /** This key declares far less than it settles: an operator has to clear its conduct. */
  underdeclared: { keyId: string };
  /** There is no such thing, or the caller may not know of it. */
  'not-found': NoFacts;
  /** The request contradicts what is on record. */
  conflict: NoFacts;
  /** The request repeats one whose reservation has ended, so that nothing may be spent from it. */
  'reservation-closed': { reservationId: string; state: EntryState };
  /** A budget has too little left; `held`: settling open reservations may make room. */
  'budget-exceeded': Lowered & {
    budget: BudgetView;
    neededUsd: string;
    because: 'held' | 'spent';
  };
  /** A control does not allow the request. */
  'control-in-force': Lowered & { control: ControlView };
  /** A control allows no more requests in this minute. */
  throttled: Lowered & { control: ControlView };
  /** A limit on how often this may be done is used up. */
  'too-many-requests': NoFacts;
  /** Nothing was decided: the same request may succeed later. */
  unavailable: NoFacts;
};

export type ErrorKind = keyof FactsByKind;

/** The facts of an error of one kind, or of any. */
export type ErrorFacts<Kind extends ErrorKind = ErrorKind> = {
  [Each in Kind]: { kind: Each } & FactsByKind[Each];
}[Kind];

type Details = {
  /** The fields that are at fault. */
  fields?: readonly FieldError[] | undefined;
  /** How long to wait before the same request may succeed. */
  retryAfterMs?: number | undefined;
};

/**
 * A request that a service refuses or cannot serve. It does not know who asked: HTTP, a queue worker
 * and every other caller each map `facts.kind` to an answer of their own. `message` is a sentence for
 * the person who asked.
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

/** Whether an error is a service's of this kind. */
export const isServiceError = (error: unknown, kind: ErrorKind): error is ServiceError =>
  error instanceof ServiceError && error.kind === kind;

/** A request refused because of one field. */
export const invalidField = (field: string, message: string): ServiceError =>
  new ServiceError({ kind: 'invalid-request' }, `${field}: ${message}`, {
    fields: [{ field, message }],
  });

/** A model whose price is not known. @param field the field that names it */
export const unknownPrice = (field: string, message: string): ServiceError =>
  new ServiceError({ kind: 'unknown-price' }, message, { fields: [{ field, message }] });

export const notFound = (message: string): ServiceError =>
  new ServiceError({ kind: 'not-found' }, message);

export const conflict = (message: string, fields: readonly FieldError[] = []): ServiceError =>
  new ServiceError({ kind: 'conflict' }, message, { fields });

/** Nothing was decided. */
export const unavailable = (message: string, retryAfterMs: number): ServiceError =>
  new ServiceError({ kind: 'unavailable' }, message, { retryAfterMs });
