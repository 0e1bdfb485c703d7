import { logNormalVariate, seededRandom, type SeededRandom } from '../../traces/seeded-random.ts';
import type { LabelledHours } from './anomaly-figures.ts';

/** What goes wrong: a short burst, a stop, a new level, a day without its peak, a busy day. */
export const FAULTS = ['burst', 'stop', 'step', 'flat-day', 'busy-day'] as const;
type Fault = (typeof FAULTS)[number];

const DAY_HOURS = 24;
const LEAST_DAYS = 14;
const MOST_DAYS = 42;
/** Faults come after this many days. */
const QUIET_DAYS = 8;
const LEVEL = 100;

/**
 * Hourly series of two to six weeks, each with one labeled fault: around a level, by day, lower on
 * weekends, with 5 to 30 % noise, often autocorrelated, and some with harmless peaks. A seed always
 * produces the same series.
 */
export function generatedFaults(ofEach: number, seed: number): LabelledHours[] {
  const random = seededRandom(seed);
  return FAULTS.flatMap((fault) =>
    Array.from({ length: ofEach }, (_, index) => ({
      name: `${fault}-${index + 1}`,
      ...seriesWith(fault, random),
    })),
  );
}

function seriesWith(fault: Fault, random: SeededRandom): Omit<LabelledHours, 'name'> {
  const within = (least: number, most: number): number => least + (most - least) * random();
  const days = Math.round(within(LEAST_DAYS, MOST_DAYS));
  const from = Math.floor(within(QUIET_DAYS, days - 2)) * DAY_HOURS + Math.floor(within(6, 14));
  const depth = random() < 0.5 ? within(0.3, 0.9) : 0;
  const usual = usualShape(depth, random);
  const changed = faultOf(fault, depth, random);
  const noise = noiseOf(random);
  const peakShare = random() < 0.3 ? within(0.002, 0.01) : 0;
  return {
    hours: Array.from({ length: days * DAY_HOURS }, (_, hour) => {
      const since = hour - from;
      const level = changed.isIn(since) ? changed.level(usual(hour)) : usual(hour);
      const peak = random() < peakShare ? within(1.5, 2.5) : 1;
      return LEVEL * level * noise() * peak;
    }),
    // A detection within a day counts.
    windows: [{ from, to: from + DAY_HOURS }],
  };
}

/** A wave over the day that falls by `depth` at night, and a level for weekends. */
function usualShape(depth: number, random: SeededRandom): (hour: number) => number {
  const weekend = random() < 0.4 ? 0.3 + 0.6 * random() : 1;
  return (hour) => {
    const phase = (2 * Math.PI * ((hour % DAY_HOURS) - 3)) / DAY_HOURS;
    const ofDay = Math.floor(hour / DAY_HOURS) % 7 >= 5 ? weekend : 1;
    return ofDay * (1 - depth * (0.5 + 0.5 * Math.cos(phase)));
  };
}

function faultOf(fault: Fault, depth: number, random: SeededRandom) {
  const within = (least: number, most: number): number => least + (most - least) * random();
  const lasting = (hours: number) => (since: number) => since >= 0 && since < hours;
  const times = (factor: number) => (level: number) => level * factor;
  switch (fault) {
    case 'burst':
      return { isIn: lasting(Math.round(within(1, 4))), level: times(within(3, 8)) };
    case 'stop':
      return { isIn: lasting(Math.round(within(4, 12))), level: times(within(0, 0.2)) };
    case 'step': {
      const factor = random() < 0.7 ? within(1.8, 4) : within(0.1, 0.5);
      return { isIn: lasting(Infinity), level: times(factor) };
    }
    case 'flat-day':
      return { isIn: lasting(14), level: () => (depth > 0 ? 1 - depth : 0.4) };
    case 'busy-day':
      return { isIn: lasting(DAY_HOURS), level: times(within(1.6, 3)) };
  }
}

/** Log-normal factors; half of the series remember the hour before. */
function noiseOf(random: SeededRandom): () => number {
  const sigma = 0.05 + 0.25 * random();
  const memory = random() < 0.5 ? 0.3 + 0.5 * random() : 0;
  let state = 0;
  return () => {
    state = memory * state + Math.sqrt(1 - memory ** 2) * Math.log(logNormalVariate(sigma, random));
    return Math.exp(state);
  };
}
