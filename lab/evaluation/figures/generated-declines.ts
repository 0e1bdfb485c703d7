import { logNormalVariate, type SeededRandom, seededRandom } from '../../traces/seeded-random.ts';
import { type TestedSeries, testForecasts } from './forecast-figures.ts';

/** How spend that ends soon may decline; `LEVELS` draws each. */
export const DECLINES = ['fade', 'line', 'churn', 'step'] as const;
export type Decline = (typeof DECLINES)[number];

const LEAST_DAYS = 42;
const MOST_DAYS = 180;

/** A level for each day, near 1 at first. */
type Levels = (days: number, random: SeededRandom) => number[];

const LEVELS: Record<Decline, Levels> = {
  /** Falls by the same share each day, to what stays. */
  fade(days, random) {
    const [from, rate, rest] = [0.6 * days * random(), 0.01 + 0.04 * random(), 0.2 * random()];
    return daily(days, (day) => rest + (1 - rest) * Math.exp(-rate * Math.max(0, day - from)));
  },
  /** Falls by the same amount each day. */
  line(days, random) {
    const [from, end] = [0.5 * days * random(), 0.05 + 0.45 * random()];
    return daily(days, (day) => 1 - ((1 - end) * Math.max(0, day - from)) / (days - from));
  },
  /** Clients of different sizes leave one by one. */
  churn(days, random) {
    const clients = daily(4 + Math.floor(20 * random()), () => ({
      size: logNormalVariate(0.8, random),
      until: random() < 0.75 ? days * (0.2 + 1.1 * random()) : Infinity,
    }));
    const sumAt = (day: number): number =>
      clients.reduce((sum, { size, until }) => sum + (day < until ? size : 0), 0.05);
    return daily(days, (day) => sumAt(day) / sumAt(0));
  },
  /** One to three drops from one day to the next. */
  step(days, random) {
    const drops = daily(1 + Math.floor(3 * random()), () => ({
      at: days * (0.2 + 0.8 * random()),
      factor: 0.3 + 0.5 * random(),
    }));
    return daily(days, (day) =>
      drops.reduce((level, { at, factor }) => (day >= at ? level * factor : level), 1),
    );
  },
};

const daily = <Value>(count: number, of: (day: number) => Value): Value[] =>
  Array.from({ length: count }, (_, day) => of(day));

/**
 * Forecasts generated spend that declines, equally much of each kind, with 5 to 40 % noise, often
 * autocorrelated, and weekdays that differ; half of it is no longer than 64 days. Public series
 * hold hardly any. The second half of each is tested.
 */
export function testDeclines(
  ofEach: number,
  seed: number,
  onProgress: (share: number) => void = () => undefined,
): Map<Decline, TestedSeries[]> {
  const random = seededRandom(seed);
  return new Map(
    DECLINES.map((kind, index) => {
      const tested = daily(ofEach, (number) => {
        onProgress((index + number / ofEach) / DECLINES.length);
        const days = declining(kind, number % 2 === 0, random);
        const testedFrom = Math.floor(days.length / 2);
        return testForecasts({ name: `${kind}-${number + 1}`, days, testedFrom }, () => undefined);
      });
      return [kind, tested.filter((item) => item !== undefined)];
    }),
  );
}

function declining(kind: Decline, isShort: boolean, random: SeededRandom): number[] {
  const most = isShort ? 64 : MOST_DAYS;
  const days = Math.round(LEAST_DAYS + (most - LEAST_DAYS) * random());
  const noise = 0.05 + 0.35 * random();
  const memory = random() < 0.5 ? 0.2 + 0.5 * random() : 0;
  const weekend = 1 - 0.6 * random();
  const levels = LEVELS[kind](days, random);
  let state = 0;
  return levels.map((level, day) => {
    state = memory * state + Math.sqrt(1 - memory ** 2) * Math.log(logNormalVariate(noise, random));
    return 100 * level * Math.exp(state) * (day % 7 >= 5 ? weekend : 1);
  });
}
