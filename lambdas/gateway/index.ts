import { randomBytes } from 'node:crypto';
import { ownRegion } from '../../aws/environment.ts';
import { jwtVerifierOf } from '../../aws/jwt-verifier.ts';
import { createJobFiles } from '../../aws/job-files.ts';
import { createQueue } from '../../aws/queue.ts';
import { credentialServices } from '../../composition/access.ts';
import { gatewayServices } from '../../composition/gateway.ts';
import { waitingServices } from '../../composition/jobs.ts';
import type { SubmitDeps } from '../../services/jobs/submit-job.ts';
import { openAnswers } from '../edge/open-answers.ts';
import { openFunction } from '../edge/open-function.ts';
import { streamedHandler } from '../edge/streamed-response.ts';
import { gateway } from './function.ts';
import { createHandler } from './handler.ts';
import { createModelProviders } from './model-providers.ts';

const { db, settings, world } = openFunction(gateway);

const { answers } = await openAnswers(settings.PURSER_VALKEY_URL, world.telemetry);
const own = {
  ...world,
  randomBytes,
  answers,
  alerts: createQueue(settings.PURSER_ALERT_QUEUE_URL),
  retentionDays: settings.PURSER_RETENTION_DAYS,
  holdMs: settings.PURSER_RESERVATION_HOLD_SECONDS * 1_000,
};
const services = gatewayServices(db, own, {
  regions: settings.PURSER_GATEWAY_REGIONS,
  models: settings.PURSER_GATEWAY_MODELS,
  region: ownRegion(),
});

const waiting: SubmitDeps = {
  ...services,
  ...waitingServices(db, own, { budgets: services.books }),
  randomBytes,
  files: createJobFiles(settings.PURSER_JOB_BUCKET),
  queue: createQueue(settings.PURSER_JOB_QUEUE_URL),
};

export const handler = streamedHandler(
  createHandler({
    ...world,
    ...credentialServices(db),
    ...services,
    waiting,
    verifyToken: jwtVerifierOf({
      issuer: settings.PURSER_JWT_ISSUER,
      audience: settings.PURSER_JWT_AUDIENCE,
      jwksUrl: settings.PURSER_JWKS_URL,
      departmentsClaim: settings.PURSER_JWT_DEPARTMENTS_CLAIM,
    }),
    rememberedMs: settings.PURSER_AUTHORIZER_CACHE_SECONDS * 1_000,
    providerOf: await createModelProviders(
      { roleArn: settings.PURSER_MODEL_CALLER_ARN, providers: settings.PURSER_PROVIDERS },
      world,
    ),
  }),
);
