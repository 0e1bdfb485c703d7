import { withoutGaps } from '../series/gaps.ts';
import { type LastingStep, lastingSteps, type StepDay, stepDays } from '../series/lasting-steps.ts';
import { withoutSteps } from '../series/step-free.ts';
import { decompose, type Parts } from './decompose.ts';
import { atLeastByChance, monotonousByChance, weekdaysByChance } from './rank-tests.ts';

export const PATTERNS = ['steady', 'growing', 'declining', 'spiky', 'seasonal'] as const;
export type Pattern = (typeof PATTERNS)[number];

/** The evidence for one pattern. */
export type Evidence = {
  pattern: Exclude<Pattern, 'steady'>;
  /** How much it moves the level on average, as a share of it: 0.1 is about 10 %. */
  size: number;
  /** Its share of all movement, including noise (after Wang, Smith and Hyndman, 2006). */
  strength: number;
  /** Probability that noise alone would look like this. */
  byChance: number;
};

export type Classified = {
  pattern: Pattern;
  /** 0 to 1. For `steady`, how far the strongest other pattern is from being accepted. */
  confidence: number;
  /** Evidence for each pattern except steady, largest first. */
  evidence: Evidence[];
  /** Percent change of the level per week, since the last step. */
  weeklyChangePercent: number;
  /**
   * The last lasting step of the level, as days from the first one given. It is no pattern: the name
   * and the evidence are of what follows, at its level.
   */
  step: LastingStep | undefined;
  /** Mean unexplained deviation of a day, as a share of the level. */
  noise: number;
};

/** A year of whole weeks. */
const MOST_DAYS = 364;
export const LEAST_PATTERN_DAYS = 14;
const SIGNIFICANCE = 0.01;
const LEAST_STRENGTH = 0.2;
/** A pattern that moves the level by less is of no use, however certain it is. */
const LEAST_SIZE = 0.03;
/** The share of days beyond 3.5 and 6 spreads when tails are slightly heavier than normal. */
const SPIKE_RATES = { spikes: [0.005, 0.2], high: [0.0005, 0.04] } as const;

/**
 * Names the pattern of a daily series. Among patterns that are significant, strong compared with
 * other movement, and large enough to matter, it picks the one that moves the series most. Without
 * one, the series is steady.
 * @param history days so far, oldest first. Needs at least `LEAST_PATTERN_DAYS` to be anything but
 *   steady; only the last year is used.
 * @param allSteps the days of its steps, and perhaps of later ones, which are ignored
 */
export function classifyPattern(
  history: readonly (number | undefined)[],
  allSteps: readonly StepDay[] = stepDays(withoutGaps(history)),
): Classified {
  const raw = withoutGaps(history.slice(-MOST_DAYS));
  if (raw.length < LEAST_PATTERN_DAYS || raw.every((day) => day === 0)) return UNKNOWN;
  const earlier = history.length - raw.length;
  const inYear = allSteps
    .map(({ at, knownFrom }) => ({ at: at - earlier, knownFrom: knownFrom - earlier }))
    .filter(({ at, knownFrom }) => at > 0 && knownFrom <= raw.length);
  const steps = lastingSteps(raw, inYear);
  const last = steps.at(-1);
  const step = last && { ...last, at: last.at + earlier, knownFrom: last.knownFrom + earlier };
  const { values: days, skipped } = withoutSteps(raw, steps);
  if (days.length < LEAST_PATTERN_DAYS || days.every((day) => day === 0)) {
    return { ...UNKNOWN, step };
  }
  const parts = decompose(days, last ? last.at - skipped : 0);
  const evidence = evidenceOf(parts, days.length);
  const shown = evidence.filter(isBelieved);
  return {
    pattern: shown[0]?.pattern ?? 'steady',
    confidence: confidenceOf(evidence, shown),
    evidence,
    weeklyChangePercent: hasTrend(parts) ? 100 * (Math.exp(7 * parts.slope) - 1) : 0,
    step,
    noise: parts.noise,
  };
}

/** A few days after a step tell no trend. */
const hasTrend = ({ levels }: Parts): boolean => levels.length >= LEAST_PATTERN_DAYS;

/** Evidence for each pattern, largest first. */
function evidenceOf(parts: Parts, days: number): Evidence[] {
  const { season, trend, spikes, noise, wander, slope } = parts;
  const rateOf = ([share, base]: readonly [number, number]): number => share * days + base;
  const spikesByChance = Math.min(
    atLeastByChance(parts.spikeDays, rateOf(SPIKE_RATES.spikes)),
    atLeastByChance(parts.highSpikeDays, rateOf(SPIKE_RATES.high)),
  );
  const evidence: Evidence[] = [
    {
      pattern: 'seasonal',
      size: season,
      strength: season / (season + noise),
      byChance: weekdaysByChance(parts.deviations),
    },
    {
      pattern: slope > 0 ? 'growing' : 'declining',
      size: trend,
      strength: trend / (trend + wander + noise),
      byChance: hasTrend(parts) ? monotonousByChance(parts.levels) : 1,
    },
    {
      pattern: 'spiky',
      size: spikes,
      strength: spikes / (spikes + noise),
      byChance: Math.min(1, 2 * spikesByChance),
    },
  ];
  return evidence.toSorted((first, second) => second.size - first.size);
}

const UNKNOWN: Classified = {
  pattern: 'steady',
  confidence: 0,
  evidence: [],
  weeklyChangePercent: 0,
  step: undefined,
  noise: 0,
};

const isBelieved = ({ size, strength, byChance }: Evidence): boolean =>
  byChance < SIGNIFICANCE && strength >= LEAST_STRENGTH && size >= LEAST_SIZE;

/**
 * How clearly the first pattern leads: the improbability that it is chance, multiplied by its share
 * of the two largest movements. For steady: one minus the strength of the strongest significant
 * pattern.
 */
function confidenceOf(evidence: readonly Evidence[], shown: readonly Evidence[]): number {
  const [first, second] = shown;
  if (!first) {
    const signs = evidence.map(({ strength, byChance }) => strength * (1 - byChance));
    return 1 - Math.max(...signs);
  }
  return (1 - first.byChance) * (first.size / (first.size + (second?.size ?? 0)));
}
