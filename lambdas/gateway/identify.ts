import { hashApiKey } from '../../contracts/server/api-key-text.ts';
import { ProblemError } from '../../contracts/problem.ts';
import { type Caller, ROLES, type Role } from '../../domain/access/caller.ts';
import { isOver } from '../../domain/access/key.ts';
import type { RequestHeaders } from '../../domain/gateway/client-identity.ts';
import {
  createCredentialVerifier,
  type CredentialDeps,
} from '../../services/access/verify-credential.ts';
import { createMemory } from '../../services/memory.ts';
import { BEARER, notVerified, tooStrange } from '../edge/caller.ts';

const KEY = /^[\x21-\x7e]{1,4096}$/;
const MOST_CALLERS = 10_000;

/** Roles that may spend. */
export const SPENDERS: readonly Role[] = ROLES.filter((role) => role !== 'viewer');

/**
 * Identifies callers by their API key or token, in the header of OpenAI's clients or in that of
 * Anthropic's. Remembers them for as long as API Gateway remembers the authorizer's answers.
 */
export function createIdentify(deps: CredentialDeps & { rememberedMs: number }) {
  const verify = createCredentialVerifier(deps);
  const callers = createMemory<Caller>({
    most: MOST_CALLERS,
    keptMs: deps.rememberedMs,
    now: deps.now,
  });
  return async (headers: RequestHeaders, sourceIp: string): Promise<Caller> => {
    const credential = credentialOf(headers);
    const hash = credential === undefined ? undefined : hashApiKey(credential);
    const remembered = hash === undefined ? undefined : callers.get(hash);
    if (remembered && !isOver(remembered.expiresAtMs, deps.now())) return remembered;
    const verified = await verify(credential, sourceIp);
    switch (verified.kind) {
      case 'caller':
        if (hash !== undefined) callers.set(hash, verified.caller);
        return verified.caller;
      case 'unknown':
        throw new ProblemError(
          'unauthorized',
          'Send a valid API key of Purser as Authorization: Bearer <key> or x-api-key.',
          { headers: { 'www-authenticate': 'Bearer' } },
        );
      case 'strange':
        throw tooStrange();
      case 'unverified':
        throw notVerified();
    }
  };
}

function credentialOf(headers: RequestHeaders): string | undefined {
  const bearer = BEARER.exec(headers['authorization'] ?? '')?.[1];
  if (bearer !== undefined) return bearer;
  const key = headers['x-api-key'];
  return key !== undefined && KEY.test(key) ? key : undefined;
}

/** @throws ProblemError `forbidden` */
export function requireRole({ role }: Caller, roles: readonly Role[]): void {
  if (roles.includes(role)) return;
  const allowed = roles.join(' or ');
  throw new ProblemError('forbidden', `This requires the role ${allowed}; your key has ${role}.`);
}
