import { withoutGaps } from '../series/gaps.ts';
import { decompose } from './decompose.ts';
import { atLeastByChance, monotonousByChance, weekdaysByChance } from './rank-tests.ts';

export const PATTERNS = ['steady', 'growing', 'declining', 'spiky', 'seasonal'] as const;
export type Pattern = (typeof PATTERNS)[number];

/** What speaks for a pattern. */
export type Evidence = {
  pattern: Exclude<Pattern, 'steady'>;
  /** Mean share of the level that it moves: 0.1 is about 10 %. */
  size: number;
  /** Its part of all that moves, noise included (after Wang, Smith and Hyndman, 2006). */
  strength: number;
  /** Probability that noise alone would show as much. */
  byChance: number;
};

export type Classified = {
  pattern: Pattern;
  /** From 0 to 1; of `steady`, how far the strongest sign of anything else is from being believed. */
  confidence: number;
  /** Evidence for each pattern except steady, largest first. */
  evidence: Evidence[];
  /** Percent by which the level changes in a week. */
  weeklyChangePercent: number;
  /** Mean deviation of a day that nothing explains, as a share of the level. */
  noise: number;
};

/** A year of whole weeks. */
const MOST_DAYS = 364;
export const LEAST_PATTERN_DAYS = 14;
const SIGNIFICANCE = 0.01;
const LEAST_STRENGTH = 0.2;
/** What moves a level by less is of no use to anybody, however sure. */
const LEAST_SIZE = 0.03;
/** Days in a thousand beyond 3.5 and 6 spreads where tails are somewhat heavier than normal. */
const SPIKE_RATES = { spikes: [0.005, 0.2], high: [0.0005, 0.04] } as const;

/**
 * Names the pattern of a daily series: of those that are significant, strong against what else moves
 * it and large enough to matter, the one that moves it most; steady if no pattern qualifies.
 * @param history days until now, oldest first, at least `LEAST_PATTERN_DAYS` for a name other than
 *   steady; only the last year is read
 */
export function classifyPattern(history: readonly (number | undefined)[]): Classified {
  const days = withoutGaps(history.slice(-MOST_DAYS));
  if (days.length < LEAST_PATTERN_DAYS || days.every((day) => day === 0)) return UNKNOWN;
  const parts = decompose(days);
  const { season, trend, spikes, noise, wander, slope } = parts;
  const rateOf = ([share, base]: readonly [number, number]): number => share * days.length + base;
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
      byChance: monotonousByChance(parts.levels),
    },
    {
      pattern: 'spiky',
      size: spikes,
      strength: spikes / (spikes + noise),
      byChance: Math.min(1, 2 * spikesByChance),
    },
  ];
  evidence.sort((first, second) => second.size - first.size);
  const shown = evidence.filter(isBelieved);
  return {
    pattern: shown[0]?.pattern ?? 'steady',
    confidence: confidenceOf(evidence, shown),
    evidence,
    weeklyChangePercent: 100 * (Math.exp(7 * slope) - 1),
    noise,
  };
}

const UNKNOWN: Classified = {
  pattern: 'steady',
  confidence: 0,
  evidence: [],
  weeklyChangePercent: 0,
  noise: 0,
};

const isBelieved = ({ size, strength, byChance }: Evidence): boolean =>
  byChance < SIGNIFICANCE && strength >= LEAST_STRENGTH && size >= LEAST_SIZE;

/**
 * How clearly the first pattern leads: the improbability of chance, times its share of the movement of
 * the two largest. For steady: one minus the strength of the strongest significant pattern.
 */
function confidenceOf(evidence: readonly Evidence[], shown: readonly Evidence[]): number {
  const [first, second] = shown;
  if (!first) {
    const signs = evidence.map(({ strength, byChance }) => strength * (1 - byChance));
    return 1 - Math.max(...signs);
  }
  return (1 - first.byChance) * (first.size / (first.size + (second?.size ?? 0)));
}
