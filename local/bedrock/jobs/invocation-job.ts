import { BedrockFault } from '../fault.ts';
import { isObject, type Json, parseJson, textOf } from '../json.ts';
import type { JobRules } from '../rules.ts';
import { type JobObjects, readObjects, writeObject } from './job-place.ts';

/** What a model is asked in a batch. */
export type BatchRecord = {
  api: 'converse' | 'invoke';
  model: string;
  region: string;
  body: Json;
};

/** A batch job as somebody created it, and how it ended. */
export type InvocationJob = {
  jobArn: string;
  jobName: string;
  modelId: string;
  roleArn: string;
  clientRequestToken?: string;
  invocationType: 'Converse' | 'InvokeModel';
  region: string;
  inputUri: string;
  outputUri: string;
  timeoutHours: number;
  submittedAtMs: number;
  stopRequestedAtMs?: number;
  end?: { status: string; atMs: number; message?: string; counts?: Counts };
};

export type Counts = {
  totalRecordCount: number;
  processedRecordCount: number;
  successRecordCount: number;
  errorRecordCount: number;
};

type Work = {
  rules: JobRules;
  objects: JobObjects;
  answer: (record: BatchRecord) => object;
};

type Line = { file: string; recordId: string; modelInput: Json };

const HOUR_MS = 3_600_000;

/** When a job stops waiting for its end. */
export const expiryOf = ({ submittedAtMs, timeoutHours }: InvocationJob): number =>
  submittedAtMs + timeoutHours * HOUR_MS;

/** How far a job is, as long as it has not ended. */
export type Standing = { status: string; counts?: Counts };

/**
 * Looks at a job: says how far it is, or does its work and writes what came of it, if it has ended by
 * now.
 */
export function lookAt(job: InvocationJob, nowMs: number, work: Work): Standing {
  if (job.end !== undefined) return job.end;
  const { rules, objects } = work;
  const startsAtMs = job.submittedAtMs + rules.waitMs;
  const { stopRequestedAtMs = Infinity } = job;
  const limitMs = Math.min(expiryOf(job), stopRequestedAtMs);
  if (limitMs < startsAtMs && limitMs <= nowMs) {
    job.end = { status: stopRequestedAtMs <= limitMs ? 'Stopped' : 'Expired', atMs: limitMs };
    return job.end;
  }
  if (nowMs < startsAtMs) {
    return { status: nowMs < (job.submittedAtMs + startsAtMs) / 2 ? 'Validating' : 'Scheduled' };
  }
  const lines = linesOf(job, work);
  const refusal = typeof lines === 'string' ? lines : rules.failure;
  if (refusal !== undefined || typeof lines === 'string') {
    job.end = { status: 'Failed', atMs: startsAtMs, message: refusal ?? '' };
    return job.end;
  }
  const perSecond = rules.recordsPerSecond ?? Infinity;
  const doneBy = (ms: number): number =>
    Math.min(lines.length, Math.floor(((ms - startsAtMs) / 1_000) * perSecond) || 0);
  const finishMs = startsAtMs + (lines.length / perSecond) * 1_000;
  const endMs = Math.min(finishMs, limitMs);
  if (nowMs < endMs) {
    const done = doneBy(nowMs);
    const counts = { totalRecordCount: lines.length, processedRecordCount: done };
    return {
      status: 'InProgress',
      counts: { ...counts, successRecordCount: done, errorRecordCount: 0 },
    };
  }
  const processed = finishMs <= limitMs ? lines.length : doneBy(endMs);
  const counts = writeAnswers(job, lines, processed, { ...work, objects });
  const status = processed === lines.length ? 'Completed' : 'PartiallyCompleted';
  const isStopped = processed < lines.length && stopRequestedAtMs <= endMs;
  job.end = { status: isStopped ? 'Stopped' : status, atMs: endMs, counts };
  return job.end;
}

/** The records of a job's files, or why it fails. */
function linesOf(job: InvocationJob, { rules, objects }: Work): Line[] | string {
  const files = readObjects(objects, job.inputUri).filter(({ name }) => name.endsWith('.jsonl'));
  if (files.length === 0) return `The input location ${job.inputUri} contains no .jsonl file.`;
  const lines: Line[] = [];
  for (const { name, text } of files) {
    const rows = text.split('\n').filter((row) => row.trim() !== '');
    for (const [at, row] of rows.entries()) {
      const json = parseJson(row);
      if (!isObject(json) || !isObject(json['modelInput'])) {
        return `Line ${at + 1} of ${name} is no JSON object with a modelInput.`;
      }
      const recordId = textOf(json['recordId']) || `${name}-${at + 1}`;
      lines.push({ file: name, recordId, modelInput: json['modelInput'] });
    }
  }
  return lines.length < rules.minimumRecords
    ? `Batch job ${job.jobArn} has ${lines.length} records. The minimum is ${rules.minimumRecords}.`
    : lines;
}

/** Answers the first records, and writes one file for each input file and the manifest. */
function writeAnswers(
  job: InvocationJob,
  lines: readonly Line[],
  processed: number,
  { objects, answer }: Work,
): Counts {
  const api = job.invocationType === 'Converse' ? ('converse' as const) : ('invoke' as const);
  const { modelId: model, region, outputUri } = job;
  const outputs = new Map<string, string[]>();
  const tokens = { inputTokenCount: 0, outputTokenCount: 0 };
  let failed = 0;
  for (const { file, recordId, modelInput } of lines.slice(0, processed)) {
    const rows = outputs.get(file) ?? [];
    outputs.set(file, rows);
    try {
      const modelOutput = answer({ api, model, region, body: modelInput });
      addTokens(tokens, modelOutput);
      rows.push(JSON.stringify({ modelInput, modelOutput, recordId }));
    } catch (error) {
      if (!(error instanceof BedrockFault)) throw error;
      failed += 1;
      const told = { errorCode: error.status, errorMessage: error.message };
      rows.push(JSON.stringify({ modelInput, error: told, recordId }));
    }
  }
  const folder = `${outputUri.replace(/\/$/, '')}/${job.jobArn.slice(-12)}/`;
  for (const [file, rows] of outputs) {
    writeObject(objects, folder, `${file}.out`, rows.map((row) => `${row}\n`).join(''));
  }
  const counts = {
    totalRecordCount: lines.length,
    processedRecordCount: processed,
    successRecordCount: processed - failed,
    errorRecordCount: failed,
  };
  writeObject(objects, folder, 'manifest.json.out', JSON.stringify({ ...counts, ...tokens }));
  return counts;
}

/** Adds what an answer says of its usage, in any of the formats. */
function addTokens(
  sums: { inputTokenCount: number; outputTokenCount: number },
  answer: object,
): void {
  const { usage } = answer as { usage?: Record<string, number> };
  sums.inputTokenCount += usage?.['inputTokens'] ?? usage?.['input_tokens'] ?? 0;
  sums.outputTokenCount += usage?.['outputTokens'] ?? usage?.['output_tokens'] ?? 0;
}
