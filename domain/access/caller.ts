import type { Naming } from '../naming/naming.ts';
import type { Severity } from '../severity.ts';

/** Roles of callers, as credentials carry them. */
export const ROLES = ['viewer', 'caller', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** What limits a credential beyond its role. Absent lists limit nothing. */
export type CallerLimits = {
  /** Users, departments and systems that it may act for and see. */
  users?: readonly string[] | undefined;
  departments?: readonly string[] | undefined;
  systems?: readonly string[] | undefined;
  /** Whether it may say what a request cost; it may where absent. */
  mayStateCost?: boolean | undefined;
  /** What it may claim in one clock hour without a reservation, in whole USD (`claim.ts`). */
  claimLimitUsdPerHour?: number | undefined;
  /** How far back its usage events may be dated; `DEFAULT_BACK_DATE_HOURS` where absent. */
  backDateHours?: number | undefined;
  /** Requests a second that it may make in each class of routes; the default quotas where absent. */
  requestsPerSecond?: number | undefined;
  /** The highest severity that its requests get; `critical` where absent. */
  severityCeiling?: Severity | undefined;
  /** How its organization tells ids apart; `DEFAULT_NAMING` where absent. */
  naming?: Naming | undefined;
};

/** Who calls: verified by the authorizer, never taken from the body. */
export type Caller = CallerLimits & {
  organizationId: string;
  /** Id of the API key, or subject of the token. */
  actor: string;
  role: Role;
  /** When the credentials expire, even if they are still cached; never if absent. */
  expiresAtMs?: number | undefined;
};

/** One call of a use case that does not ask who calls: for whom and when. */
export type OrganizationCall = { organizationId: string; nowMs: number };

/** One call of a use case: for whom, by whom and when. */
export type Call = OrganizationCall &
  Pick<Caller, 'actor'> &
  Partial<Pick<Caller, 'role' | 'claimLimitUsdPerHour'>>;

/**
 * Whether what a credential states is an operator's word: nothing that it says waits for one to confirm
 * it, and its conduct refuses nothing.
 */
export const isOperators = ({ role }: Partial<Pick<Caller, 'role'>>): boolean =>
  role === 'operator' || role === 'admin';

/** How far back usage may be dated unless its key allows more. */
export const DEFAULT_BACK_DATE_HOURS = 48;

/** The farthest back that any key may date usage: event ids are remembered for a month longer. */
export const MAX_BACK_DATE_HOURS = 90 * 24;

/** How far back a caller of any role may date usage, in hours. An invalid limit allows nothing. */
export function backDateHoursOf({ backDateHours = DEFAULT_BACK_DATE_HOURS }: CallerLimits): number {
  const hours = Number.isFinite(backDateHours) ? Math.max(backDateHours, 0) : 0;
  return Math.min(hours, MAX_BACK_DATE_HOURS);
}
