import type { Finding } from './figures/finding.ts';
import { type DataFolder, datasetOf } from './data-folder.ts';
import type { SeedSet } from './advice/advice-trial.ts';
import type { TraceRuns } from './trace-runs.ts';

/** What a part may read. */
export type EvaluationContext = {
  folder: DataFolder;
  train?: DataFolder | undefined;
  traces: TraceRuns;
  /** Which generated organizations to judge advice on. */
  seeds: SeedSet;
  onProgress: (what: string, done: number, total: number) => void;
};

/** Lines on common axes; an axis without a bound ends with the data. */
export type Chart = {
  title: string;
  note: string;
  xLabel: string;
  yLabel: string;
  xFrom?: number;
  xTo?: number;
  yFrom?: number;
  yTo?: number;
  xScale?: 'logarithmic';
  series: { name: string; points: readonly (readonly [x: number, y: number])[] }[];
  /** The line of perfect calibration, or where something begins. */
  reference?: { name: string } & ({ x: number } | { diagonal: true });
};

export type PartOutcome = {
  findings: Finding[];
  /** How each data set was split, by name. */
  notes: Map<string, string>;
  charts: (Chart & { dataset: string })[];
  /** More lines of text for a data set, within 80 columns. */
  details: Map<string, string[]>;
  /** What could not be measured, and which file is missing. */
  missing: string[];
  /** What went wrong, by data set. */
  failures: string[];
};

/** Files that a part misses, each with the name of the data set that it would hold. */
export type Missing = { dataset: string; text: string };

/** One part of the evaluation, listed in `evaluation-parts.ts`. */
export type EvaluationPart = {
  /** `E1` and so on. */
  id: string;
  title: string;
  /** It generates what it measures. */
  needsNoFolder?: true;
  /** Explains the baselines' columns to readers of the table. */
  legend: string;
  /** The data sets that it measures in a folder with these files, each apart from the others. */
  plan: (files: readonly string[]) => { datasets: string[]; missing: Missing[] };
  measure: (dataset: string, context: EvaluationContext) => Promise<PartOutcome>;
};

/** A plan of one data set for each file of a kind. `example`: the name of such a data set. */
export function planOf(
  files: readonly string[],
  kind: { id: string; matches: (file: string) => boolean; example: string; ending?: string },
): ReturnType<EvaluationPart['plan']> {
  const { id, matches, example, ending = 'csv' } = kind;
  const datasets = files.filter(matches).map(datasetOf);
  const text = `${id}: no file such as ${example}.${ending}.gz`;
  return { datasets, missing: datasets.length > 0 ? [] : [{ dataset: example, text }] };
}

export const emptyOutcome = (): PartOutcome => ({
  findings: [],
  notes: new Map(),
  charts: [],
  details: new Map(),
  missing: [],
  failures: [],
});

/** One outcome of all, in their order. */
export const joined = (outcomes: readonly PartOutcome[]): PartOutcome => ({
  findings: outcomes.flatMap(({ findings }) => findings),
  notes: new Map(outcomes.flatMap(({ notes }) => [...notes])),
  charts: outcomes.flatMap(({ charts }) => charts),
  details: new Map(outcomes.flatMap(({ details }) => [...details])),
  missing: outcomes.flatMap(({ missing }) => missing),
  failures: outcomes.flatMap(({ failures }) => failures),
});

/** The outcome, with figures of too few rows reported as missing. */
export function sayUnmeasured(outcome: PartOutcome): PartOutcome {
  const isMeasured = ({ value }: Finding): boolean => Number.isFinite(value);
  const unmeasured = outcome.findings.filter((finding) => !isMeasured(finding));
  return {
    ...outcome,
    findings: outcome.findings.filter(isMeasured),
    missing: [
      ...outcome.missing,
      ...unmeasured.map(
        ({ id, dataset, metric }) => `${id}: ${dataset} has too few rows for ${metric}`,
      ),
    ],
  };
}
