import type { APIGatewayProxyEventV2WithLambdaAuthorizer } from 'aws-lambda';
import { ProblemError } from '../../contracts/problem.ts';
import { type Role, ROLES } from '../../contracts/route.ts';

/** Who calls: verified by the authorizer, never taken from the body. */
export type Caller = {
  organizationId: string;
  /** Id of the API key, or subject of the token. */
  actor: string;
  role: Role;
  /** Users and systems it may act for; absent means all of the organization. */
  users?: string[] | undefined;
  systems?: string[] | undefined;
};

/** What the authorizer hands over: flat text, as API Gateway passes it on. */
export type CallerContext = {
  organizationId?: string;
  actor?: string;
  role?: string;
  users?: string;
  systems?: string;
  /** The credentials could not be verified: they are neither valid nor refused. */
  unverified?: string;
};

export type HttpEvent = APIGatewayProxyEventV2WithLambdaAuthorizer<CallerContext | null>;

const SEPARATOR = ',';

/** The context that the authorizer passes on for a caller. */
export function callerContext({ users, systems, ...caller }: Caller): CallerContext {
  return {
    ...caller,
    ...(users ? { users: users.join(SEPARATOR) } : {}),
    ...(systems ? { systems: systems.join(SEPARATOR) } : {}),
  };
}

/**
 * The verified caller of an event, or `undefined` when there is none.
 * @throws ProblemError `unavailable` when the credentials could not be verified
 */
export function callerOf(event: HttpEvent): Caller | undefined {
  const context = event.requestContext.authorizer?.lambda;
  if (context?.unverified) {
    throw new ProblemError(
      'unavailable',
      'your credentials cannot be verified now: retry shortly',
      {
        headers: { 'retry-after': '5' },
      },
    );
  }
  const role = ROLES.find((known) => known === context?.role);
  if (!context?.organizationId || !context.actor || !role) return undefined;
  return {
    organizationId: context.organizationId,
    actor: context.actor,
    role,
    users: context.users?.split(SEPARATOR),
    systems: context.systems?.split(SEPARATOR),
  };
}

/** @throws ProblemError `forbidden` when the caller may not spend for this user and system */
export function requireMayActFor(
  caller: Caller,
  { userId, system }: { userId: string; system?: string | undefined },
): void {
  if (caller.users && !caller.users.includes(userId)) refuse('userId', userId);
  if (caller.systems && (system === undefined || !caller.systems.includes(system))) {
    refuse('system', system ?? '(none)');
  }
}

function refuse(field: string, value: string): never {
  throw new ProblemError('forbidden', `these credentials may not act for ${field} ${value}`, {
    errors: [{ field, message: 'not allowed for these credentials' }],
  });
}
