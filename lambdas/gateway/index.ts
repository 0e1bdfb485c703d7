import { randomBytes } from 'node:crypto';
import { connectionMetrics } from '../../aws/http/connection-metrics.ts';
import { createBedrockRuntime } from '../../aws/bedrock-runtime.ts';
import { ownRegion } from '../../aws/environment.ts';
import { jwtVerifierOf } from '../../aws/jwt-verifier.ts';
import { createOwnProviders } from '../../aws/openai-provider.ts';
import { createQueue } from '../../aws/queue.ts';
import { createSecretReader } from '../../aws/secrets.ts';
import { credentialServices } from '../../composition/access.ts';
import { gatewayServices } from '../../composition/gateway.ts';
import { openAnswers } from '../edge/open-answers.ts';
import { openFunction } from '../edge/open-function.ts';
import { streamedHandler } from '../edge/streamed-response.ts';
import { gateway } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(gateway);

const { privateHosts, maxConnections, ...timeouts } = settings.PURSER_PROVIDERS;
const limits = { ...timeouts, maxSockets: maxConnections };
/** Loaded only where the bill is split, because the SDK's client makes starts slower. */
async function departmentCredentials(roleArn: string) {
  const { createDepartmentCredentials } = await import('../../aws/department-credentials.ts');
  return createDepartmentCredentials({
    roleArn,
    now: world.now,
    onError: (error) => world.telemetry.error('DEPARTMENT_NOT_NAMED', { error }),
  });
}

const { answers } = await openAnswers(settings.PURSER_VALKEY_URL, world.telemetry);
const { PURSER_MODEL_CALLER_ARN: roleArn } = settings;
const credentials = roleArn === undefined ? undefined : await departmentCredentials(roleArn);
const bedrock = createBedrockRuntime({
  credentials,
  limits,
  onUse: connectionMetrics(world.telemetry, 'bedrock'),
});
const ownProvider = createOwnProviders({
  secrets: createSecretReader(),
  privateHosts,
  limits,
  onUse: connectionMetrics(world.telemetry, 'own'),
});

export const handler = streamedHandler(
  createHandler({
    ...world,
    ...credentialServices(db),
    ...gatewayServices(
      db,
      {
        ...world,
        randomBytes,
        answers,
        alerts: createQueue(settings.PURSER_ALERT_QUEUE_URL),
        retentionDays: settings.PURSER_RETENTION_DAYS,
        holdMs: settings.PURSER_RESERVATION_HOLD_SECONDS * 1_000,
      },
      {
        regions: settings.PURSER_GATEWAY_REGIONS,
        models: settings.PURSER_GATEWAY_MODELS,
        region: ownRegion(),
      },
    ),
    verifyToken: jwtVerifierOf({
      issuer: settings.PURSER_JWT_ISSUER,
      audience: settings.PURSER_JWT_AUDIENCE,
      jwksUrl: settings.PURSER_JWKS_URL,
      departmentsClaim: settings.PURSER_JWT_DEPARTMENTS_CLAIM,
    }),
    rememberedMs: settings.PURSER_AUTHORIZER_CACHE_SECONDS * 1_000,
    providerOf: async ({ address }) => (address ? ownProvider(address) : bedrock),
  }),
);
