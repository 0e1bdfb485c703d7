import type { Call } from '../../domain/access/caller.ts';
import type { DisplayName } from '../../domain/naming/display-name.ts';
import { canonicalScope, type Scope, type ScopeRef } from '../../domain/scopes.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { DisplayNameStore } from '../../tables/display-names.ts';
import { notFound } from '../errors.ts';
import { requireOwnOrganization } from '../require-own-organization.ts';

type Deps = { names: DisplayNameStore; audit: Pick<AuditLog, 'change'> };

export type DisplayNameManager = ReturnType<typeof createDisplayNameManager>;

/**
 * Manages display names. Audits every change by a fingerprint of the name, because names of persons
 * must not stay in a log that is never erased.
 */
export function createDisplayNameManager({ names, audit }: Deps) {
  return {
    list: (
      organizationId: string,
      page: { limit: number; after?: string | undefined; scope?: Scope | undefined },
    ) => names.list(organizationId, page),

    /** @throws ServiceError `not-found` if the scope has no name */
    async get(organizationId: string, ref: ScopeRef): Promise<DisplayName> {
      requireOwnOrganization(organizationId, ref);
      const [displayName] = await names.getMany(organizationId, [ref]);
      if (displayName === undefined) throw noName(ref);
      return { ...canonicalScope(ref), displayName };
    },

    async put({ organizationId, actor, nowMs }: Call, name: DisplayName): Promise<DisplayName> {
      requireOwnOrganization(organizationId, name);
      await audit.change(async () => {
        const { before, write, fingerprint } = await names.replacement(organizationId, name);
        const entry = {
          organizationId,
          actor,
          action: 'display-name.put',
          target: targetOf(name),
          ...(before ? { before: { fingerprint: fingerprint(before.displayName) } } : {}),
          after: { fingerprint: fingerprint(name.displayName) },
          atMs: nowMs,
        };
        return { entries: [entry], writes: [write] };
      });
      return { ...name, ...canonicalScope(name) };
    },

    /** @throws ServiceError `not-found` if the scope has no name */
    async delete({ organizationId, actor, nowMs }: Call, ref: ScopeRef): Promise<DisplayName> {
      requireOwnOrganization(organizationId, ref);
      const { before } = await audit.change(async () => {
        const removal = await names.removal(organizationId, ref);
        if (!removal) throw noName(ref);
        const entry = {
          organizationId,
          actor,
          action: 'display-name.delete',
          target: targetOf(ref),
          before: { fingerprint: removal.fingerprint(removal.before.displayName) },
          atMs: nowMs,
        };
        return { before: removal.before, entries: [entry], writes: [removal.write] };
      });
      return before;
    },
  };
}

function targetOf(ref: ScopeRef): string {
  const { scope, scopeId } = canonicalScope(ref);
  return `${scope}/${scopeId}`;
}

const noName = (ref: ScopeRef) => notFound(`The ${ref.scope} ${ref.scopeId} has no display name.`);
