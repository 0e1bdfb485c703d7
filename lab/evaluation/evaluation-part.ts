import type { Finding } from './figures/finding.ts';
import type { DataFolder } from './data-folder.ts';
import type { TraceRuns } from './trace-runs.ts';

/** What a part may read. */
export type EvaluationContext = {
  folder: DataFolder;
  train?: DataFolder | undefined;
  traces: TraceRuns;
  /** Whether a data set was requested. */
  isWanted: (dataset: string) => boolean;
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
  /** What could not be measured, and which file is missing. */
  missing: string[];
};

/** One part of the evaluation, listed in `evaluation-parts.ts`. */
export type EvaluationPart = {
  /** `E1` and so on. */
  id: string;
  title: string;
  /** Explains the baselines' columns to readers of the table. */
  legend: string;
  evaluate: (context: EvaluationContext) => Promise<PartOutcome>;
};

export const emptyOutcome = (): PartOutcome => ({
  findings: [],
  notes: new Map(),
  charts: [],
  missing: [],
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
