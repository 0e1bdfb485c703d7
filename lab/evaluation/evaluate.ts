import { writeFile } from 'node:fs/promises';
import { resultRow, verdictOf } from './figures/finding.ts';
import { isSeedSet } from './advice/advice-trial.ts';
import { checkFiles } from './check-files.ts';
import { evaluateInThreads } from './evaluate-in-threads.ts';
import { emptyOutcome, type EvaluationPart, joined, type PartOutcome } from './evaluation-part.ts';
import { EVALUATION_PARTS } from './evaluation-parts.ts';
import type { Assignment, EvaluationFacts } from './evaluation-thread.ts';
import { CommandError, commandLine, runCommand, UsageError } from '../../bin/tools/command-line.ts';
import { htmlReport } from './page/html-report.ts';
import { openDataFolder } from './page/open-data-folder.ts';
import { type EvaluatedPart, resultsText } from './page/results-table.ts';
import { startProgress } from '../../bin/tools/progress.ts';

/** Several parts may share the ID of the figures that they belong to. */
const PART_IDS = [...new Set(EVALUATION_PARTS.map(({ id }) => id))];

const HELP = `npm run evaluate -- [folder] [options]

Measures how accurate Purser is on the traces of a folder, beside simple
baselines on the same requests. Requests come in order of time: the first 70 %
only teach, the others are tested, and an outcome is learned after its request
was served. Percentages are 0 to 100.

The folder holds some of: requests_*.csv, mooncake_*.jsonl, outlen_*.jsonl,
servegen_client_hours.csv, router_labels*.jsonl, daily_series*.csv,
anomaly_series*.csv with anomaly_windows*.json, plain or gzip; what is not there
is said. Which public sources they come from: docs/evaluation.md.

--only advice needs no folder: it generates organizations with planted waste,
and judges whether advice finds it. --only spenders generates organizations with
a new spender, and others without. Both are measured only if they are asked for.

  --train FOLDER   its files teach, and those of <folder> are tested whole
  --only E1,E2     these parts only (${PART_IDS.join(',')})
  --dataset NAME   this data set only: a file's name without requests_ and
                   ending, such as azure2023_conv
  --prices WHICH   default: 3 and 15 USD per million tokens for every request,
                   so that traces compare; own: the list price of its model
                   where Purser knows it (default)
  --seeds WHICH    judged: the generated organizations to judge on
                   (default); building: others, to choose constants on
  --json FILE      writes the results for machines
  --html FILE      writes a report with charts, in one file that needs no other

All files are checked first. One that cannot be read is said at once and left
out; what fails later is said in its part. The other figures stand.

Exit code: 0 however good the figures are, 1 when something failed or nothing
could be measured.`;

/** For parts that generate what they measure. */
const NO_FOLDER = { path: '.', files: [], problems: [] };

/** So that a line of progress fits 80 columns. */
const NOTE_LENGTH = 54;

await runCommand(HELP, async (args) => {
  const { values, positionals } = commandLine(args, {
    train: { type: 'string' },
    only: { type: 'string' },
    dataset: { type: 'string' },
    prices: { type: 'string', default: 'default' },
    seeds: { type: 'string', default: 'judged' },
    json: { type: 'string' },
    html: { type: 'string' },
  });
  const [path, ...more] = positionals;
  const parts = partsOf(values.only);
  const isFolderNeeded = parts.some(({ needsNoFolder }) => !needsNoFolder);
  if (more.length > 0 || (path === undefined && isFolderNeeded)) {
    throw new UsageError('Name one folder.');
  }
  const pricing = values.prices;
  if (pricing !== 'default' && pricing !== 'own') {
    throw new UsageError(`--prices takes default or own, not "${pricing}"`);
  }
  const { seeds, dataset: only, train: trainPath } = values;
  if (!isSeedSet(seeds)) {
    throw new UsageError(`--seeds takes judged or building, not "${seeds}"`);
  }
  const folder = path === undefined ? NO_FOLDER : await checkedFolder(path);
  const train = trainPath === undefined ? undefined : await checkedFolder(trainPath);
  if (train && train.problems.length > 0) {
    throw new CommandError('Nothing was measured, because these files were to teach.');
  }

  const plans = parts.map((part) => planFor(part, folder.files, only));
  const evaluated = await measureAll(plans, {
    folder: { path: folder.path, files: folder.files },
    train: train && { path: train.path, files: train.files },
    pricing,
    seeds,
  });
  const findings = evaluated.flatMap(({ outcome }) => outcome.findings);
  const failures = evaluated.flatMap(({ outcome }) => outcome.failures);
  const verdicts = findings.map(verdictOf);
  const count = (verdict: string): number => verdicts.filter((item) => item === verdict).length;
  console.log(`\n${count('met')} targets met, ${count('NOT MET')} not met.`);
  if (values.json !== undefined) {
    const results = findings.map(resultRow);
    await writeFile(values.json, `${JSON.stringify({ results }, null, 2)}\n`);
  }
  if (values.html !== undefined) {
    const facts =
      path === undefined
        ? [`Data: generated, ${seeds} seeds`]
        : [
            `Data: ${path}${train ? `, trained on ${train.path}` : ''}`,
            pricing === 'own'
              ? 'Prices: list prices of the models'
              : 'Prices: 3 and 15 USD per million tokens of input and output',
            'Every request was predicted before its outcome, or any later one, was known.',
          ];
    await writeFile(values.html, htmlReport(evaluated, facts));
  }
  if (findings.length === 0) {
    const place = path === undefined ? '' : ` in ${path}`;
    console.error(`Nothing could be measured: no such data${place}`);
  }
  const failureCount = folder.problems.length + failures.length;
  if (failureCount > 0) console.error(`${failureCount} failed; the other figures stand.`);
  return findings.length === 0 || failureCount > 0 ? 1 : 0;
});

