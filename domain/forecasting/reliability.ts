import type { BandCheck, Inside } from './band-check.ts';

/** Why a forecast is unreliable, in the order in which it is said. */
export const UNCERTAINTIES = [
  'short-history',
  'recent-step',
  'inaccurate-so-far',
  'missed-bands',
  'wide-bands',
] as const;
export type Uncertainty = (typeof UNCERTAINTIES)[number];

/** Complete past forecasts, and days since a step, that it takes to judge. */
const LEAST_TESTS = 14;
/** Mean accuracy of past sums. */
const LEAST_ACCURACY = 0.85;
/** Shares within the intervals. Sums overlap, so ten weeks are only a few independent ones. */
const LEAST_INSIDE = { days80: 0.7, days95: 0.88, totals80: 0.6 } as const;
/** The 80 % interval of the sum, as a share of what is expected: about 30 % to each side. */
const MOST_WIDTH = 0.6;

type Facts = {
  check: BandCheck;
  /** Mean accuracy of past sums, from 0 to 1. */
  accuracy: number;
  /** Days since the last step; `undefined` without one. */
  daysSinceStep: number | undefined;
};

/**
 * Whether a forecast is reliable: enough was tested, past sums were near, past days and sums lay
 * within their intervals nearly as often as these promise, and the interval is narrow enough to plan
 * with. `undefined` if it is; else the first of these that fails, in words.
 */
export function uncertaintyOf({
  check,
  accuracy,
  daysSinceStep,
}: Facts): { uncertainty: Uncertainty; reason: string } | undefined {
  const { days, totals, width80 } = check;
  if (daysSinceStep !== undefined && daysSinceStep < LEAST_TESTS) {
    return because(
      'recent-step',
      `The level changed ${daysSinceStep} days ago, and it takes ${LEAST_TESTS} days to judge the new one.`,
    );
  }
  if (totals.tested < LEAST_TESTS) {
    return because(
      'short-history',
      `Only ${totals.tested} past forecasts could be tested, and it takes ${LEAST_TESTS} to judge.`,
    );
  }
  if (accuracy < LEAST_ACCURACY) {
    return because(
      'inaccurate-so-far',
      `Past totals missed by ${percent(1 - accuracy)} on average, and at most ${percent(1 - LEAST_ACCURACY)} counts as reliable.`,
    );
  }
  const missed = missedBands(days, totals);
  if (missed !== undefined) return because('missed-bands', missed);
  if (width80 > MOST_WIDTH) {
    return because(
      'wide-bands',
      `The 80 % band of the total is ${percent(width80)} of the expected amount wide, and at most ${percent(MOST_WIDTH)} counts as reliable.`,
    );
  }
  return undefined;
}

const because = (uncertainty: Uncertainty, reason: string) => ({ uncertainty, reason });

function missedBands(days: Inside, totals: Inside): string | undefined {
  const checks = [
    ['days', '80', days.inside80, days.tested, LEAST_INSIDE.days80],
    ['days', '95', days.inside95, days.tested, LEAST_INSIDE.days95],
    ['totals', '80', totals.inside80, totals.tested, LEAST_INSIDE.totals80],
  ] as const;
  for (const [what, level, inside, tested, least] of checks) {
    if (inside < least * tested) {
      return `Only ${inside} of ${tested} past ${what} lay within their ${level} % band, and at least ${percent(least)} must.`;
    }
  }
  return undefined;
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
