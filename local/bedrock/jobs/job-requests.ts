import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { accountId } from '../../template/resource-identity.ts';
import { invalid } from '../fault.ts';
import type { Json } from '../json.ts';
import { baseModelId, factsOf } from '../model-facts.ts';
import type { CustomizationJob } from './customization-job.ts';
import type { InvocationJob } from './invocation-job.ts';
import { locationOf } from './job-place.ts';

const name = z.string().regex(/^[a-zA-Z0-9]{1,63}(-*[a-zA-Z0-9+\-.]){0,63}$/);
const roleArn = z.string().regex(/^arn:aws(-[^:]+)?:iam::([0-9]{12})?:role\/.+$/);
const token = z
  .string()
  .regex(/^[a-zA-Z0-9]{1,256}(-*[a-zA-Z0-9]){0,256}$/)
  .optional();
const s3Uri = z
  .string()
  .max(1_024)
  .refine((uri) => locationOf(uri) !== undefined, 'must be an address of S3');
const tags = z.array(z.object({ key: z.string(), value: z.string() })).optional();

const invocation = z.object({
  jobName: name,
  roleArn,
  clientRequestToken: token,
  modelId: z.string().min(1).max(2_048),
  inputDataConfig: z.object({
    s3InputDataConfig: z.object({ s3Uri, s3InputFormat: z.literal('JSONL').optional() }),
  }),
  outputDataConfig: z.object({ s3OutputDataConfig: z.object({ s3Uri }) }),
  timeoutDurationInHours: z.int().min(24).max(168).default(24),
  modelInvocationType: z.enum(['InvokeModel', 'Converse']).default('InvokeModel'),
  tags,
});

const customization = z.object({
  jobName: name,
  customModelName: name,
  roleArn,
  clientRequestToken: token,
  baseModelIdentifier: z.string().min(1).max(2_048),
  customizationType: z
    .enum(['FINE_TUNING', 'CONTINUED_PRE_TRAINING', 'DISTILLATION'])
    .default('FINE_TUNING'),
  trainingDataConfig: z.object({ s3Uri }),
  outputDataConfig: z.object({ s3Uri }),
  hyperParameters: z.record(z.string(), z.string()).default({}),
  jobTags: tags,
});

/** Reads CreateModelInvocationJob. Throws a fault that names what is wrong. */
export function readInvocation(body: Json, region: string, nowMs: number): InvocationJob {
  const asked = read(invocation, body);
  if (factsOf(asked.modelId) === undefined) {
    throw invalid('The provided model identifier is invalid.');
  }
  return {
    jobArn: arnOf('model-invocation-job', region),
    jobName: asked.jobName,
    modelId: asked.modelId,
    roleArn: asked.roleArn,
    ...(asked.clientRequestToken ? { clientRequestToken: asked.clientRequestToken } : {}),
    invocationType: asked.modelInvocationType,
    region,
    inputUri: asked.inputDataConfig.s3InputDataConfig.s3Uri,
    outputUri: asked.outputDataConfig.s3OutputDataConfig.s3Uri,
    timeoutHours: asked.timeoutDurationInHours,
    submittedAtMs: nowMs,
  };
}

/** Reads CreateModelCustomizationJob. Throws a fault that names what is wrong. */
export function readCustomization(body: Json, region: string, nowMs: number): CustomizationJob {
  const asked = read(customization, body);
  if (factsOf(asked.baseModelIdentifier) === undefined) {
    throw invalid('The provided model identifier is invalid.');
  }
  const { epochCount = '1' } = asked.hyperParameters;
  if (!/^[1-9][0-9]?$/.test(epochCount)) throw invalid('epochCount must be from 1 to 99.');
  const base = baseModelId(asked.baseModelIdentifier);
  return {
    jobArn: arnOf('model-customization-job', region, `${base}/`),
    jobName: asked.jobName,
    modelName: asked.customModelName,
    baseModel: asked.baseModelIdentifier,
    roleArn: asked.roleArn,
    ...(asked.clientRequestToken ? { clientRequestToken: asked.clientRequestToken } : {}),
    customizationType: asked.customizationType,
    hyperParameters: asked.hyperParameters,
    trainingUri: asked.trainingDataConfig.s3Uri,
    outputUri: asked.outputDataConfig.s3Uri,
    submittedAtMs: nowMs,
  };
}

const arnOf = (kind: string, region: string, path = ''): string =>
  `arn:aws:bedrock:${region}:${accountId}:${kind}/${path}${randomBytes(6).toString('hex')}`;

function read<Schema extends z.ZodType>(schema: Schema, body: Json): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    ({ path, message }) => `${path.map(String).join('.')}: ${message}`,
  );
  throw invalid(`${faults.length} validation error detected: ${faults.join('; ')}`);
}
