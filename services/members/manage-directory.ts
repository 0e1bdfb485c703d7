import type { Call } from '../../domain/access/caller.ts';
import type { DirectoryUser, UnknownUsers } from '../../domain/members/directory.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { DirectoryStore } from '../../tables/directory.ts';
import type { OrganizationSettingsStore } from '../../tables/organization-settings.ts';
import { notFound } from '../errors.ts';

type Deps = {
  users: DirectoryStore;
  settings: Pick<OrganizationSettingsStore, 'unknownUsers' | 'unknownUsersReplacement'>;
  audit: Pick<AuditLog, 'change'>;
};

export type DirectoryManager = ReturnType<typeof createDirectoryManager>;

/** Manages an organization's directory of users. Audits every change. */
export function createDirectoryManager({ users, settings, audit }: Deps) {
  return {
    list: (...page: Parameters<typeof users.list>) => users.list(...page),

    /** @throws ServiceError `not-found` */
    async get(organizationId: string, userId: string): Promise<DirectoryUser> {
      const user = await users.get(organizationId, userId);
      if (!user) throw noUser(userId);
      return user;
    },

    /** Sets a user's departments. The first user makes the directory count. */
    async put({ organizationId, actor, nowMs }: Call, user: DirectoryUser): Promise<DirectoryUser> {
      await audit.change(async () => {
        const [{ before, write }, rule] = await Promise.all([
          users.replacement(organizationId, user),
          settings.unknownUsersReplacement(organizationId, (policy) => policy ?? 'allow'),
        ]);
        const entry = {
          organizationId,
          actor,
          action: 'user.put',
          target: user.userId,
          ...(before ? { before: { departments: before.departments } } : {}),
          after: { departments: user.departments },
          atMs: nowMs,
        };
        const writes = rule.before === undefined ? [write, rule.write] : [write];
        return { entries: [entry], writes };
      });
      return user;
    },

    /** @throws ServiceError `not-found` */
    async remove({ organizationId, actor, nowMs }: Call, userId: string): Promise<DirectoryUser> {
      const { removed } = await audit.change(async () => {
        const removal = await users.removal(organizationId, userId);
        if (!removal) throw noUser(userId);
        const entry = {
          organizationId,
          actor,
          action: 'user.delete',
          target: userId,
          before: { departments: removal.before.departments },
          atMs: nowMs,
        };
        return { removed: removal.before, entries: [entry], writes: [removal.write] };
      });
      return removed;
    },
    ...ruleOf({ settings, audit }),
  };
}

/** The rule for users whom the directory does not know. */
function ruleOf({ settings, audit }: Pick<Deps, 'settings' | 'audit'>) {
  return {
    /** `undefined` while the organization keeps no directory. */
    rule: settings.unknownUsers,

    async putRule(
      { organizationId, actor, nowMs }: Call,
      unknownUsers: UnknownUsers,
    ): Promise<UnknownUsers> {
      await audit.change(async () => {
        const next = (): UnknownUsers => unknownUsers;
        const { before, write } = await settings.unknownUsersReplacement(organizationId, next);
        const entry = {
          organizationId,
          actor,
          action: 'directory.put',
          target: 'directory',
          ...(before ? { before: { unknownUsers: before } } : {}),
          after: { unknownUsers },
          atMs: nowMs,
        };
        return { entries: [entry], writes: [write] };
      });
      return unknownUsers;
    },
  };
}

const noUser = (userId: string) => notFound(`User ${userId} is not in the directory.`);
