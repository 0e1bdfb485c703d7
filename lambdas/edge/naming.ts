import { invalidField, ProblemError } from '../../contracts/problem.ts';
import type { Access } from '../../domain/access/policy.ts';
import type { Caller } from '../../domain/access/caller.ts';
import {
  DEFAULT_NAMING,
  type Named,
  type Naming,
  namedUnder,
  scopeUnder,
  withDepartment,
} from '../../domain/naming/naming.ts';
import { spelledAs, spellingsOf } from '../../domain/naming/spelling.ts';
import type { ScopeRef, SpelledScope } from '../../domain/scopes.ts';
import { problemOfError } from './problem-of-error.ts';

const PARTS = { path: 'params', query: 'query', body: 'body' } as const;

/**
 * The parts of a request with every principal that its route declares under the id that stands for
 * it in the caller's organization. Events are named one by one, by `namedRequest`.
 * @throws ProblemError `invalid-request` where a department is required and none is named
 */
export function namedParts<Parts extends { params: unknown; query: unknown; body: unknown }>(
  access: Access,
  caller: Caller,
  parts: Parts,
): Parts {
  if (access.subject !== 'principals' && access.subject !== 'scope') return parts;
  const naming = caller.naming ?? DEFAULT_NAMING;
  const part = PARTS[access.in];
  const given = parts[part];
  if (typeof given !== 'object' || given === null) return parts;
  if (access.subject === 'scope') {
    return { ...parts, [part]: scopeUnder(naming, given as Partial<ScopeRef>) };
  }
  // A filter asks for what it names: no department is filled in.
  const named = access.in === 'query' ? filterUnder(naming, given) : namedIn(caller, given);
  return { ...parts, [part]: named };
}

/** Writes ids in what it is given as one request did. */
export type Spell = <Value>(value: Value) => Value;

/** How to write an answer's ids as the request did that it answers. */
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

/** A scope that a request names, with how it spells it. */
export function spelledScope({ scope, scopeId }: ScopeRef, spell: Spell): SpelledScope {
  const spelled = spell({ scope, scopeId });
  return spelled.scopeId === scopeId ? spelled : { scope, scopeId, spelling: spelled.scopeId };
}

/** The problem that answers an error, with its ids as the request wrote them; else the error. */
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
/** A request of its own, or one inside, or one of each step of a workflow. */
type Requests = AiRequest & { request?: AiRequest; steps?: Requests[] };

function namedIn(caller: Caller, part: Requests): Requests {
  if (part.steps) return { ...part, steps: part.steps.map((step) => namedIn(caller, step)) };
  if (part.request) return { ...part, request: namedRequest(caller, part.request) };
  return namedRequest(caller, part);
}

/**
 * A request for AI under the ids that stand for its principals, with the organization's department
 * where it names none.
 * @throws ProblemError `invalid-request` if a department is required but missing
 */
export function namedRequest<Request extends AiRequest>(
  caller: Caller,
  request: Request,
): Named<Request> {
  const naming = caller.naming ?? DEFAULT_NAMING;
  const named = withDepartment(naming, namedUnder(naming, request));
  if (naming.isDepartmentRequired && named.departmentId === undefined) {
    throw invalidField('departmentId', 'is missing, and your organization requires one');
  }
  return named;
}
