import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import type { Telemetry } from '../../contracts/telemetry.ts';
import type { ApiKeyStore } from '../../tables/api-keys.ts';
import { type Caller, type CallerContext, callerContext } from '../edge/caller.ts';

/** Verifies a JWT of a person. @returns the caller, or `undefined` when the token is not valid */
export type VerifyToken = (token: string) => Promise<Caller | undefined>;

type Deps = { keys: ApiKeyStore; verifyToken?: VerifyToken | undefined; telemetry: Telemetry };
type Answer = { isAuthorized: boolean; context: CallerContext };

const BEARER = /^Bearer ([\x21-\x7e]{1,4096})$/i;
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * Says who calls. An unknown caller passes without a context, and every route that is not public
 * answers it with a 401 problem; the gateway itself could only answer a bare 403. A store that cannot
 * be reached throws: the gateway answers 500 and nobody passes.
 */
export const createHandler =
  ({ keys, verifyToken, telemetry }: Deps) =>
  async (event: APIGatewayRequestAuthorizerEventV2): Promise<Answer> => {
    const credential = BEARER.exec(event.headers?.['authorization'] ?? '')?.[1];
    const caller = credential && (await identify(credential));
    if (!caller) telemetry.info('CALLER_UNKNOWN', { sourceIp: event.requestContext.http.sourceIp });
    return { isAuthorized: true, context: caller ? callerContext(caller) : {} };

    async function identify(text: string): Promise<Caller | undefined> {
      if (verifyToken && JWT.test(text)) return verifyToken(text);
      const key = await keys.find(text);
      return key && { ...key, actor: key.keyId };
    }
  };
