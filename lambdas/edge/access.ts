import { ProblemError } from '../../contracts/problem.ts';
import type { Caller } from '../../domain/access/caller.ts';
import {
  type Access,
  type PrincipalFacts,
  type Refusal,
  refusalOf,
  type Subject,
} from '../../domain/access/policy.ts';
import { DEFAULT_NAMING, idUnder } from '../../domain/naming/naming.ts';
import type { ScopeRef } from '../../domain/scopes.ts';

type Parts = { params: unknown; query: unknown; body: unknown };

/**
 * Refuses a request that exceeds the caller's access. Records and events are checked where they are
 * read: see `requireMayActFor` and `requireRecord`.
 * @throws ProblemError `forbidden`, naming the field and what to send instead
 */
export function requireAccess(access: Access, caller: Caller, parts: Parts): void {
  for (const subject of subjectsOf(access, parts)) {
    const refusal = refusalOf(caller, subject);
    if (refusal) throw forbidden(refusal);
  }
}

/** @throws ProblemError `forbidden` if the caller may not act for these principals */
export function requireMayActFor(caller: Caller, principals: PrincipalFacts): void {
  const refusal = refusalOf(caller, { kind: 'principals', principals });
  if (refusal) throw forbidden(refusal);
}

/**
 * Hides a record of principals that the caller may not act for.
 * @param missing the answer for a record that does not exist, so that the two look alike
 */
export function requireRecord(
  caller: Caller,
  principals: PrincipalFacts,
  missing: () => Error,
): void {
  if (refusalOf(caller, { kind: 'principals', principals })) throw missing();
}

/** Like `requireRecord`, for records of a scope. */
export function requireRecordOfScope(
  caller: Caller,
  { scope, scopeId }: ScopeRef,
  missing: () => Error,
): void {
  if (refusalOf(caller, { kind: 'scope', scope, scopeId })) throw missing();
}

/**
 * The department that a query names for a member, as the organization writes it.
 * @throws ProblemError `forbidden` if the caller's limits do not cover that department
 */
export function departmentFor(caller: Caller, departmentId: string | undefined) {
  if (departmentId === undefined) return undefined;
  if (refusalOf(caller, { kind: 'scope', scope: 'department', scopeId: departmentId })) {
    const message = 'these credentials may not ask about this department; leave it out';
    throw forbidden({ field: 'departmentId', message });
  }
  return idUnder(caller.naming ?? DEFAULT_NAMING, departmentId);
}

const forbidden = ({ field, message }: Refusal): ProblemError =>
  new ProblemError('forbidden', `${field}: ${message}`, {
    errors: [{ field, message }],
  });

const PARTS = { path: 'params', query: 'query', body: 'body' } as const;

function subjectsOf(access: Access, parts: Parts): Subject[] {
  switch (access.subject) {
    case 'principals':
      return requestsIn(fieldsOf(parts[PARTS[access.in]])).map((principals) => ({
        kind: 'principals',
        principals,
      }));
    case 'scope': {
      const { scope, scopeId } = fieldsOf(parts[PARTS[access.in]]) as Partial<ScopeRef>;
      return [{ kind: 'scope', scope: scope ?? 'organization', scopeId }];
    }
    case 'organization':
      return [{ kind: 'organization' }];
    case 'record':
    case 'events':
    case 'tools':
    case 'none':
      return [];
  }
}

/** The AI requests in a part: itself, the one it contains, or one per workflow step. */
function requestsIn(fields: Record<string, unknown>): PrincipalFacts[] {
  const { steps, request } = fields;
  if (Array.isArray(steps)) return steps.flatMap((step) => requestsIn(fieldsOf(step)));
  const { system, ...named } = fieldsOf(request ?? fields);
  // In a body of Bedrock Converse, a list is the prompt.
  return [Array.isArray(system) ? named : { system, ...named }];
}

/** Reads fields by name only, so a part without them names nobody and is refused. */
const fieldsOf = (part: unknown): Record<string, unknown> =>
  typeof part === 'object' && part !== null ? (part as Record<string, unknown>) : {};

/** Why credentials may not send `actualCostUsd`. */
export const COST_NOT_ALLOWED =
  'is not allowed for your credentials. Leave it out, and Purser prices the usage';
