import { decodeCursor, encodeCursor } from '../../contracts/cursor.ts';
import { directoryRoutes as routes } from '../../contracts/directory.ts';
import type { Caller } from '../../domain/access/caller.ts';
import type { UnknownUsers } from '../../domain/members/directory.ts';
import { DEFAULT_NAMING, idUnder } from '../../domain/naming/naming.ts';
import type { DirectoryManager } from '../../services/members/manage-directory.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** The directory of users: listed, shown, set and removed, and its rule. */
export const createHandler = (deps: Edge & { manager: DirectoryManager }) =>
  createHttpHandler(deps, [
    endpoint(routes.listUsers, async ({ query, caller }) => {
      const page = { limit: query.limit, after: decodeCursor('users', query.cursor) };
      const { users, next } = await deps.manager.list(caller.organizationId, page);
      return { status: 200, body: { items: users, nextCursor: encodeCursor('users', next) } };
    }),

    endpoint(routes.getUser, async ({ params, caller }) => ({
      status: 200,
      body: await deps.manager.get(caller.organizationId, canonical(caller, params.id)),
    })),

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
