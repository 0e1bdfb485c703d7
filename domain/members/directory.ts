export const UNKNOWN_USERS = ['allow', 'refuse'] as const;
/** What becomes of requests of users whom the directory does not know. */
export type UnknownUsers = (typeof UNKNOWN_USERS)[number];

/** A user's departments; the first is that of requests that name none. */
export type DirectoryUser = { userId: string; departments: string[] };

/** What an organization's directory says of one user. */
export type DirectoryEntry = { unknownUsers: UnknownUsers; user: DirectoryUser | undefined };

type Placed = {
  userId: string;
  departmentId?: string | undefined;
  /** Has `departmentId` without a value if the request named none. */
  given?: { departmentId?: string | undefined } | undefined;
};

/** Why the directory refuses a request, and which of its fields does not fit. */
export type DirectoryRefusal = { field: 'userId' | 'departmentId'; message: string };

/**
 * The department that a request is charged to, so that leaving it out escapes no budget. Ids are
 * canonical.
 * @param entry `undefined` if the organization keeps no directory
 */
export function departmentOf(
  { userId, departmentId, given }: Placed,
  entry: DirectoryEntry | undefined,
): { departmentId: string | undefined } | DirectoryRefusal {
  if (!entry) return { departmentId };
  const { user, unknownUsers } = entry;
  if (!user) {
    if (unknownUsers === 'allow') return { departmentId };
    return { field: 'userId', message: `${userId} is not in the directory of your organization` };
  }
  const isNamed = departmentId !== undefined && !(given && isLeftOut(given));
  if (!isNamed) return { departmentId: user.departments[0] };
  if (user.departments.includes(departmentId)) return { departmentId };
  const own = user.departments.length === 0 ? 'none' : user.departments.join(', ');
  return { field: 'departmentId', message: `must be a department of ${userId} (${own})` };
}

const isLeftOut = (given: NonNullable<Placed['given']>): boolean =>
  Object.hasOwn(given, 'departmentId') && given.departmentId === undefined;
