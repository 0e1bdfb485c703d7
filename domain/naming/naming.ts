import { isTagScope, type Scope, type ScopeRef } from '../scopes.ts';
import { foldedId } from './folded-id.ts';

export const ID_COMPARISONS = ['folded', 'exact'] as const;
/**
 * `folded`: spellings that people cannot tell apart are the same id. `exact`: every spelling is a
 * separate id.
 */
export type IdComparison = (typeof ID_COMPARISONS)[number];

/** How an organization distinguishes its users, departments and systems. */
export type Naming = {
  idComparison: IdComparison;
  /** The department for requests that name none, spelled as it was configured. */
  defaultDepartmentId?: string | undefined;
  /** Whether to refuse requests without a department. */
  isDepartmentRequired: boolean;
};

/** The default naming of an organization. */
export const DEFAULT_NAMING: Naming = { idComparison: 'folded', isDepartmentRequired: false };

const PRINCIPALS = ['userId', 'departmentId', 'system', 'sessionId'] as const;
type PrincipalName = (typeof PRINCIPALS)[number];

/** What a request calls these is kept if another name is stored. */
const KEPT = [...PRINCIPALS, 'model'] as const;

/**
 * Ids as the caller spelled them, if they are stored under another spelling. `model` is a name that
 * stands for the stored model by a rate card.
 */
export type GivenIds = Partial<Record<(typeof KEPT)[number], string>>;

/** A request whose principals have the ids that budgets, controls and sums use. */
export type Named<Request> = Request & {
  /**
   * The original values that changed. A key with the value `undefined` means the request left the
   * field out.
   */
  given?: Partial<Record<keyof GivenIds | 'severity', string | undefined>> | undefined;
};

/** The canonical id of an id in an organization. */
export const idUnder = ({ idComparison }: Naming, id: string): string =>
  idComparison === 'exact' ? id : foldedId(id);

/**
 * The canonical form of a scope. Models have their own rule (`modelStem`), credentials identify the
 * organization, and tag values are compared as written.
 */
export const scopeUnder = <Ref extends Partial<ScopeRef>>(naming: Naming, ref: Ref): Ref =>
  ref.scopeId === undefined || (ref.scope && !isFolded(ref.scope))
    ? ref
    : { ...ref, scopeId: idUnder(naming, ref.scopeId) };

/** Whether the organization's naming decides which ids of a scope are the same. */
export const isFolded = (scope: Scope): boolean =>
  scope !== 'model' && scope !== 'organization' && !isTagScope(scope);

/** Replaces the principals of a request or filter with their canonical ids. */
export function namedUnder<Request extends object>(
  naming: Naming,
  request: Request & Partial<Record<PrincipalName, unknown>>,
): Named<Request> {
  const given: GivenIds = {};
  const names: GivenIds = {};
  for (const name of PRINCIPALS) {
    const id = request[name];
    if (typeof id !== 'string') continue;
    const folded = idUnder(naming, id);
    if (folded === id) continue;
    given[name] = id;
    names[name] = folded;
  }
  return Object.keys(given).length === 0 ? request : { ...request, ...names, given };
}

/** Adds the organization's default department to an AI request that has none. */
export function withDepartment<Request extends { departmentId?: string | undefined }>(
  naming: Naming,
  request: Named<Request>,
): Named<Request> {
  const { defaultDepartmentId } = naming;
  if (request.departmentId !== undefined || defaultDepartmentId === undefined) return request;
  const departmentId = idUnder(naming, defaultDepartmentId);
  return { ...request, departmentId, given: { ...request.given, departmentId: undefined } };
}

/** A named request, or what its organization's naming misses in it. */
type NamedOutcome<Request> =
  | { ok: true; request: Named<Request> }
  | { ok: false; fault: { field: 'departmentId'; message: string } };

/**
 * An AI request with the canonical ids of its principals, and the organization's department if it
 * names none.
 */
export function requestUnder<Request extends { departmentId?: string | undefined }>(
  naming: Naming,
  request: Request,
): NamedOutcome<Request> {
  const named = withDepartment(naming, namedUnder(naming, request));
  if (!naming.isDepartmentRequired || named.departmentId !== undefined) {
    return { ok: true, request: named };
  }
  const message = 'is missing, and your organization requires one';
  return { ok: false, fault: { field: 'departmentId', message } };
}

/** The request as the caller sent it. Request digests are computed from this. */
export function asGiven<Request extends object>({ given, ...request }: Named<Request>): object {
  return given ? { ...request, ...given } : request;
}

/** The original ids to store next to the canonical ones, if any differ. */
export function givenIdsOf({ given }: Named<object>): GivenIds | undefined {
  if (!given) return undefined;
  const ids: GivenIds = {};
  for (const name of KEPT) if (given[name] !== undefined) ids[name] = given[name];
  return Object.keys(ids).length === 0 ? undefined : ids;
}
