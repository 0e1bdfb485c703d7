import { type AssignmentOptions, assignRequest } from '../traces/assign-request.ts';
import type { SkipReason } from '../traces/trace-record.ts';
import type { ReplayRow } from './replay-trace.ts';
import type { TraceFile } from '../traces/trace-file.ts';

/** The contents of a trace, up to the limit. */
export type TraceSurvey = {
  rows: number;
  skipped: Map<SkipReason, number>;
  /** Rows whose model has no price and was replaced by the default. */
  modelsReplaced: number;
};

/** Reads a trace once to report how much work there is and what cannot be sent. */
export async function surveyTrace(trace: TraceFile, limit: number): Promise<TraceSurvey> {
  const survey: TraceSurvey = { rows: 0, skipped: new Map(), modelsReplaced: 0 };
  for await (const { row } of trace.rows()) {
    if (row.ok) survey.rows += 1;
    else survey.skipped.set(row.reason, (survey.skipped.get(row.reason) ?? 0) + 1);
    if (survey.rows === limit) break;
  }
  return survey;
}

/**
 * Converts a trace's rows to requests of the systems. Counts models without a price in the survey.
 */
export async function* rowsToSend(
  trace: TraceFile,
  options: AssignmentOptions & { limit: number },
  survey: TraceSurvey,
): AsyncGenerator<ReplayRow> {
  let firstAtMs: number | undefined;
  let sent = 0;
  for await (const { rowNumber, row } of trace.rows()) {
    if (!row.ok) continue;
    const { record } = row;
    firstAtMs ??= record.atMs;
    const request = assignRequest(record, rowNumber, options);
    if (request.modelFrom === 'default' && record.model !== undefined) survey.modelsReplaced += 1;
    yield {
      rowNumber,
      dueMs: (record.atMs ?? 0) - (firstAtMs ?? 0),
      request,
      outputTokens: record.outputTokens,
    };
    sent += 1;
    if (sent === options.limit) return;
  }
}
