import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../bin/tools/command-line.ts';
import type { SeedSet } from './advice/advice-trial.ts';
import type { DataFolder } from './data-folder.ts';
import { emptyOutcome, type PartOutcome, sayUnmeasured } from './evaluation-part.ts';
import { EVALUATION_PARTS } from './evaluation-parts.ts';
import { openDataFolder } from './page/open-data-folder.ts';
import type { Pricing } from './read-requests.ts';
import { createTraceRuns } from './trace-runs.ts';

/** A folder, without the files that cannot be read. */
export type FolderFacts = Pick<DataFolder, 'path' | 'files'>;

/** What every thread of one evaluation knows. */
export type EvaluationFacts = {
  folder: FolderFacts;
  train: FolderFacts | undefined;
  pricing: Pricing;
  seeds: SeedSet;
};

/** All parts of one data set, which share the runs through its trace. Parts by index. */
export type Assignment = { dataset: string; parts: number[] };

export type Report =
  | { kind: 'progress'; text: string }
  | { kind: 'part'; index: number; outcome: PartOutcome }
  | { kind: 'end' };

const REPORT_EVERY_MS = 250;

// This module only runs as a thread, whose creator wrote the facts and sends assignments.
const facts = workerData as EvaluationFacts;
const report = (message: Report): void => parentPort?.postMessage(message, []);
const opened = async ({ path, files }: FolderFacts): Promise<DataFolder> => ({
  ...(await openDataFolder(path)),
  files,
});

parentPort?.on('message', (assignment: Assignment) => void measure(assignment));

async function measure({ dataset, parts }: Assignment): Promise<void> {
  let shownMs = -Infinity;
  const onProgress = (what: string, done: number, total: number): void => {
    if (performance.now() - shownMs < REPORT_EVERY_MS) return;
    shownMs = performance.now();
    report({ kind: 'progress', text: `${what} ${Math.floor((100 * done) / total)} %` });
  };
  const folder = await opened(facts.folder);
  const train = facts.train && (await opened(facts.train));
  const traces = createTraceRuns({ folder, train, pricing: facts.pricing, onProgress });
  const context = { folder, train, traces, seeds: facts.seeds, onProgress };
  for (const index of parts) {
    const part = EVALUATION_PARTS[index];
    if (!part) continue;
    const outcome = await part
      .measure(dataset, context)
      .then(sayUnmeasured)
      .catch((error: unknown) => failed(`${part.id}: ${dataset}: ${messageOf(error)}`));
    report({ kind: 'part', index, outcome });
  }
  report({ kind: 'end' });
}

const failed = (text: string): PartOutcome => ({ ...emptyOutcome(), failures: [text] });
