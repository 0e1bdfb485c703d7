import type { Pattern } from '../../../domain/patterns/classify-pattern.ts';
import { logNormalVariate, type SeededRandom } from '../../traces/seeded-random.ts';

const LEAST_DAYS = 14;
const MOST_DAYS = 400;
const WEEKEND = [5, 6];

/** Parameters of a generated series. */
type Recipe = {
  /** Logarithm of last over first level. */
  change: number;
  /** How much lower spend is on weekends, or how much weekdays differ, as a share. */
  season: number;
  /** Share of days that are spikes, and their height. */
  spikes: number;
  heights: readonly [least: number, most: number];
  /** Standard deviation of the noise's logarithm, and its autocorrelation. */
  noise: number;
  memory: number;
};

/**
 * A daily series with a known pattern: 14 to 400 days at any level, with 3 to 15 % noise, sometimes
 * autocorrelated, and often with a weaker trace of other patterns.
 */
export function labelledSeries(pattern: Pattern, random: SeededRandom): number[] {
  const within = (least: number, most: number): number => least + (most - least) * random();
  const days = Math.round(LEAST_DAYS * (MOST_DAYS / LEAST_DAYS) ** random());
  const level = Math.exp(within(0, 10));
  const recipe: Recipe = {
    ...mildTouches(pattern, random),
    noise: within(0.03, 0.15),
    memory: random() < 0.3 ? within(0.2, 0.5) : 0,
  };
  if (pattern === 'growing') recipe.change = Math.log(within(1.5, 4));
  if (pattern === 'declining') recipe.change = -Math.log(within(1.5, 4));
  if (pattern === 'seasonal') recipe.season = within(0.25, 0.8);
  if (pattern === 'spiky') Object.assign(recipe, { spikes: within(0.04, 0.12), heights: [2, 8] });
  return drawDays(recipe, { days, level }, random);
}

function mildTouches(
  pattern: Pattern,
  random: SeededRandom,
): Pick<Recipe, 'change' | 'season' | 'spikes' | 'heights'> {
  const within = (least: number, most: number): number => least + (most - least) * random();
  const changes = pattern === 'seasonal' || pattern === 'spiky';
  return {
    change: changes && random() < 0.4 ? within(-0.2, 0.2) : 0,
    season: random() < 0.4 ? within(0.02, 0.1) : 0,
    spikes: random() < 0.3 ? 0.005 : 0,
    heights: [1.5, 3],
  };
}

function drawDays(
  recipe: Recipe,
  { days, level }: { days: number; level: number },
  random: SeededRandom,
): number[] {
  const { change, season, spikes, heights, noise, memory } = recipe;
  const weekdays = weekdayFactors(season, random);
  const isLinear = random() < 0.5;
  const spiked = spikeDays(days, spikes, random);
  let state = 0;
  return Array.from({ length: days }, (_, day) => {
    state = memory * state + Math.sqrt(1 - memory ** 2) * Math.log(logNormalVariate(noise, random));
    const passed = day / (days - 1);
    const growth = isLinear ? 1 + (Math.exp(change) - 1) * passed : Math.exp(change * passed);
    const height = heights[0] + (heights[1] - heights[0]) * random();
    const spike = spiked.has(day) ? height : 1;
    return level * growth * Math.exp(state) * (weekdays[day % 7] ?? 1) * spike;
  });
}

/** Lower on weekends, or with an individual level per weekday. */
function weekdayFactors(season: number, random: SeededRandom): number[] {
  const isWeekend = random() < 0.6;
  const first = Math.floor(7 * random());
  return Array.from({ length: 7 }, (_, index) => {
    const share = random();
    if (!isWeekend) return Math.max(0.02, 1 + 0.7 * Math.log(logNormalVariate(season, random)));
    return WEEKEND.includes((index + first) % 7) ? 1 - season * (0.6 + 0.4 * share) : 1;
  });
}

/** Days of the spikes: at least two if spikes are the pattern. */
function spikeDays(days: number, share: number, random: SeededRandom): Set<number> {
  const spiked = new Set<number>();
  const count = share >= 0.04 ? Math.max(2, Math.round(share * days)) : share * days;
  while (spiked.size < Math.floor(count)) spiked.add(Math.floor(days * random()));
  return spiked;
}
