import { departmentOf, type DirectoryRefusal } from '../../domain/members/directory.ts';
import type { DirectoryStore } from '../../tables/directory.ts';
import type { OrganizationSettingsStore } from '../../tables/organization-settings.ts';
import { createRefreshed } from '../refreshed.ts';

/** A change applies in every process within two seconds. */
const FRESH_MS = 1_000;
const STALE_MS = 2_000;

type Placed = {
  userId: string;
  departmentId?: string | undefined;
  given?: { departmentId?: string | undefined } | undefined;
};

export type Directory = ReturnType<typeof createDirectory>;

/**
 * Says which department a request is charged to, from memory. An organization that keeps no directory
 * costs one remembered read. What was never read is not guessed: the error goes to the caller.
 */
export function createDirectory(deps: {
  users: Pick<DirectoryStore, 'get'>;
  settings: Pick<OrganizationSettingsStore, 'unknownUsers'>;
  now: () => number;
}) {
  const ages = { now: deps.now, freshMs: FRESH_MS, staleMs: STALE_MS };
  const ruleOf = createRefreshed(deps.settings.unknownUsers, ages);
  const userOf = createRefreshed((key) => {
    const [organizationId = '', userId = ''] = JSON.parse(key) as string[];
    return deps.users.get(organizationId, userId);
  }, ages);
  return {
    /** The request with the department that it is charged to, or why it is refused. */
    async place<Request extends Placed>(
      organizationId: string,
      request: Request,
    ): Promise<{ request: Request } | { refusal: DirectoryRefusal }> {
      const unknownUsers = await ruleOf(organizationId);
      if (unknownUsers === undefined) return { request };
      const user = await userOf(JSON.stringify([organizationId, request.userId]));
      const placed = departmentOf(request, { unknownUsers, user });
      return 'field' in placed ? { refusal: placed } : { request: { ...request, ...placed } };
    },
  };
}
