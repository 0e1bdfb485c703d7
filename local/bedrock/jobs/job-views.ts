import type { CustomizationJob, TrainingStanding } from './customization-job.ts';
import { expiryOf, type InvocationJob, type Standing } from './invocation-job.ts';

const isoOf = (ms: number): string => new Date(ms).toISOString();

/** A batch job as GetModelInvocationJob tells it. */
export const invocationView = (job: InvocationJob, standing: Standing): object => ({
  jobArn: job.jobArn,
  jobName: job.jobName,
  modelId: job.modelId,
  roleArn: job.roleArn,
  clientRequestToken: job.clientRequestToken,
  status: standing.status,
  message: job.end?.message,
  submitTime: isoOf(job.submittedAtMs),
  lastModifiedTime: isoOf(job.end?.atMs ?? job.submittedAtMs),
  endTime: job.end === undefined ? undefined : isoOf(job.end.atMs),
  inputDataConfig: { s3InputDataConfig: { s3Uri: job.inputUri, s3InputFormat: 'JSONL' } },
  outputDataConfig: { s3OutputDataConfig: { s3Uri: job.outputUri } },
  timeoutDurationInHours: job.timeoutHours,
  jobExpirationTime: isoOf(expiryOf(job)),
  modelInvocationType: job.invocationType,
  ...standing.counts,
});

/** A training job as GetModelCustomizationJob tells it. */
export const customizationView = (job: CustomizationJob, standing: TrainingStanding): object => ({
  jobArn: job.jobArn,
  jobName: job.jobName,
  outputModelName: job.modelName,
  outputModelArn:
    standing.status === 'Completed'
      ? job.jobArn.replace('model-customization-job', 'custom-model')
      : undefined,
  clientRequestToken: job.clientRequestToken,
  roleArn: job.roleArn,
  status: standing.status,
  failureMessage: standing.message,
  creationTime: isoOf(job.submittedAtMs),
  lastModifiedTime: isoOf(job.end?.atMs ?? job.submittedAtMs),
  endTime: job.end === undefined ? undefined : isoOf(job.end.atMs),
  baseModelArn: `${job.jobArn.split(':').slice(0, 4).join(':')}::foundation-model/${job.baseModel}`,
  customizationType: job.customizationType,
  hyperParameters: job.hyperParameters,
  trainingDataConfig: { s3Uri: job.trainingUri },
  outputDataConfig: { s3Uri: job.outputUri },
});
