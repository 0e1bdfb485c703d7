import { WIRE_PATHS } from '../../domain/gateway/wire.ts';
import { defineFunction } from '../function-definition.ts';
import { reserve } from '../reserve/function.ts';

export const gateway = defineFunction({
  name: 'gateway',
  description:
    'Serves AI requests within their budgets: reserves, calls a provider, passes its answer on, settles',
  humanImpact:
    'Clients that point at Purser instead of a provider get no answers: their AI stops working.',
  guardsMoney: true,
  // It waits: `npm run cost`. A request of 9.4 MB took 271 MB.
  memoryMiB: 512,
  timeoutSeconds: 900,
  hotPath: true,
  streams: true,
  public: true,
  routes: [
    ...WIRE_PATHS.map((path) => ({ method: 'POST' as const, path })),
    { method: 'POST', path: '/anthropic/v1/messages/count_tokens' },
    { method: 'GET', path: '/anthropic/v1/models' },
    { method: 'GET', path: '/anthropic/v1/models/{model}' },
    { method: 'GET', path: '/openai/v1/models' },
    { method: 'GET', path: '/openai/v1/models/{model}' },
  ],
  tables: {
    ...reserve.tables,
    'api-keys': ['GetItem', 'UpdateItem'],
    'organization-settings': ['GetItem'],
    providers: ['Query'],
    'endpoint-health': ['Query', 'PutItem', 'UpdateItem'],
    'response-cache': ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
  },
  environment: [
    'PURSER_RESERVATION_HOLD_SECONDS',
    'PURSER_RETENTION_DAYS',
    'PURSER_AUTHORIZER_CACHE_SECONDS',
    'PURSER_JWT_ISSUER',
    'PURSER_JWT_AUDIENCE',
    'PURSER_JWKS_URL',
    'PURSER_JWT_DEPARTMENTS_CLAIM',
    'PURSER_VALKEY_URL',
  ],
  uses: [
    'alerts:publish',
    'models:invoke',
    'bill:split',
    'provider-keys:read',
    'jobs:publish',
    'job-files:write',
  ],
});
