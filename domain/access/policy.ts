import { DEFAULT_NAMING, idUnder } from '../naming/naming.ts';
import type { Scope } from '../scopes.ts';
import type { CallerLimits, Role } from './caller.ts';

/**
 * What a route touches, and which part of the request names it. `principals` are the user,
 * department and system of one AI request. `scope` is one owner of budgets and sums, by default the
 * organization. A `record` is loaded first and judged by its own principals. Each of a body's
 * `events` is judged separately, and so is each call of one of the `tools`. `organization` is data or settings that everyone shares; `none`
 * affects nobody.
 */
export type Access =
  | { subject: 'principals'; in: 'body' | 'query' }
  | { subject: 'scope'; in: 'path' | 'query' | 'body' }
  | { subject: 'record' }
  | { subject: 'events' }
  | { subject: 'tools' }
  | { subject: 'organization' }
  | { subject: 'none' };

/** One row of the policy: who may call a route, and what a limited credential must satisfy. */
export type RoutePolicy = { roles: readonly Role[] | 'public'; access: Access };

/** The principals of one AI request or of its record. */
export type PrincipalFacts = {
  userId?: string | undefined;
  departmentId?: string | undefined;
  system?: string | undefined;
};

/** What a call touches, according to its request or a loaded record. */
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

/**
 * Whether a credential is limited to certain users, departments or systems. An empty list is also a
 * limit.
 */
export const isLimited = (limits: CallerLimits): boolean =>
  DIMENSIONS.some(({ list }) => limits[list] !== undefined);

/**
 * Why a credential may not read or write a subject, or `undefined` if it may. A request must
 * satisfy every list. A scope sums up everyone in it, so a credential limited in two ways may touch
 * no scope, and one limited in one way only those on its list.
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

/** Describes what a limited credential must satisfy, for the API reference and the policy table. */
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
    case 'tools':
      return 'may use tools for its own principals only';
    case 'organization':
      return 'is refused';
    case 'none':
      return 'may call it';
  }
}

/**
 * Whether a caller may see alert addresses. Only callers who may change them can. A limited
 * credential does not see what its scope inherits from the organization.
 */
export const maySeeAddresses = (
  caller: CallerLimits & { role: Role },
  source: 'scope' | 'organization' | 'builtin',
): boolean =>
  (caller.role === 'operator' || caller.role === 'admin') &&
  (source === 'scope' || !isLimited(caller));

/** Whether a list contains an id, compared the way the organization compares ids. */
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
