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
 * Verifies a JWT of a person.
 * @returns the caller, or `undefined` when the token is not valid
 * @throws Error when the issuer's keys cannot be read
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
 * Says who calls. An unknown caller passes without a context, and every route that is not public
 * answers it with a 401 problem; the gateway itself could only answer a bare 403. While credentials
 * cannot be verified, those that this process verified in the last five minutes count; others pass
 * marked `unverified`, for which the same routes answer a 503 problem. The gateway may remember that
 * mark as it does every answer, so it can outlive the outage by the authorizer's cache time (60 s).
 * From an address that sends many unknown credentials, those that this process has not verified lately
 * are not looked up for a while; they pass marked `strange`, and are answered a 429 problem.
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

  /** Awaited, as Lambda stops what still runs after the answer; the store is written once an hour. */
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
      // Settings travel with the caller, so that no function has to read them with every request.
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
