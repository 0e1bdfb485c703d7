import { type Pattern, PATTERNS } from '../../../domain/patterns/classify-pattern.ts';
import { seededRandom } from '../../traces/seeded-random.ts';
import { type TestedSeries, testForecasts } from './forecast-figures.ts';
import { labelledSeries } from './labelled-series.ts';

const LEAST_DAYS = 63;
const MOST_DAYS = 140;
/** Per series: two weeks of origins, and the week after the last. */
const TESTED_DAYS = 20;

/**
 * Forecasts generated series, equally many per pattern, grouped by that pattern; a seed always
 * produces the same series.
 */
export function testGenerated(
  ofEach: number,
  seed: number,
  onProgress: (share: number) => void,
): Map<Pattern, TestedSeries[]> {
  const random = seededRandom(seed);
  const tested = PATTERNS.map((label, index): [Pattern, TestedSeries[]] => {
    const series: TestedSeries[] = [];
    while (series.length < ofEach) {
      onProgress((index + series.length / ofEach) / PATTERNS.length);
      const days = labelledSeries(label, random).slice(-MOST_DAYS);
      if (days.length < LEAST_DAYS) continue;
      const name = `${label}-${series.length + 1}`;
      const candidate = testForecasts(
        { name, days, testedFrom: days.length - TESTED_DAYS },
        () => undefined,
      );
      if (candidate) series.push(candidate);
    }
    return [label, series];
  });
  return new Map(tested);
}
