import { readEnvironment } from '../../aws/environment.ts';
import { createJwtVerifier } from '../../aws/jwt-verifier.ts';
import { createApiKeyStore } from '../../tables/api-keys.ts';
import { createOrganizationSettingsStore } from '../../tables/organization-settings.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { authorizer as authorizerFunction } from './function.ts';
import { createHandler } from './handler.ts';

const {
  PURSER_TABLE_PREFIX,
  PURSER_JWT_ISSUER: issuer,
  PURSER_JWT_AUDIENCE: audience,
  PURSER_JWKS_URL: jwksUrl,
} = readEnvironment(authorizerFunction);

const db = openStore(PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...edge,
  keys: createApiKeyStore(db),
  settings: createOrganizationSettingsStore(db),
  verifyToken:
    issuer && audience && jwksUrl ? createJwtVerifier({ issuer, audience, jwksUrl }) : undefined,
});
