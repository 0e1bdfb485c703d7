import { type AssignedRequest, assignRequest, TRACE_SYSTEMS } from '../traces/assign-request.ts';
import { sampleTrace } from '../traces/sample-trace.ts';
import type { TraceRecord } from '../traces/trace-record.ts';
import { CommandError } from '../../bin/tools/command-line.ts';
import { openTrace } from '../traces/trace-file.ts';

const MOST_ROWS = 20_000;
const SAMPLE_ROWS = 2_000;
const SEED = 1;

/** One request of the load and its number of output tokens. */
export type LoadRow = { request: Omit<AssignedRequest, 'modelFrom'>; outputTokens: number };

/** Requests of a trace file, or of a generated sample; at most 20 000, shared by the users. */
export async function loadRows(
  path: string | undefined,
  pricedModels: readonly string[],
): Promise<LoadRow[]> {
  const records = path === undefined ? sampleTrace(SAMPLE_ROWS, SEED) : await recordsOf(path);
  if (records.length === 0) throw new CommandError(`${path ?? 'the sample'} holds no usable row`);
  return records.map((record, index) => {
    const { modelFrom: _, ...request } = assignRequest(record, index + 1, {
      seed: SEED,
      systems: TRACE_SYSTEMS,
      pricedModels,
    });
    return { request, outputTokens: record.outputTokens };
  });
}

async function recordsOf(path: string): Promise<TraceRecord[]> {
  const records: TraceRecord[] = [];
  for await (const { row } of (await openTrace(path)).rows()) {
    if (row.ok) records.push(row.record);
    if (records.length === MOST_ROWS) break;
  }
  return records;
}
