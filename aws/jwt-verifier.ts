import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import * as z from 'zod';
import { identifier } from '../contracts/fields.ts';
import { ROLES } from '../domain/access/caller.ts';

/** Claims of a person's token, as the identity provider is set up to issue them. */
const claims = z.object({
  sub: identifier,
  'purser:organization': identifier,
  'purser:role': z.enum(ROLES),
  exp: z.number(),
});

export type Person = {
  organizationId: string;
  actor: string;
  role: (typeof ROLES)[number];
  users?: string[] | undefined;
  expiresAtMs: number;
};

type Issuer = { issuer: string; audience: string; jwksUrl: string };
type OptionalIssuer = { [Part in keyof Issuer]: Issuer[Part] | undefined };

/** A verifier when an issuer is set up, and otherwise none: then only API keys are accepted. */
export const jwtVerifierOf = ({ issuer, audience, jwksUrl }: OptionalIssuer) =>
  issuer && audience && jwksUrl ? createJwtVerifier({ issuer, audience, jwksUrl }) : undefined;

/**
 * Verifies tokens against the issuer's published keys (cached, refreshed when a key id is new). A
 * person with the role `caller` may act for itself only.
 * @returns the person, or `undefined` when the token or a claim is not valid
 * @throws Error when the issuer's keys cannot be read
 */
export function createJwtVerifier({ issuer, audience, jwksUrl }: Issuer) {
  const keys = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: 2_000 });
  return async (token: string): Promise<Person | undefined> => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: ['RS256', 'ES256', 'EdDSA'],
        clockTolerance: 5,
        // A token that never expires could not be taken back.
        requiredClaims: ['exp'],
      });
      const parsed = claims.safeParse(payload);
      if (!parsed.success) return undefined;
      const { sub, 'purser:organization': organizationId, 'purser:role': role, exp } = parsed.data;
      const users = role === 'caller' ? [sub] : undefined;
      return { organizationId, actor: sub, role, users, expiresAtMs: exp * 1_000 };
    } catch (error) {
      if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) throw error;
      // Only reading the issuer's keys fails without a code of its own.
      if (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC') throw error;
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  };
}
