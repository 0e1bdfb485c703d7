import type { Caller, OrganizationCall } from '../../domain/access/caller.ts';
import { departmentOf, type DirectoryRefusal } from '../../domain/members/directory.ts';
import { DEFAULT_NAMING, idUnder } from '../../domain/naming/naming.ts';
import type { DirectoryStore } from '../../tables/directory.ts';
import type { OrganizationSettingsStore } from '../../tables/organization-settings.ts';
import { createRefreshed } from '../refreshed.ts';

/** A change applies in every process within two seconds. */
const FRESH_MS = 1_000;
const STALE_MS = 2_000;

/** Who asks: a person's token may name the person's departments. */
type Asking = Pick<OrganizationCall, 'organizationId'> &
  Partial<Pick<Caller, 'actor' | 'naming' | 'ownDepartments'>>;

type Placed = {
  userId: string;
  departmentId?: string | undefined;
  given?: { departmentId?: string | undefined } | undefined;
};

export type Directory = ReturnType<typeof createDirectory>;

/**
 * Finds the department that a request is charged to: the one that operators entered, or else the one
 * in the caller's own token. Entries come from memory. An organization that keeps no directory costs
 * one remembered read. If the first read of an entry fails, the caller gets the error.
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
      asking: Asking,
      request: Request,
    ): Promise<{ request: Request } | { refusal: DirectoryRefusal }> {
      const { organizationId } = asking;
      const unknownUsers = await ruleOf(organizationId);
      const user = unknownUsers && (await userOf(JSON.stringify([organizationId, request.userId])));
      const claimed = claimedFor(asking, request.userId);
      const placed = departmentOf(request, { unknownUsers, user, claimed });
      return 'field' in placed ? { refusal: placed } : { request: { ...request, ...placed } };
    },
  };
}

/** The claim of a token counts for its own person, not for others on whose behalf that person acts. */
function claimedFor(
  { actor, naming = DEFAULT_NAMING, ownDepartments }: Asking,
  userId: string,
): string[] | undefined {
  if (actor === undefined || idUnder(naming, actor) !== userId) return undefined;
  return ownDepartments?.map((id) => idUnder(naming, id));
}
