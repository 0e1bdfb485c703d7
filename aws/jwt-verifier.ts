import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import * as z from 'zod';
import { MAX_DEPARTMENTS } from '../contracts/directory.ts';
import { ownValue } from '../domain/own-value.ts';
import { identifier } from '../contracts/fields.ts';
import { ROLES } from '../domain/access/caller.ts';

/** Claims in a person's token, as the identity provider is configured to issue them. */
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
  /** Present if a claim for departments is configured, also for a token without it. */
  ownDepartments?: string[] | undefined;
  expiresAtMs: number;
};

type Issuer = {
  issuer: string;
  audience: string;
  jwksUrl: string;
  /** The claim that names a person's departments, as a list or as one text. */
  departmentsClaim?: string | undefined;
};
type OptionalIssuer = { [Part in keyof Issuer]: Issuer[Part] | undefined };

/** Creates a verifier if an issuer is configured. Otherwise only API keys are accepted. */
export const jwtVerifierOf = ({ issuer, audience, jwksUrl, departmentsClaim }: OptionalIssuer) =>
  issuer && audience && jwksUrl
    ? createJwtVerifier({ issuer, audience, jwksUrl, departmentsClaim })
    : undefined;

/**
 * Verifies tokens against the issuer's published keys, which are cached and refreshed when a new
 * key ID appears. A person with the role `caller` may only act for themselves.
 * @returns the person, or `undefined` if the token or a claim is invalid
 * @throws Error if the issuer's keys cannot be read
 */
export function createJwtVerifier({ issuer, audience, jwksUrl, departmentsClaim }: Issuer) {
  const keys = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: 2_000 });
  return async (token: string): Promise<Person | undefined> => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: ['RS256', 'ES256', 'EdDSA'],
        clockTolerance: 5,
        // A token that never expires could not be revoked.
        requiredClaims: ['exp'],
      });
      const parsed = claims.safeParse(payload);
      if (!parsed.success) return undefined;
      const { sub, 'purser:organization': organizationId, 'purser:role': role, exp } = parsed.data;
      const users = role === 'caller' ? [sub] : undefined;
      const ownDepartments =
        departmentsClaim === undefined
          ? undefined
          : departmentsIn(ownValue(payload, departmentsClaim));
      return { organizationId, actor: sub, role, users, ownDepartments, expiresAtMs: exp * 1_000 };
    } catch (error) {
      if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) throw error;
      // Only a failure to read the issuer's keys has this generic code.
      if (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC') throw error;
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  };
}

/** The departments that a claim names. Leaves out what cannot be an id, and so has no budget. */
function departmentsIn(claim: unknown): string[] {
  const names = (Array.isArray(claim) ? claim : [claim]) as unknown[];
  return names
    .flatMap((name) => {
      const { success, data } = identifier.safeParse(name);
      return success ? [data] : [];
    })
    .slice(0, MAX_DEPARTMENTS);
}
