import { ProblemError } from '../contracts/problem.ts';
import type { ScopeRef } from '../domain/scopes.ts';

/**
 * Another organization is not this caller's to know of.
 * @throws ProblemError `not-found` for an organization that is not the caller's own
 */
export function requireOwnOrganization(organizationId: string, { scope, scopeId }: ScopeRef): void {
  if (scope === 'organization' && scopeId !== organizationId) {
    throw new ProblemError('not-found', `there is no organization ${scopeId}`);
  }
}
