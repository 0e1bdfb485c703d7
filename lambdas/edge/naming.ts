import { invalidField, ProblemError } from '../../contracts/problem.ts';
import type { Access } from '../../domain/access/policy.ts';
import type { Caller } from '../../domain/access/caller.ts';
import {
  DEFAULT_NAMING,
  type Named,
  type Naming,
  namedUnder,
  requestUnder,
  scopeUnder,
} from '../../domain/naming/naming.ts';
import { spelledAs, spellingsOf } from '../../domain/naming/spelling.ts';
import type { ScopeRef, SpelledScope } from '../../domain/scopes.ts';
import { problemOfError } from './problem-of-error.ts';

const PARTS = { path: 'params', query: 'query', body: 'body' } as const;

/**
 * Replaces every principal that the route declares with its canonical ID in the caller's
 * organization. `namedRequest` handles events one at a time.
 * @throws ProblemError `invalid-request` if a department is required but missing
 */
export function namedParts<Parts extends { params: unknown; query: unknown; body: unknown }>(
  access: Access,
  caller: Caller,
  parts: Parts,
): Parts {
  if (access.subject !== 'principals' && access.subject !== 'scope') return parts;
  const naming = caller.naming ?? DEFAULT_NAMING;
  const part = PARTS[access.in];
  const value = parts[part];
  if (typeof value !== 'object' || value === null) return parts;
  if (access.subject === 'scope') {
    return { ...parts, [part]: scopeUnder(naming, value as Partial<ScopeRef>) };
  }
  // A filter means exactly what it says, so it gets no default department.
  const named = access.in === 'query' ? filterUnder(naming, value) : namedIn(caller, value);
  return { ...parts, [part]: named };
}

/** Spells IDs in a value the way one request did. */
export type Spell = <Value>(value: Value) => Value;

/** Makes the function that spells an answer's IDs the way its request did. */
export function spellOf(
  access: Access,
  caller: Caller,
  parts: { params: unknown; query: unknown; body: unknown },
): Spell {
  if (access.subject !== 'principals' && access.subject !== 'scope') return (value) => value;
  const naming = caller.naming ?? DEFAULT_NAMING;
  const spellings = spellingsOf(naming, parts[PARTS[access.in]]);
  return (value) => spelledAs(naming, spellings, value);
}

/** A scope that a request names, with the request's spelling. */
export function spelledScope({ scope, scopeId }: ScopeRef, spell: Spell): SpelledScope {
  const spelled = spell({ scope, scopeId });
  return spelled.scopeId === scopeId ? spelled : { scope, scopeId, spelling: spelled.scopeId };
}

/** The problem for an error, with IDs as the request spelled them; or the error itself. */
export function spelledError(spell: Spell, error: unknown): unknown {
  const problem = problemOfError(error);
  if (!problem) return error;
  const { type, errors, headers, extra } = problem;
  const { detail, ...spelled } = spell({ ...extra, detail: problem.message });
  return new ProblemError(type, detail, {
    ...(errors ? { errors } : {}),
    extra: spelled,
    headers,
    cause: error,
  });
}

function filterUnder(naming: Naming, filter: object): object {
  const { given: _, ...named } = namedUnder(naming, filter);
  return named;
}

type AiRequest = { departmentId?: string | undefined };
/** An AI request, one nested inside, or one per workflow step. */
type Requests = AiRequest & { request?: AiRequest; steps?: Requests[] };

function namedIn(caller: Caller, part: Requests): Requests {
  if (part.steps) return { ...part, steps: part.steps.map((step) => namedIn(caller, step)) };
  if (part.request) return { ...part, request: namedRequest(caller, part.request) };
  return namedRequest(caller, part);
}

/**
 * Replaces an AI request's principals with their canonical IDs, and adds the organization's
 * department if it names none.
 * @throws ProblemError `invalid-request` if a department is required but missing
 */
export function namedRequest<Request extends AiRequest>(
  caller: Caller,
  request: Request,
): Named<Request> {
  const named = requestUnder(caller.naming ?? DEFAULT_NAMING, request);
  if (named.ok) return named.request;
  throw invalidField(named.fault.field, named.fault.message);
}
