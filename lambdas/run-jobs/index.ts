import { randomBytes } from 'node:crypto';
import { ownRegion } from '../../aws/environment.ts';
import { createBedrockBatches } from '../../aws/bedrock-batches.ts';
import { createJobFiles, createJobReader } from '../../aws/job-files.ts';
import { createQueue } from '../../aws/queue.ts';
import { jobRunServices } from '../../composition/jobs.ts';
import { batchTerms } from '../../domain/batches/batch-plan.ts';
import { openAnswers } from '../edge/open-answers.ts';
import { openFunction } from '../edge/open-function.ts';
import { createModelProviders } from '../gateway/model-providers.ts';
import { runJobs } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(runJobs);
const queue = createQueue(settings.PURSER_JOB_QUEUE_URL);
const { answers } = await openAnswers(settings.PURSER_VALKEY_URL, world.telemetry);

export const handler = createHandler({
  ...world,
  ...jobRunServices(
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
  providerOf: await createModelProviders(
    { roleArn: settings.PURSER_MODEL_CALLER_ARN, providers: settings.PURSER_PROVIDERS },
    world,
  ),
  random: Math.random,
  randomBytes,
  region: ownRegion(),
  batchTerms: batchTerms(settings.PURSER_FEWEST_BATCH_RECORDS),
  batches: createBedrockBatches({
    bucket: settings.PURSER_JOB_BUCKET,
    roleArn: settings.PURSER_BATCH_ROLE_ARN,
  }),
  files: createJobFiles(settings.PURSER_JOB_BUCKET),
  reader: createJobReader(settings.PURSER_JOB_BUCKET),
  queue,
  postpone: queue.postpone,
});
