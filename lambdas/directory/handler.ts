import { decodeCursor, encodeCursor } from '../../contracts/cursor.ts';
import { directoryRoutes as routes } from '../../contracts/directory.ts';
import { displayNameRoutes as nameRoutes } from '../../contracts/display-names.ts';
import type { Caller } from '../../domain/access/caller.ts';
import type { DirectoryUser, UnknownUsers } from '../../domain/members/directory.ts';
import { DEFAULT_NAMING, idUnder } from '../../domain/naming/naming.ts';
import type { NameReader } from '../../services/display-names.ts';
import type { DirectoryManager } from '../../services/members/manage-directory.ts';
import type { DisplayNameManager } from '../../services/members/manage-display-names.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** The directory of users: listed, shown, set and removed, and its rule; and display names. */
export const createHandler = (
  deps: Edge & {
    manager: DirectoryManager;
    nameManager: DisplayNameManager;
    displayNames: NameReader;
  },
) =>
  createHttpHandler(deps, [
    endpoint(routes.listUsers, async ({ query, caller }) => {
      const page = { limit: query.limit, after: decodeCursor('users', query.cursor) };
      const { users, next } = await deps.manager.list(caller.organizationId, page);
      const items = await namedUsers(deps.displayNames, caller, users);
      return { status: 200, body: { items, nextCursor: encodeCursor('users', next) } };
    }),

    endpoint(routes.getUser, async ({ params, caller }) => {
      const user = await deps.manager.get(caller.organizationId, canonical(caller, params.id));
      const [body = user] = await namedUsers(deps.displayNames, caller, [user]);
      return { status: 200, body };
    }),

    endpoint(routes.putUser, async ({ params, body, caller, call }) => {
      const departments = body.departments.map((id) => canonical(caller, id));
      const user = {
        userId: canonical(caller, params.id),
        departments: [...new Set(departments)],
      };
      return { status: 200, body: await deps.manager.put(call, user) };
    }),

    endpoint(routes.deleteUser, async ({ params, caller, call }) => ({
      status: 200,
      body: await deps.manager.remove(call, canonical(caller, params.id)),
    })),

    endpoint(nameRoutes.listDisplayNames, async ({ query, caller }) => {
      const { scope, limit, cursor } = query;
      const list = `names ${scope ?? ''}`;
      const page = { limit, after: decodeCursor(list, cursor), scope };
      const { names, next } = await deps.nameManager.list(caller.organizationId, page);
      return { status: 200, body: { items: names, nextCursor: encodeCursor(list, next) } };
    }),

    endpoint(nameRoutes.getDisplayName, async ({ params, caller }) => ({
      status: 200,
      body: await deps.nameManager.get(caller.organizationId, params),
    })),

    endpoint(nameRoutes.putDisplayName, async ({ params, body, call }) => ({
      status: 200,
      body: await deps.nameManager.put(call, { ...params, ...body }),
    })),

    endpoint(nameRoutes.deleteDisplayName, async ({ params, call }) => ({
      status: 200,
      body: await deps.nameManager.delete(call, params),
    })),

    endpoint(routes.getDirectory, async ({ caller }) => ({
      status: 200,
      body: ruleViewOf(await deps.manager.rule(caller.organizationId)),
    })),

    endpoint(routes.putDirectory, async ({ body, call }) => ({
      status: 200,
      body: ruleViewOf(await deps.manager.putRule(call, body.unknownUsers)),
    })),
  ]);

/** The id that requests of this organization are kept under. */
const canonical = ({ naming = DEFAULT_NAMING }: Caller, id: string): string => idUnder(naming, id);

const ruleViewOf = (rule: UnknownUsers | undefined) => ({
  unknownUsers: rule ?? ('allow' as const),
  isKept: rule !== undefined,
});

const namedUsers = (names: NameReader, { organizationId }: Caller, users: DirectoryUser[]) =>
  names.named(organizationId, users, ({ userId }) => ({ scope: 'user', scopeId: userId }));
