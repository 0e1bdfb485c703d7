import {
  type DetectionSettings,
  detectAnomalies,
} from '../../../domain/anomalies/detect-anomalies.ts';
import { quantiles } from '../../../domain/series/quantile.ts';
import { seededRandom } from '../../traces/seeded-random.ts';
import {
  countDetections,
  type Detected,
  type DetectionFigures,
  detectionFigures,
  type LabelledHours,
} from './anomaly-figures.ts';
import { generatedSpend, REQUESTS_A_DAY } from './generated-spend.ts';

const WIDTHS = [[1], [3], [1, 3], [1, 2, 3]];
const ALARMS = [3.5, 3.75, 4, 4.25, 4.5, 5];
/** What the product could be set to. */
export const CANDIDATES: readonly DetectionSettings[] = WIDTHS.flatMap((hours) =>
  ALARMS.map((alarmSpreads) => ({ hours, alarmSpreads })),
);

/** F1 that generated spend must reach, by requests a day. */
export const LEAST_SPEND_F1: Record<(typeof REQUESTS_A_DAY)[number], number> = {
  30: 57,
  300: 90,
  3_000: 85,
};
/** Another seed than that of the series that are reported. */
const CHOICE_SEED = 777;
const SPENDERS_OF_EACH = 12;
const RESAMPLES = 1_000;

export type CrossValidated = {
  figures: DetectionFigures;
  /** F1 of resampled sets of series: 5 % are below the first, and 5 % above the second. */
  spread: [low: number, high: number];
  /** The settings chosen without each series. */
  chosen: DetectionSettings[];
  /** The settings chosen with all series. */
  best: DetectionSettings | undefined;
};

/**
 * Scores each series with settings that were chosen without it: nested cross-validation, leaving out
 * one series at a time (Varma and Simon, 2006). Among settings that reach `LEAST_SPEND_F1`, those
 * with the highest F1 on the other series are chosen. The spread is a bootstrap over series (Efron,
 * 1979).
 */
export function crossValidate(
  series: readonly LabelledHours[],
  onProgress: (done: number, total: number) => void = () => {},
): CrossValidated {
  const tried = CANDIDATES.map((settings, index) => {
    onProgress(index, CANDIDATES.length);
    const counts = series.map((item) => countWith(settings, item));
    return { settings, counts, isFit: once(() => isFitForSpend(settings)) };
  });
  const bestWithout = (left: number | undefined) => {
    const ofOthers = ({ counts }: (typeof tried)[number]): number =>
      detectionFigures(counts.filter((_, index) => index !== left)).F1;
    const ranked = tried.toSorted((one, other) => ofOthers(other) - ofOthers(one));
    return ranked.find(({ isFit }) => isFit()) ?? ranked[0];
  };
  const chosen = series.map((_, left) => bestWithout(left)).filter((item) => item !== undefined);
  const counts = chosen.flatMap((item, left) => item.counts.slice(left, left + 1));
  return {
    figures: detectionFigures(counts),
    spread: spreadOfF1(counts),
    chosen: chosen.map(({ settings }) => settings),
    best: bestWithout(undefined)?.settings,
  };
}

const countWith = (settings: DetectionSettings, item: LabelledHours): Detected =>
  countDetections(
    item,
    detectAnomalies(item.hours, settings).map(({ foundAt }) => foundAt),
  );

const isFitForSpend = (settings: DetectionSettings): boolean =>
  REQUESTS_A_DAY.every((requests) => {
    const items = generatedSpend(requests, SPENDERS_OF_EACH, CHOICE_SEED);
    const { F1 } = detectionFigures(items.map((item) => countWith(settings, item)));
    return F1 >= LEAST_SPEND_F1[requests];
  });

/** Most settings need no answer, and an answer takes a second. */
function once(ask: () => boolean): () => boolean {
  let answer: boolean | undefined;
  return () => (answer ??= ask());
}

/** The range of F1 when series are drawn again, with repetition. */
export function spreadOfF1(counts: readonly Detected[]): [low: number, high: number] {
  const random = seededRandom(CHOICE_SEED);
  const values = Array.from({ length: RESAMPLES }, () => {
    const drawn = counts.flatMap(() =>
      counts.slice(Math.floor(random() * counts.length)).slice(0, 1),
    );
    return detectionFigures(drawn).F1;
  }).filter((value) => Number.isFinite(value));
  const [low = Number.NaN, high = Number.NaN] = quantiles(values, [0.05, 0.95]);
  return [low, high];
}
