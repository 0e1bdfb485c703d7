import type { ScopeRef } from '../domain/scopes.ts';
import { notFound } from './errors.ts';

/**
 * Hides every organization except the caller's own.
 * @throws ServiceError `not-found` for another organization
 */
export function requireOwnOrganization(organizationId: string, { scope, scopeId }: ScopeRef): void {
  if (scope === 'organization' && scopeId !== organizationId) {
    throw notFound(`Organization ${scopeId} was not found.`);
  }
}
