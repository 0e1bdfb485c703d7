import {
  logNormalVariate,
  poissonCount,
  seededRandom,
  type SeededRandom,
} from '../../traces/seeded-random.ts';
import type { LabelledHours } from './anomaly-figures.ts';

/** Daily requests of the generated spenders, from one person to a small company. */
export const REQUESTS_A_DAY = [30, 300, 3_000] as const;

const DAYS = 56;
const DAY_HOURS = 24;
/** Injected faults: a day with five times as many requests, or an hour with twenty times. */
const FAULTS = [
  { factor: 5, hours: 12 },
  { factor: 20, hours: 1 },
] as const;
const BEGINS_AT_HOUR = 9;
const OPENS = 7;
const CLOSES = 19;

/**
 * Eight weeks of hourly spend, each series with one labeled fault after day 28: a Poisson number of
 * requests per hour, around the clock or by day, fewer on weekends, each with a log-normal cost. A
 * seed always produces the same series.
 */
export function generatedSpend(
  requestsADay: number,
  ofEach: number,
  seed: number,
): LabelledHours[] {
  const random = seededRandom(seed + requestsADay);
  return FAULTS.flatMap((fault) =>
    Array.from({ length: ofEach }, (_, index) => {
      const day = 28 + Math.floor(random() * (DAYS - 29));
      const from = day * DAY_HOURS + BEGINS_AT_HOUR;
      const isWrong = (hour: number): boolean => hour >= from && hour < from + fault.hours;
      const usual = rates(requestsADay, random);
      return {
        name: `${requestsADay}-${fault.factor}-${index + 1}`,
        hours: Array.from({ length: DAYS * DAY_HOURS }, (_unused, hour) =>
          spentIn(usual(hour) * (isWrong(hour) ? fault.factor : 1), random),
        ),
        // A detection within a day counts.
        windows: [{ from, to: from + DAY_HOURS }],
      };
    }),
  );
}

/** Expected requests per hour. */
function rates(requestsADay: number, random: SeededRandom): (hour: number) => number {
  const weekend = 0.3 + 0.7 * random();
  const isByDay = random() < 0.7;
  const dailyGrowth = 1 + 0.004 * (random() - 0.3);
  return (hour) => {
    const clock = hour % DAY_HOURS;
    const day = Math.floor(hour / DAY_HOURS);
    const isOpen = clock >= OPENS && clock < CLOSES;
    const ofDay = day % 7 >= 5 ? weekend : 1;
    const ofHour = isByDay ? (isOpen ? 1.95 : 0.05) : 1;
    return (requestsADay / DAY_HOURS) * ofHour * ofDay * dailyGrowth ** day;
  };
}

/** Request costs vary as much as their lengths. */
const COST_SIGMA = 0.8;

function spentIn(rate: number, random: SeededRandom): number {
  let spent = 0;
  for (let left = poissonCount(rate, random); left > 0; left -= 1) {
    spent += logNormalVariate(COST_SIGMA, random);
  }
  return spent;
}
