import type { APIGatewayProxyEventV2WithLambdaAuthorizer } from 'aws-lambda';
import { ProblemError } from '../../contracts/problem.ts';
import { type Caller, ROLES } from '../../domain/access/caller.ts';
import { isOver } from '../../domain/access/key.ts';
import type { Naming } from '../../domain/naming/naming.ts';
import { SEVERITIES } from '../../domain/severity.ts';

/** The authorizer's context: flat strings, as API Gateway forwards them. */
export type CallerContext = {
  organizationId?: string;
  actor?: string;
  role?: string;
  expiresAtMs?: string;
  users?: string;
  departments?: string;
  ownDepartments?: string;
  systems?: string;
  mayStateCost?: string;
  claimLimitUsdPerHour?: string;
  backDateHours?: string;
  requestsPerSecond?: string;
  severityCeiling?: string;
  idComparison?: string;
  defaultDepartmentId?: string;
  isDepartmentRequired?: string;
  /** The credentials could not be verified, so they are neither accepted nor refused. */
  unverified?: string;
  /** Not looked up, because its address sent too many unknown credentials. */
  strange?: string;
};

export type HttpEvent = APIGatewayProxyEventV2WithLambdaAuthorizer<CallerContext | null>;

const SEPARATOR = ',';

/** Builds the context that the authorizer forwards for a caller. */
export const callerContext = (caller: Caller): CallerContext => ({
  organizationId: caller.organizationId,
  actor: caller.actor,
  role: caller.role,
  ...(caller.expiresAtMs === undefined ? {} : { expiresAtMs: String(caller.expiresAtMs) }),
  ...(caller.users ? { users: caller.users.join(SEPARATOR) } : {}),
  ...(caller.departments ? { departments: caller.departments.join(SEPARATOR) } : {}),
  ...(caller.ownDepartments ? { ownDepartments: caller.ownDepartments.join(SEPARATOR) } : {}),
  ...(caller.systems ? { systems: caller.systems.join(SEPARATOR) } : {}),
  ...(caller.mayStateCost === undefined ? {} : { mayStateCost: String(caller.mayStateCost) }),
  ...(caller.claimLimitUsdPerHour === undefined
    ? {}
    : { claimLimitUsdPerHour: String(caller.claimLimitUsdPerHour) }),
  ...(caller.backDateHours === undefined ? {} : { backDateHours: String(caller.backDateHours) }),
  ...(caller.requestsPerSecond ? { requestsPerSecond: String(caller.requestsPerSecond) } : {}),
  ...(caller.severityCeiling ? { severityCeiling: caller.severityCeiling } : {}),
  ...(caller.naming ? namingContext(caller.naming) : {}),
});

const namingContext = (naming: Naming): CallerContext => ({
  idComparison: naming.idComparison,
  ...(naming.defaultDepartmentId ? { defaultDepartmentId: naming.defaultDepartmentId } : {}),
  isDepartmentRequired: String(naming.isDepartmentRequired),
});

const namingOf = (context: CallerContext): Naming => ({
  idComparison: context.idComparison === 'exact' ? 'exact' : 'folded',
  defaultDepartmentId: context.defaultDepartmentId,
  isDepartmentRequired: context.isDepartmentRequired === 'true',
});

/** A credential with the scheme `Bearer`. */
export const BEARER = /^Bearer ([\x21-\x7e]{1,4096})$/i;

/** The answer while credentials can be neither accepted nor refused. */
export const notVerified = (): ProblemError =>
  new ProblemError(
    'unavailable',
    'Purser cannot verify your credentials right now. Retry shortly.',
    { headers: { 'retry-after': '5' } },
  );

/** The answer to an address that sent too many unknown credentials. */
export const tooStrange = (): ProblemError =>
  new ProblemError(
    'rate-limited',
    'Your address sent too many unknown credentials. Check yours, and retry in a minute.',
    { headers: { 'retry-after': '60', 'x-should-retry': 'true' } },
  );

/**
 * The verified caller of an event, or `undefined` if it has none or its credentials have expired.
 * The gateway caches callers, possibly past their expiry.
 * @throws ProblemError `unavailable` if the credentials could not be verified
 */
export function callerOf(event: HttpEvent, nowMs: number): Caller | undefined {
  const context = event.requestContext.authorizer?.lambda;
  if (context?.unverified) throw notVerified();
  if (context?.strange) throw tooStrange();
  const role = ROLES.find((name) => name === context?.role);
  if (!context?.organizationId || !context.actor || !role) return undefined;
  const expiresAtMs = context.expiresAtMs === undefined ? undefined : Number(context.expiresAtMs);
  if (isOver(expiresAtMs, nowMs)) return undefined;
  return {
    organizationId: context.organizationId,
    actor: context.actor,
    role,
    expiresAtMs,
    users: listOf(context.users),
    departments: listOf(context.departments),
    ownDepartments: listOf(context.ownDepartments),
    systems: listOf(context.systems),
    mayStateCost: context.mayStateCost === undefined ? undefined : context.mayStateCost === 'true',
    claimLimitUsdPerHour:
      context.claimLimitUsdPerHour === undefined ? undefined : Number(context.claimLimitUsdPerHour),
    backDateHours: context.backDateHours === undefined ? undefined : Number(context.backDateHours),
    requestsPerSecond: context.requestsPerSecond ? Number(context.requestsPerSecond) : undefined,
    severityCeiling: SEVERITIES.find((item) => item === context.severityCeiling),
    naming: namingOf(context),
  };
}

/** An empty list allows nobody, unlike an absent list. */
const listOf = (text: string | undefined): string[] | undefined =>
  text === undefined ? undefined : text === '' ? [] : text.split(SEPARATOR);
