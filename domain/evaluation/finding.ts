/** What a figure must reach. */
export type Target = { value: number; text: string; isMet: (value: number) => boolean };

export const atLeast = (least: number): Target => ({
  value: least,
  text: `≥ ${least}`,
  isMet: (value) => value >= least,
});

export const atMost = (most: number): Target => ({
  value: most,
  text: `≤ ${most}`,
  isMet: (value) => value <= most,
});

/** Of a figure that may go both ways, such as a bias. */
export const withinOf = (most: number): Target => ({
  value: most,
  text: `±${most}`,
  isMet: (value) => Math.abs(value) <= most,
});

/** `value`, as the one number that stands for the target, is the least. */
export const between = (least: number, most: number): Target => ({
  value: least,
  text: `${least}–${most}`,
  isMet: (value) => value >= least && value <= most,
});

/** The same figure by a simpler method; `quoted` ones were published, the others measured now. */
export type Baseline = { name: string; value: number; quoted?: true };

/** One figure of the evaluation: percentages from 0 to 100, ratios as they are. */
export type Finding = {
  id: string;
  dataset: string;
  metric: string;
  value: number;
  unit: '%' | '×' | 'points';
  better: 'higher' | 'lower' | 'nearer to zero';
  baselines: readonly Baseline[];
  target?: Target | undefined;
};

export type Verdict = 'met' | 'NOT MET' | undefined;

export const verdictOf = ({ value, target }: Finding): Verdict =>
  target && (target.isMet(value) ? 'met' : 'NOT MET');

/** The best baseline that was measured on the same requests. */
export function bestBaseline({ baselines, better }: Finding): Baseline | undefined {
  const rank = ({ value }: Baseline): number =>
    better === 'higher' ? -value : better === 'lower' ? value : Math.abs(value);
  return baselines
    .filter(({ quoted }) => !quoted)
    .reduce<Baseline | undefined>(
      (best, baseline) => (best && rank(best) <= rank(baseline) ? best : baseline),
      undefined,
    );
}

/** One line of the machine-readable results. */
export type ResultRow = {
  id: string;
  dataset: string;
  metric: string;
  value: number;
  /** The best of those measured; null where the figure has none. */
  baseline: number | null;
  target: number | null;
};

export const resultRow = (finding: Finding): ResultRow => ({
  id: finding.id,
  dataset: finding.dataset,
  metric: finding.metric,
  value: rounded(finding.value),
  baseline: rounded(bestBaseline(finding)?.value ?? Number.NaN),
  target: finding.target === undefined ? null : rounded(finding.target.value),
});

function rounded(value: number): number;
function rounded(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value * 1e4) / 1e4 : null;
}
