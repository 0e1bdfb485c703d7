import { jobRequest } from '../../contracts/job-message.ts';
import { recordLine } from '../../domain/batches/batch-file.ts';
import type { BatchTerms } from '../../domain/batches/batch-plan.ts';
import type { EndCause } from '../../domain/jobs/job.ts';
import type { StoredJob } from '../../tables/jobs/jobs.ts';
import { holdBatchRecord } from '../gateway/batch-record.ts';
import { releaseCall } from '../gateway/close-call.ts';
import { shortenedCall } from '../gateway/shorten-call.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { callOfSubmitter } from './check-submitter.ts';
import { endJob, queueAgain } from './end-job.ts';
import { gatewayRequestOf } from './job-call.ts';
import { requestFileOf } from './job-files.ts';
import { fail, failureIn, type RunDeps } from './run-job.ts';
import type { Batches } from './batches.ts';
import { inTurn, turnOf } from './turn.ts';

export type CollectDeps = RunDeps & {
  batches: Batches;
  batchTerms: BatchTerms;
  /** Where batches run. */
  region: string;
};

const AT_ONCE = 16;

/** The records of a batch while its file is written. */
export type Records = {
  lines: () => AsyncGenerator<string>;
  /** Jobs whose records were written. */
  jobs: StoredJob[];
  /** The model of all records, as Bedrock names it. */
  upstreamModel: string | undefined;
};

/** Holds the money of jobs, a few at a time, and writes a line for each that got it. */
export function recordsOf(deps: CollectDeps, jobs: readonly StoredJob[]): Records {
  const records: Records = {
    jobs: [],
    upstreamModel: undefined,
    async *lines() {
      for (let from = 0; from < jobs.length; from += AT_ONCE) {
        const group = jobs.slice(from, from + AT_ONCE);
        const lines = await mapConcurrently(group, AT_ONCE, (job) => hold(deps, job, records));
        for (const line of lines) if (line !== undefined) yield line;
      }
    },
  };
  return records;
}

/** @returns the job's line, or `undefined` if it is in no batch any more */
async function hold(
  deps: CollectDeps,
  job: StoredJob,
  records: Records,
): Promise<string | undefined> {
  const nowMs = deps.now();
  const endAs = async (
    state: 'cancelled' | 'failed',
    why: { cause: EndCause; reason?: string },
  ): Promise<undefined> => {
    await inTurn(deps, turnOf(job), (current) => endJob(deps, current, state, { nowMs, ...why }));
    return undefined;
  };
  if (job.cancelledAtMs !== undefined) return endAs('cancelled', { cause: 'cancelled' });
  const allowed = await callOfSubmitter(deps, job, nowMs);
  if ('refusal' in allowed) {
    return endAs('cancelled', { cause: 'not-allowed', reason: allowed.refusal });
  }
  const text = await deps.reader.get(requestFileOf(job));
  const asked = text === undefined ? undefined : jobRequest.parse(JSON.parse(text));
  if (asked?.kind !== 'call') {
    return endAs('failed', { cause: 'request-gone', reason: 'Its request is gone.' });
  }
  try {
    const asSent = gatewayRequestOf(job, allowed.call, asked);
    const { request } = await shortenedCall(deps, asSent);
    const { entry, upstreamModel, body } = await holdBatchRecord(deps, request, deps.region);
    records.upstreamModel ??= upstreamModel;
    const isOther = upstreamModel !== records.upstreamModel;
    const marked = isOther
      ? undefined
      : await inTurn(deps, turnOf(job), (current) =>
          deps.jobs.replace(current, { ...current, reservationId: entry.entryId }),
        );
    if (marked) {
      records.jobs.push(marked);
      return recordLine(job.jobId, body);
    }
    await releaseCall(deps, entry);
    if (isOther) await runAlone(deps, job);
    return undefined;
  } catch (error) {
    const failure = failureIn(error);
    if (!failure) throw error;
    // What cannot be in a batch may still be served alone.
    if (failure.kind === 'refused') await runAlone(deps, job);
    else await fail(deps, job, failure);
    return undefined;
  }
}

const runAlone = (deps: CollectDeps, job: StoredJob) =>
  inTurn(deps, turnOf(job), (current) =>
    queueAgain(deps, current, { isAlone: true, runAfterMs: deps.now() }),
  );
