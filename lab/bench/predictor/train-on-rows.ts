import { type SampleRow, sampleTrace } from '../../traces/sample-trace.ts';
import { fitOutputModel, type Sample } from '../../../domain/prediction/fit-output-model.ts';

const SEED = 2;

/** A row of a sample trace as the training sees it; a user's requests make up one session. */
export const trainingSample = (row: SampleRow): Sample => ({
  inputTokens: row.inputTokens,
  outputTokens: row.outputTokens,
  model: row.model,
  system: row.system,
  operation: row.operation,
  session: row.userId,
  atMs: row.atMs,
});

// Run with a number of rows, it prints how long they trained and the peak memory of the process.
if (import.meta.main) {
  const samples = sampleTrace(Number(process.argv[2]), SEED).map(trainingSample);
  const startedMs = performance.now();
  if (!fitOutputModel(samples, { version: 'bench', nowMs: Date.now() })) {
    throw new Error(`${samples.length} rows are too few to train on`);
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  const peakMiB = process.resourceUsage().maxRSS / 1_024;
  console.log(JSON.stringify({ seconds, peakMiB }));
}
