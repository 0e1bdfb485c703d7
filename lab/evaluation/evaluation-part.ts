import type { Finding } from './figures/finding.ts';
import type { DataFolder } from './data-folder.ts';
import type { TraceRuns } from './trace-runs.ts';

/** What a part may read. */
export type EvaluationContext = {
  folder: DataFolder;
  train?: DataFolder | undefined;
  traces: TraceRuns;
  /** Whether a data set was asked for. */
  isWanted: (dataset: string) => boolean;
  onProgress: (what: string, done: number, total: number) => void;
};

/** Lines to draw over common axes; an axis without a bound ends where the points do. */
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
  /** How each data set was split, by its name. */
  notes: Map<string, string>;
  charts: (Chart & { dataset: string })[];
  /** What could not be measured, and which file is missing. */
  missing: string[];
};

/** One part of the evaluation, as `evaluation-parts.ts` lists them. */
export type EvaluationPart = {
  /** `E1` and so on. */
  id: string;
  title: string;
  /** What the columns of its baselines mean, for those who read the table. */
  legend: string;
  evaluate: (context: EvaluationContext) => Promise<PartOutcome>;
};

export const emptyOutcome = (): PartOutcome => ({
  findings: [],
  notes: new Map(),
  charts: [],
  missing: [],
});

/** The outcome without figures of too few rows, which are said to be missing. */
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
