import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import {
  createCredentialVerifier,
  type CredentialDeps,
  type Verified,
} from '../../services/access/verify-credential.ts';
import { BEARER, type CallerContext, callerContext } from '../edge/caller.ts';

type Answer = { isAuthorized: boolean; context: CallerContext };

/**
 * Identifies the caller. Lets unknown callers pass without a context, because the gateway could
 * only answer a bare 403; every route that is not public then answers a 401 problem. Credentials
 * that cannot be verified pass as `unverified`, which those routes answer with a 503 problem. The
 * gateway caches that mark like any answer, so it can outlive the outage by the authorizer's cache
 * time (60 s). An address that sends too many unknown credentials passes as `strange`, which becomes
 * a 429 problem.
 */
export function createHandler(deps: CredentialDeps) {
  const verify = createCredentialVerifier(deps);
  return async (event: APIGatewayRequestAuthorizerEventV2): Promise<Answer> => {
    const credential = BEARER.exec(event.headers?.['authorization'] ?? '')?.[1];
    const verified = await verify(credential, event.requestContext.http.sourceIp);
    return { isAuthorized: true, context: contextOf(verified) };
  };
}

function contextOf(verified: Verified): CallerContext {
  switch (verified.kind) {
    case 'caller':
      return callerContext(verified.caller);
    case 'unknown':
      return {};
    case 'strange':
      return { strange: 'true' };
    case 'unverified':
      return { unverified: 'true' };
  }
}
