import { type SampleRow, sampleTrace } from '../../traces/sample-trace.ts';
import { fitOutputModel, type Sample } from '../../../domain/prediction/fit-output-model.ts';

const SEED = 2;

/** Converts a sample trace row for training. A user's requests form one session. */
export const trainingSample = (row: SampleRow): Sample => ({
  inputTokens: row.inputTokens,
  outputTokens: row.outputTokens,
  model: row.model,
  system: row.system,
  operation: row.operation,
  session: row.userId,
  atMs: row.atMs,
});

// When run with a number of rows, prints the training time and the process's peak memory.
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
