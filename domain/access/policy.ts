import { DEFAULT_NAMING, idUnder } from '../naming/naming.ts';
import type { Scope } from '../scopes.ts';
import type { CallerLimits, Role } from './caller.ts';

/**
 * What a route touches, and which part of a request names it. `principals` are the user, department
 * and system of one AI request; `scope` is one bearer of budgets and sums, the organization where
 * none is named. A `record` is loaded first and then judged by its own principals; the `events` of a
 * body are judged one by one. `organization` is data or settings of everybody, and `none` concerns
 * nobody.
 */
export type Access =
  | { subject: 'principals'; in: 'body' | 'query' }
  | { subject: 'scope'; in: 'path' | 'query' | 'body' }
  | { subject: 'record' }
  | { subject: 'events' }
  | { subject: 'organization' }
  | { subject: 'none' };

/** A row of the policy: who may call a route, and what is asked of a limited credential. */
export type RoutePolicy = { roles: readonly Role[] | 'public'; access: Access };

/** Whom one AI request, or one record of it, concerns. */
export type PrincipalFacts = {
  userId?: string | undefined;
  departmentId?: string | undefined;
  system?: string | undefined;
};

/** What a call touches, as its request or a loaded record says. */
export type Subject =
  | { kind: 'principals'; principals: PrincipalFacts }
  | { kind: 'scope'; scope: Scope; scopeId?: string | undefined }
  | { kind: 'organization' }
  | { kind: 'none' };

/** Why a limited credential may not touch a subject, and what to send instead. */
export type Refusal = { field: string; message: string };

const DIMENSIONS = [
  { list: 'users', field: 'userId', scope: 'user' },
  { list: 'departments', field: 'departmentId', scope: 'department' },
  { list: 'systems', field: 'system', scope: 'system' },
] as const satisfies { list: keyof CallerLimits; field: keyof PrincipalFacts; scope: Scope }[];

/** Whether a credential is limited to some users, departments or systems; an empty list limits, too. */
export const isLimited = (limits: CallerLimits): boolean =>
  DIMENSIONS.some(({ list }) => limits[list] !== undefined);

/**
 * Why a credential may not read or write a subject, or `undefined` where it may. A request must keep
 * to every list at once. A scope holds the sums of all others too, so a credential limited in two
 * ways may touch none of them, and one limited in one way only those that its list names.
 */
export function refusalOf(limits: CallerLimits, subject: Subject): Refusal | undefined {
  const limiting = DIMENSIONS.filter(({ list }) => limits[list] !== undefined);
  if (limiting.length === 0 || subject.kind === 'none') return undefined;
  switch (subject.kind) {
    case 'principals':
      return limiting
        .map(({ list, field }) => refusalOfField(limits, list, field, subject.principals[field]))
        .find((refusal) => refusal !== undefined);
    case 'scope':
      return refusalOfScope(limits, limiting, subject);
    case 'organization':
      return {
        field: 'credentials',
        message: `this covers the whole organization; ${allowedText(limits)}`,
      };
  }
}

/** What is asked of a limited credential, for the API reference and the table of the policy. */
export function limitedText(access: Access): string {
  switch (access.subject) {
    case 'principals':
      return `must name principals of its own in the ${access.in}`;
    case 'scope':
      return `must name a scope of its own in the ${access.in}`;
    case 'record':
      return 'finds records of its own principals only';
    case 'events':
      return 'may report events of its own principals only';
    case 'organization':
      return 'is refused';
    case 'none':
      return 'may call it';
  }
}

/**
 * Whether a caller may see where alerts lead: those may who may also change it. A limited credential
 * does not see what its scope has from the organization.
 */
export const maySeeAddresses = (
  caller: CallerLimits & { role: Role },
  source: 'scope' | 'organization' | 'builtin',
): boolean =>
  (caller.role === 'operator' || caller.role === 'admin') &&
  (source === 'scope' || !isLimited(caller));

/** Whether a list names an id, as the organization tells ids apart. */
function isNamed(
  { naming = DEFAULT_NAMING }: CallerLimits,
  allowed: readonly string[] | undefined,
  id: string | undefined,
): boolean {
  if (id === undefined || !allowed) return false;
  if (allowed.includes(id)) return true;
  const folded = idUnder(naming, id);
  return allowed.some((item) => idUnder(naming, item) === folded);
}

function refusalOfField(
  limits: CallerLimits,
  list: (typeof DIMENSIONS)[number]['list'],
  field: string,
  value: string | undefined,
): Refusal | undefined {
  const allowed = limits[list];
  if (isNamed(limits, allowed, value)) return undefined;
  const requirement = allowed?.length ? `must be ${listText(allowed)}` : 'no value is allowed';
  return { field, message: `${requirement} with these credentials` };
}

function refusalOfScope(
  limits: CallerLimits,
  limiting: readonly (typeof DIMENSIONS)[number][],
  { scope, scopeId }: { scope: Scope; scopeId?: string | undefined },
): Refusal | undefined {
  const [only, second] = limiting;
  const allowed = only && !second ? limits[only.list] : undefined;
  if (only?.scope === scope && isNamed(limits, allowed, scopeId)) return undefined;
  if (!only || !allowed?.length) {
    return { field: 'scope', message: `no scope is allowed; ${allowedText(limits)}` };
  }
  return {
    field: scope === only.scope ? 'scopeId' : 'scope',
    message: `with these credentials, send scope ${only.scope} and scopeId ${listText(allowed)}`,
  };
}

const MOST_NAMES = 5;

function listText(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? `${shown} or ${names.length - MOST_NAMES} more` : shown;
}

const allowedText = (limits: CallerLimits): string =>
  `these credentials are limited to ${DIMENSIONS.flatMap(({ list }) => {
    const names = limits[list];
    return names ? [`${list} ${names.length > 0 ? listText(names) : '(none)'}`] : [];
  }).join(' and ')}`;
