import { writeFile } from 'node:fs/promises';
import { resultRow, verdictOf } from './figures/finding.ts';
import { UnreadableDataError } from './data-folder.ts';
import { sayUnmeasured } from './evaluation-part.ts';
import { EVALUATION_PARTS } from './evaluation-parts.ts';
import { createTraceRuns } from './trace-runs.ts';
import { CommandError, commandLine, runCommand, UsageError } from '../../bin/tools/command-line.ts';
import { htmlReport } from './page/html-report.ts';
import { openDataFolder } from './page/open-data-folder.ts';
import { type EvaluatedPart, resultsText } from './page/results-table.ts';
import { startProgress } from '../../bin/tools/progress.ts';

/** Several parts may share the ID of the figures that they belong to. */
const PART_IDS = [...new Set(EVALUATION_PARTS.map(({ id }) => id))];

const HELP = `npm run evaluate -- <folder> [options]

Measures how accurate Purser is on the traces of a folder, beside simple
baselines on the same requests. Requests come in order of time: the first 70 %
only teach, the others are tested, and an outcome is learned after its request
was served. Percentages are 0 to 100.

<folder> holds some of: requests_*.csv, mooncake_*.jsonl, outlen_*.jsonl,
servegen_client_hours.csv, router_labels*.jsonl, daily_series*.csv,
anomaly_series*.csv with anomaly_windows*.json, plain or gzip; what is not there
is said. Which public sources they come from: docs/evaluation.md.

  --train FOLDER   its files teach, and those of <folder> are tested whole
  --only E1,E2     these parts only (${PART_IDS.join(',')})
  --dataset NAME   this data set only: a file's name without requests_ and
                   ending, such as azure2023_conv
  --prices WHICH   default: 3 and 15 USD per million tokens for every request,
                   so that traces compare; own: the list price of its model
                   where Purser knows it (default)
  --json FILE      writes the results for machines
  --html FILE      writes a report with charts, in one file that needs no other

Exit code: 0 however good the figures are, 1 when nothing could be measured.`;

await runCommand(HELP, async (args) => {
  const { values, positionals } = commandLine(args, {
    train: { type: 'string' },
    only: { type: 'string' },
    dataset: { type: 'string' },
    prices: { type: 'string', default: 'default' },
    json: { type: 'string' },
    html: { type: 'string' },
  });
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new UsageError('Name one folder.');
  const pricing = values.prices;
  if (pricing !== 'default' && pricing !== 'own') {
    throw new UsageError(`--prices takes default or own, not "${pricing}"`);
  }
  const parts = partsOf(values.only);
  const folder = await openDataFolder(path);
  const train = values.train === undefined ? undefined : await openDataFolder(values.train);
  const { dataset } = values;
  const { onProgress, stop } = progressByStep();
  const context = {
    folder,
    train,
    traces: createTraceRuns({ folder, train, pricing, onProgress }),
    isWanted: (name: string) => dataset === undefined || name === dataset,
    onProgress,
  };

  const evaluated: EvaluatedPart[] = [];
  for (const part of parts) {
    const outcome = sayUnmeasured(await part.evaluate(context).catch(asCommandError).finally(stop));
    evaluated.push({ part, outcome });
    console.log(resultsText({ part, outcome }));
  }
  const findings = evaluated.flatMap(({ outcome }) => outcome.findings);
  const verdicts = findings.map(verdictOf);
  const count = (verdict: string): number => verdicts.filter((item) => item === verdict).length;
  console.log(`\n${count('met')} targets met, ${count('NOT MET')} not met.`);
  if (values.json !== undefined) {
    const results = findings.map(resultRow);
    await writeFile(values.json, `${JSON.stringify({ results }, null, 2)}\n`);
  }
  if (values.html !== undefined) {
    const facts = [
      `Data: ${path}${train ? `, trained on ${train.path}` : ''}`,
      pricing === 'own'
        ? 'Prices: list prices of the models'
        : 'Prices: 3 and 15 USD per million tokens of input and output',
      'Every request was predicted before its outcome, or any later one, was known.',
    ];
    await writeFile(values.html, htmlReport(evaluated, facts));
  }
  if (findings.length > 0) return 0;
  console.error(`Nothing could be measured: no such data in ${path}`);
  return 1;
});

function asCommandError(error: unknown): never {
  throw error instanceof UnreadableDataError ? new CommandError(error.message) : error;
}

function partsOf(only: string | undefined) {
  if (only === undefined) return EVALUATION_PARTS;
  return only.split(',').flatMap((id) => {
    const parts = EVALUATION_PARTS.filter((item) => item.id === id);
    if (parts.length > 0) return parts;
    throw new UsageError(`--only takes ${PART_IDS.join(', ')}, not "${id}"`);
  });
}

/** Shows one bar per step, starting with the step's first progress. */
function progressByStep() {
  let current: { what: string; stop: () => void; update: (done: number) => void } | undefined;
  const stop = (): void => {
    current?.stop();
    current = undefined;
  };
  const onProgress = (what: string, done: number, total: number): void => {
    if (current?.what !== what) {
      stop();
      const bar = startProgress(what, total);
      current = { what, stop: bar.stop, update: (count) => bar.update(count, '') };
    }
    current.update(done);
  };
  return { onProgress, stop };
}
