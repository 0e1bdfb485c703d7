import { jwtVerifierOf } from '../../aws/jwt-verifier.ts';
import { credentialServices } from '../../composition/access.ts';
import { openFunction } from '../edge/open-function.ts';
import { authorizer } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(authorizer);

export const handler = createHandler({
  ...world,
  ...credentialServices(db),
  verifyToken: jwtVerifierOf({
    issuer: settings.PURSER_JWT_ISSUER,
    audience: settings.PURSER_JWT_AUDIENCE,
    jwksUrl: settings.PURSER_JWKS_URL,
    departmentsClaim: settings.PURSER_JWT_DEPARTMENTS_CLAIM,
  }),
});
