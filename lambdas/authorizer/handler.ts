import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import type { Telemetry } from '../../contracts/telemetry.ts';
import { isMistyped } from '../../contracts/server/api-key-text.ts';
import { isOver } from '../../domain/access/key.ts';
import type { ApiKey, ApiKeyStore } from '../../tables/api-keys.ts';
import type { OrganizationSettingsStore } from '../../tables/organization-settings.ts';
import type { Caller } from '../../domain/access/caller.ts';
import { type CallerContext, callerContext } from '../edge/caller.ts';
import { createCallerMemory } from './caller-memory.ts';
import { createStrangers } from './strangers.ts';

/**
 * Verifies a person's JWT.
 * @returns the caller, or `undefined` if the token is invalid
 * @throws Error if the issuer's keys cannot be read
 */
export type VerifyToken = (token: string) => Promise<Caller | undefined>;

type Deps = {
  keys: Pick<ApiKeyStore, 'find' | 'noteUse'>;
  settings: Pick<OrganizationSettingsStore, 'naming'>;
  verifyToken?: VerifyToken | undefined;
  telemetry: Telemetry;
  now: () => number;
};
type Answer = { isAuthorized: boolean; context: CallerContext };

const BEARER = /^Bearer ([\x21-\x7e]{1,4096})$/i;
const USE_NOTED_EVERY_MS = 3_600_000;
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * Identifies the caller. Lets unknown callers pass without a context, because the gateway could
 * only answer a bare 403; every route that is not public then answers a 401 problem. While
 * credentials cannot be verified, accepts those that this process verified in the last five minutes
 * and marks others `unverified`, which those routes answer with a 503 problem. The gateway caches
 * that mark like any answer, so it can outlive the outage by the authorizer's cache time (60 s). If
 * an address sends many unknown credentials, stops looking up its credentials for a while, except
 * recently verified ones, and marks them `strange`, which becomes a 429 problem.
 */
export function createHandler({ keys, settings, verifyToken, telemetry, now }: Deps) {
  const memory = createCallerMemory(now);
  const strangers = createStrangers(now);

  const identify = async (credential: string): Promise<Caller | undefined> => {
    if (verifyToken && JWT.test(credential)) return verifyToken(credential);
    if (isMistyped(credential)) return undefined;
    const key = await keys.find(credential);
    if (!key || isOver(key.expiresAtMs, now())) return undefined;
    await noteUse(credential, key);
    return { ...key, actor: key.keyId };
  };

  /**
   * Awaited, because Lambda freezes background work after the answer. Writes at most once an hour.
   */
  const noteUse = async (credential: string, { keyId, lastUsedAtMs }: ApiKey): Promise<void> => {
    if (lastUsedAtMs !== undefined && lastUsedAtMs > now() - USE_NOTED_EVERY_MS) return;
    try {
      await keys.noteUse(credential, now(), USE_NOTED_EVERY_MS);
    } catch (error) {
      telemetry.error('KEY_USE_NOT_NOTED', { keyId, error });
    }
  };

  return async (event: APIGatewayRequestAuthorizerEventV2): Promise<Answer> => {
    const credential = BEARER.exec(event.headers?.['authorization'] ?? '')?.[1];
    if (!credential) return unknown(event);
    const { sourceIp } = event.requestContext.http;
    if (!memory.recall(credential) && !strangers.mayAsk(sourceIp)) {
      return { isAuthorized: true, context: { strange: 'true' } };
    }
    try {
      const identity = await identify(credential);
      // Settings travel with the caller, so that functions need not read them on every request.
      const caller = identity && {
        ...identity,
        naming: await settings.naming(identity.organizationId),
      };
      memory.keep(credential, caller);
      return caller ? { isAuthorized: true, context: callerContext(caller) } : unknown(event);
    } catch (error) {
      telemetry.error('CALLER_NOT_VERIFIED', { error });
      const caller = memory.recall(credential);
      return {
        isAuthorized: true,
        context: caller ? callerContext(caller) : { unverified: 'true' },
      };
    }
  };

  function unknown(event: APIGatewayRequestAuthorizerEventV2): Answer {
    const { sourceIp } = event.requestContext.http;
    strangers.count(sourceIp);
    telemetry.info('CALLER_UNKNOWN', { sourceIp });
    return { isAuthorized: true, context: {} };
  }
}