/** Opens a folder, and says at once which of its files cannot be measured; leaves these out. */
async function checkedFolder(path: string) {
  const folder = await openDataFolder(path);
  const problems = await checkFiles(folder);
  for (const { problem } of problems) console.error(`Left out: ${problem}`);
  const files = folder.files.filter((file) => !problems.some((problem) => problem.file === file));
  return { ...folder, files, problems };
}

type PartPlan = { part: EvaluationPart; datasets: string[]; missing: string[] };

/** What a part measures of a folder, or of one data set and the changes of workload to it. */
function planFor(
  part: EvaluationPart,
  files: readonly string[],
  only: string | undefined,
): PartPlan {
  const isWanted = (dataset: string): boolean =>
    only === undefined || dataset === only || dataset.endsWith(`->${only}`);
  const { datasets, missing } = part.plan(files);
  return {
    part,
    datasets: datasets.filter(isWanted),
    missing: missing.filter(({ dataset }) => isWanted(dataset)).map(({ text }) => text),
  };
}

/** Measures all parts, and prints each, in order, as soon as its data sets are done. */
async function measureAll(
  plans: readonly PartPlan[],
  facts: EvaluationFacts,
): Promise<EvaluatedPart[]> {
  const outcomes = new Map<string, PartOutcome>();
  const evaluated: EvaluatedPart[] = [];
  const total = plans.reduce((sum, { datasets }) => sum + datasets.length, 0);
  let bar = startProgress('evaluation', total);
  const printEnded = (): void => {
    for (const plan of plans.slice(evaluated.length)) {
      const ended = outcomeOf(plan, outcomes);
      if (!ended) return;
      evaluated.push(ended);
      bar.stop();
      console.log(resultsText(ended));
      bar = startProgress('evaluation', total);
    }
  };
  printEnded();
  await evaluateInThreads(assignmentsOf(plans), facts, {
    onPart(index, dataset, outcome) {
      outcomes.set(`${index} ${dataset}`, outcome);
      printEnded();
    },
    onProgress: (texts) => bar.update(outcomes.size, texts.join('; ').slice(0, NOTE_LENGTH)),
  });
  bar.stop();
  return evaluated;
}

/** All parts of each data set, because they share the runs through it. */
function assignmentsOf(plans: readonly PartPlan[]): Assignment[] {
  const parts = new Map<string, number[]>();
  for (const { part, datasets } of plans) {
    for (const dataset of datasets) {
      parts.set(dataset, [...(parts.get(dataset) ?? []), EVALUATION_PARTS.indexOf(part)]);
    }
  }
  return [...parts].map(([dataset, indexes]) => ({ dataset, parts: indexes }));
}

/** What a part found in all its data sets; `undefined` until the last one is done. */
function outcomeOf(
  { part, datasets, missing }: PartPlan,
  outcomes: ReadonlyMap<string, PartOutcome>,
): EvaluatedPart | undefined {
  const index = EVALUATION_PARTS.indexOf(part);
  const ended = datasets.map((dataset) => outcomes.get(`${index} ${dataset}`));
  return ended.every((outcome) => outcome !== undefined)
    ? { part, outcome: joined([...ended, { ...emptyOutcome(), missing }]) }
    : undefined;
}

function partsOf(only: string | undefined) {
  if (only === undefined) return EVALUATION_PARTS.filter(({ needsNoFolder }) => !needsNoFolder);
  return only.split(',').flatMap((id) => {
    const parts = EVALUATION_PARTS.filter((item) => item.id === id);
    if (parts.length > 0) return parts;
    throw new UsageError(`--only takes ${PART_IDS.join(', ')}, not "${id}"`);
  });
}
