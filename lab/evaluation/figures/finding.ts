/** What a figure must reach, as plain data that threads can exchange. */
export type Target = { value: number; text: string; least?: number; most?: number };

export const atLeast = (least: number): Target => ({
  value: least,
  text: `≥ ${least}`,
  least,
});

export const atMost = (most: number, text = `≤ ${most}`): Target => ({
  value: most,
  text,
  most,
});

/** For a figure with either sign, such as a bias. */
export const withinOf = (most: number): Target => ({
  value: most,
  text: `±${most}`,
  least: -most,
  most,
});

/** The lower limit `value` represents the target where only one number fits. */
export const between = (least: number, most: number): Target => ({
  value: least,
  text: `${least}–${most}`,
  least,
  most,
});

/** The same figure from a simpler method; `quoted` ones were published, the others measured now. */
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
  /** Name of the baseline to beat, if it is not simply the best one. */
  against?: string;
  target?: Target | undefined;
};

export type Verdict = 'met' | 'NOT MET' | undefined;

export const verdictOf = ({ value, target }: Finding): Verdict =>
  target && (isWithin(value, target) ? 'met' : 'NOT MET');

const isWithin = (value: number, { least = -Infinity, most = Infinity }: Target): boolean =>
  value >= least && value <= most;

/** The baseline to beat: the named one, or the best one measured on the same requests. */
export function baselineToBeat({ baselines, better, against }: Finding): Baseline | undefined {
  const rank = ({ value }: Baseline): number =>
    better === 'higher' ? -value : better === 'lower' ? value : Math.abs(value);
  return baselines
    .filter(({ name, quoted }) => !quoted && (against === undefined || name === against))
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
  /** The baseline to beat, measured now; null if the figure has none. */
  baseline: number | null;
  target: number | null;
};

export const resultRow = (finding: Finding): ResultRow => ({
  id: finding.id,
  dataset: finding.dataset,
  metric: finding.metric,
  value: rounded(finding.value),
  baseline: roundedOrNull(baselineToBeat(finding)?.value),
  target: roundedOrNull(finding.target?.value),
});

const roundedOrNull = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : rounded(value);

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;
