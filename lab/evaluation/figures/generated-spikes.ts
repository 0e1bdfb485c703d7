import { logNormalVariate, seededRandom } from '../../traces/seeded-random.ts';
import type { LabelledHours } from './anomaly-figures.ts';

/** How five equal spikes follow each other: after two to eight days, or each week at the same hour. */
export const RHYTHMS = ['irregular', 'weekly'] as const;
type Rhythm = (typeof RHYTHMS)[number];

const DAY_HOURS = 24;
const FIRST_DAY = 28;
const SPIKES = 5;
/** From the third on, a weekly spike is a pattern. */
const UNUSUAL_SPIKES: Record<Rhythm, number> = { irregular: SPIKES, weekly: 2 };
/** Factor and hours of the spikes of a series. */
const SHAPES = [
  { factor: 8, hours: 1 },
  { factor: 5, hours: 6 },
  { factor: 5, hours: 12 },
  { factor: 3, hours: 24 },
] as const;
const REST_DAYS = 7;
const LEVEL = 100;
const OPENS_AT_HOUR = 8;
const CLOSES_AT_HOUR = 18;

/**
 * Hourly series with five equal spikes each, labeled as far as they are unusual: four weeks as usual,
 * by day or around the clock, lower on weekends, with 10 to 25 % noise. A seed always produces the
 * same series.
 */
export function generatedSpikes(ofEach: number, seed: number): LabelledHours[] {
  const random = seededRandom(seed);
  return RHYTHMS.flatMap((rhythm) =>
    SHAPES.flatMap((shape) =>
      Array.from({ length: ofEach }, (_, index) => {
        const starts = startsOf(rhythm, random);
        const sigma = 0.1 + 0.15 * random();
        const weekend = 0.3 + 0.7 * random();
        const night = random() < 0.5 ? 1 : 0.2;
        const isSpike = (hour: number): boolean =>
          starts.some((start) => hour >= start && hour < start + shape.hours);
        const days = Math.floor((starts.at(-1) ?? 0) / DAY_HOURS) + REST_DAYS;
        return {
          name: `${rhythm}-${shape.factor}-${shape.hours}-${index + 1}`,
          hours: Array.from({ length: days * DAY_HOURS }, (_unused, hour) => {
            const clock = hour % DAY_HOURS;
            const isOpen = clock >= OPENS_AT_HOUR && clock < CLOSES_AT_HOUR;
            const isWeekend = Math.floor(hour / DAY_HOURS) % 7 >= 5;
            const usual = LEVEL * (isOpen ? 1 : night) * (isWeekend ? weekend : 1);
            return usual * (isSpike(hour) ? shape.factor : 1) * logNormalVariate(sigma, random);
          }),
          windows: starts
            .slice(0, UNUSUAL_SPIKES[rhythm])
            .map((from) => ({ from, to: from + shape.hours + 2 })),
        };
      }),
    ),
  );
}

function startsOf(rhythm: Rhythm, random: () => number): number[] {
  const starts: number[] = [];
  let day = FIRST_DAY;
  for (let spike = 0; spike < SPIKES; spike += 1) {
    const hour = rhythm === 'weekly' ? 9 : 8 + Math.floor(random() * 8);
    starts.push(day * DAY_HOURS + hour);
    day += rhythm === 'weekly' ? 7 : 2 + Math.floor(random() * 7);
  }
  return starts;
}
