import { isMistyped } from '../../contracts/server/api-key-text.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Caller } from '../../domain/access/caller.ts';
import { isOver } from '../../domain/access/key.ts';
import type { ApiKey, ApiKeyStore } from '../../tables/api-keys.ts';
import type { OrganizationSettingsStore } from '../../tables/organization-settings.ts';
import { createCallerMemory } from './caller-memory.ts';
import { createStrangers } from './strangers.ts';

/**
 * Verifies a person's JWT.
 * @returns the caller, or `undefined` if the token is invalid
 * @throws Error if the issuer's keys cannot be read
 */
export type VerifyToken = (token: string) => Promise<Caller | undefined>;

export type CredentialDeps = {
  keys: Pick<ApiKeyStore, 'find' | 'noteUse'>;
  settings: Pick<OrganizationSettingsStore, 'naming'>;
  verifyToken?: VerifyToken | undefined;
  telemetry: Telemetry;
  now: () => number;
};

/** Who sent a request. */
export type Verified =
  | { kind: 'caller'; caller: Caller }
  | { kind: 'unknown' }
  /** Not looked up, because its address sent too many unknown credentials. */
  | { kind: 'strange' }
  /** The credentials cannot be verified now, so they are neither accepted nor refused. */
  | { kind: 'unverified' };

const USE_NOTED_EVERY_MS = 3_600_000;
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * Verifies API keys and JWTs. While that is impossible, accepts those that this process verified in
 * the last five minutes. If an address sends many unknown credentials, stops looking up its
 * credentials for a while, except recently verified ones.
 */
export function createCredentialVerifier(deps: CredentialDeps) {
  const { keys, settings, verifyToken, telemetry, now } = deps;
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

  function unknown(sourceIp: string): Verified {
    strangers.count(sourceIp);
    telemetry.info('CALLER_UNKNOWN', { sourceIp });
    return { kind: 'unknown' };
  }

  return async (credential: string | undefined, sourceIp: string): Promise<Verified> => {
    if (credential === undefined) return unknown(sourceIp);
    if (!memory.recall(credential) && !strangers.mayAsk(sourceIp)) return { kind: 'strange' };
    try {
      const identity = await identify(credential);
      // Settings travel with the caller, so that functions need not read them on every request.
      const caller = identity && {
        ...identity,
        naming: await settings.naming(identity.organizationId),
      };
      memory.keep(credential, caller);
      return caller ? { kind: 'caller', caller } : unknown(sourceIp);
    } catch (error) {
      telemetry.error('CALLER_NOT_VERIFIED', { error });
      const caller = memory.recall(credential);
      return caller ? { kind: 'caller', caller } : { kind: 'unverified' };
    }
  };
}
