import type { ScopeRef } from '../scopes.ts';
import { foldedId } from './folded-id.ts';

export const ID_COMPARISONS = ['folded', 'exact'] as const;
/** `folded`: spellings that people cannot tell apart are one id; `exact`: every spelling is its own. */
export type IdComparison = (typeof ID_COMPARISONS)[number];

/** How an organization tells its users, departments and systems apart. */
export type Naming = {
  idComparison: IdComparison;
  /** The department of requests that name none, as it was written. */
  defaultDepartmentId?: string | undefined;
  /** Whether a request that has no department is refused. */
  isDepartmentRequired: boolean;
};

/** The default naming of an organization. */
export const DEFAULT_NAMING: Naming = { idComparison: 'folded', isDepartmentRequired: false };

const PRINCIPALS = ['userId', 'departmentId', 'system'] as const;
type PrincipalName = (typeof PRINCIPALS)[number];

/** Ids as a request gave them, where they are kept under another spelling. */
export type GivenIds = Partial<Record<PrincipalName, string>>;

/** A request's principals under the ids that budgets, controls and sums know. */
export type Named<Request> = Request & {
  /** As given where that differs; a field is there but `undefined` where it was left out. */
  given?: Partial<Record<PrincipalName | 'severity', string | undefined>> | undefined;
};

/** The id that stands for this one in an organization. */
export const idUnder = ({ idComparison }: Naming, id: string): string =>
  idComparison === 'exact' ? id : foldedId(id);

/**
 * The scope that an id stands for. Models keep their own rule (`modelStem`), and an organization is
 * named by its credentials.
 */
export const scopeUnder = <Ref extends Partial<ScopeRef>>(naming: Naming, ref: Ref): Ref =>
  ref.scopeId === undefined || ref.scope === 'model' || ref.scope === 'organization'
    ? ref
    : { ...ref, scopeId: idUnder(naming, ref.scopeId) };

/** A request, or a filter, with its principals under the ids that stand for them. */
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

/** A request for AI with the department that the organization has chosen for those that name none. */
export function withDepartment<Request extends { departmentId?: string | undefined }>(
  naming: Naming,
  request: Named<Request>,
): Named<Request> {
  const { defaultDepartmentId } = naming;
  if (request.departmentId !== undefined || defaultDepartmentId === undefined) return request;
  const departmentId = idUnder(naming, defaultDepartmentId);
  return { ...request, departmentId, given: { ...request.given, departmentId: undefined } };
}

/** What a request said before its principals were named: digests of requests are taken of it. */
export function asGiven<Request extends object>({ given, ...request }: Named<Request>): object {
  return given ? { ...request, ...given } : request;
}

/** The ids that are kept beside the ones that stand for them, if any. */
export function givenIdsOf({ given }: Named<object>): GivenIds | undefined {
  if (!given) return undefined;
  const ids: GivenIds = {};
  for (const name of PRINCIPALS) if (given[name] !== undefined) ids[name] = given[name];
  return Object.keys(ids).length === 0 ? undefined : ids;
}
