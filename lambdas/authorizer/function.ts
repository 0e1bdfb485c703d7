import { defineFunction } from '../function-definition.ts';

export const authorizer = defineFunction({
  name: 'authorizer',
  description: 'Authenticates callers: API keys by hash, JWTs by signature',
  humanImpact: 'Callers cannot sign in, so their AI requests get no decision.',
  memoryMiB: 512,
  timeoutSeconds: 5,
  hotPath: true,
  authorizer: true,
  tables: { 'api-keys': ['GetItem', 'UpdateItem'], 'organization-settings': ['GetItem'] },
  environment: [
    'PURSER_JWT_ISSUER',
    'PURSER_JWT_AUDIENCE',
    'PURSER_JWKS_URL',
    'PURSER_JWT_DEPARTMENTS_CLAIM',
  ],
});
