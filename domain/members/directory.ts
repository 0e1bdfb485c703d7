export const UNKNOWN_USERS = ['allow', 'refuse'] as const;
/** What becomes of requests of users whom the directory does not know. */
export type UnknownUsers = (typeof UNKNOWN_USERS)[number];

/** A user's departments; the first is that of requests that name none. */
export type DirectoryUser = {
  userId: string;
  departments: string[];
  /** Kept apart, and only read for display. */
  displayName?: string | undefined;
};

/** What is known of one user. */
export type DirectoryEntry = {
  /** `undefined` if the organization keeps no directory. */
  unknownUsers: UnknownUsers | undefined;
  /** What an operator entered. It comes before the claim. */
  user: DirectoryUser | undefined;
  /** Departments that a claim of the user's own token names. */
  claimed: readonly string[] | undefined;
};

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
 */
export function departmentOf(
  { userId, departmentId, given }: Placed,
  { unknownUsers, user, claimed }: DirectoryEntry,
): { departmentId: string | undefined } | DirectoryRefusal {
  const departments = user?.departments ?? claimed;
  if (!departments) {
    if (unknownUsers !== 'refuse') return { departmentId };
    return { field: 'userId', message: `${userId} is not in the directory of your organization` };
  }
  const isNamed = departmentId !== undefined && !(given && isLeftOut(given));
  // Only an operator can say that a user is outside of the organization's default department.
  if (!isNamed) return { departmentId: departments[0] ?? (user ? undefined : departmentId) };
  if (departments.includes(departmentId)) return { departmentId };
  const own = departments.length === 0 ? 'none' : departments.join(', ');
  return { field: 'departmentId', message: `must be a department of ${userId} (${own})` };
}

const isLeftOut = (given: NonNullable<Placed['given']>): boolean =>
  Object.hasOwn(given, 'departmentId') && given.departmentId === undefined;
