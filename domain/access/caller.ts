import type { Naming } from '../naming/naming.ts';
import type { Severity } from '../severity.ts';

/** Roles that a credential can have. */
export const ROLES = ['viewer', 'caller', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Limits of a credential beyond its role. An absent list means no limit. */
export type CallerLimits = {
  /** Users, departments and systems that it may act for and see. */
  users?: readonly string[] | undefined;
  departments?: readonly string[] | undefined;
  systems?: readonly string[] | undefined;
  /** Whether it may state what a request cost. Defaults to true. */
  mayStateCost?: boolean | undefined;
  /** How much it may claim per clock hour without a reservation, in whole USD (`claim.ts`). */
  claimLimitUsdPerHour?: number | undefined;
  /** How far back it may date usage events. Defaults to `DEFAULT_BACK_DATE_HOURS`. */
  backDateHours?: number | undefined;
  /** Requests per second in each class of routes. Defaults to the default quotas. */
  requestsPerSecond?: number | undefined;
  /** The highest severity its requests can have. Defaults to `critical`. */
  severityCeiling?: Severity | undefined;
  /** How its organization compares ids. Defaults to `DEFAULT_NAMING`. */
  naming?: Naming | undefined;
};

/** The verified caller. It comes from the authorizer, never from the request body. */
export type Caller = CallerLimits & {
  organizationId: string;
  /** Id of the API key, or subject of the token. */
  actor: string;
  role: Role;
  /** The actor's departments, if a claim of the token names them; none if that claim is missing. */
  ownDepartments?: readonly string[] | undefined;
  /** When the credentials expire, even if they are cached. Absent if they never do. */
  expiresAtMs?: number | undefined;
};

/**
 * A call for an organization at a given time, for use cases that do not need to know the caller.
 */
export type OrganizationCall = { organizationId: string; nowMs: number };

/** A call for an organization, by a caller, at a given time. */
export type Call = OrganizationCall &
  Pick<Caller, 'actor'> &
  Partial<Pick<Caller, 'role' | 'ownDepartments'> & CallerLimits>;

/**
 * Whether the caller is an operator. An operator's statements need no confirmation, and conduct
 * never refuses an operator.
 */
export const isOperators = ({ role }: Partial<Pick<Caller, 'role'>>): boolean =>
  role === 'operator' || role === 'admin';

/** How far back usage may be dated unless the key allows more. */
export const DEFAULT_BACK_DATE_HOURS = 48;

/** The upper limit for any key. Event ids are remembered for a month longer than this. */
export const MAX_BACK_DATE_HOURS = 90 * 24;

/**
 * How many hours back a caller may date usage, regardless of role. An invalid limit allows none.
 */
export function backDateHoursOf({ backDateHours = DEFAULT_BACK_DATE_HOURS }: CallerLimits): number {
  const hours = Number.isFinite(backDateHours) ? Math.max(backDateHours, 0) : 0;
  return Math.min(hours, MAX_BACK_DATE_HOURS);
}
