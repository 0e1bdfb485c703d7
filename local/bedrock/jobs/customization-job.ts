import { isObject, parseJson } from '../json.ts';
import type { JobRules } from '../rules.ts';
import { countTokens } from '../tokens.ts';
import { type JobObjects, readObjects, writeObject } from './job-place.ts';

/** A training job as somebody created it, and how it ended. */
export type CustomizationJob = {
  jobArn: string;
  jobName: string;
  modelName: string;
  baseModel: string;
  roleArn: string;
  clientRequestToken?: string;
  customizationType: string;
  hyperParameters: Record<string, string>;
  trainingUri: string;
  outputUri: string;
  submittedAtMs: number;
  stopRequestedAtMs?: number;
  end?: { status: string; atMs: number; message?: string };
};

export type TrainingStanding = { status: string; message?: string };

const MOST_RECORDS = 20_000;
const STEPS = 20;

/** Looks at a training job: says how far it is, or writes its metrics, if it has ended by now. */
export function lookAtTraining(
  job: CustomizationJob,
  nowMs: number,
  { rules, objects }: { rules: JobRules; objects: JobObjects },
): TrainingStanding {
  if (job.end !== undefined) return job.end;
  const texts = readObjects(objects, job.trainingUri);
  const rows = texts.flatMap(({ text }) => text.split('\n').filter((row) => row.trim() !== ''));
  const epochs = Number(job.hyperParameters['epochCount'] ?? '1');
  const tokens = rows.reduce((sum, row) => sum + countTokens(row), 0) * epochs;
  const startsAtMs = job.submittedAtMs + rules.waitMs;
  const refusal = refusalOf(job, rows) ?? rules.failure;
  if (refusal !== undefined && startsAtMs <= nowMs) {
    job.end = { status: 'Failed', atMs: startsAtMs, message: refusal };
    return job.end;
  }
  const finishMs = startsAtMs + (tokens / (rules.trainedTokensPerSecond ?? Infinity)) * 1_000;
  const endMs = Math.min(finishMs, job.stopRequestedAtMs ?? Infinity);
  if (nowMs < endMs) return { status: 'InProgress' };
  const part = finishMs === startsAtMs ? 1 : (endMs - startsAtMs) / (finishMs - startsAtMs);
  const isStopped = endMs < finishMs;
  writeMetrics(job, epochs, isStopped ? Math.max(0, part) : 1, objects);
  job.end = { status: isStopped ? 'Stopped' : 'Completed', atMs: endMs };
  return job.end;
}

function refusalOf({ trainingUri }: CustomizationJob, rows: readonly string[]): string | undefined {
  if (rows.length === 0) return `There are no training records at ${trainingUri}.`;
  if (rows.length > MOST_RECORDS) return `There are more than ${MOST_RECORDS} training records.`;
  const wrong = rows.findIndex((row) => !isObject(parseJson(row)));
  return wrong < 0 ? undefined : `Training record ${wrong + 1} is no JSON object.`;
}

/** Writes the loss of each step as Bedrock does, as far as the training went. */
function writeMetrics(
  { outputUri, jobArn }: CustomizationJob,
  epochs: number,
  part: number,
  objects: JobObjects,
): void {
  const steps = Math.round(STEPS * epochs * part);
  const rows = Array.from({ length: steps }, (_, step) =>
    [step, Math.floor(step / STEPS), (2 / (1 + step / 8)).toFixed(4)].join(','),
  );
  const text = ['step_number,epoch_number,training_loss', ...rows, ''].join('\n');
  const folder = `${outputUri.replace(/\/$/, '')}/model-customization-job-${jobArn.slice(-12)}`;
  writeObject(objects, `${folder}/training_artifacts`, 'step_wise_training_metrics.csv', text);
}
