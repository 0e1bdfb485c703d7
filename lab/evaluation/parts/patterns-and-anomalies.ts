import { detectAnomalies } from '../../../domain/anomalies/detect-anomalies.ts';
import {
  countDetections,
  type DetectionFigures,
  detectionFigures,
  type LabelledHours,
  seasonalAlarms,
  threeSigmaAlarms,
} from '../figures/anomaly-figures.ts';
import { atLeast, atMost, type Finding, type Target } from '../figures/finding.ts';
import {
  classifyLabelled,
  macroF1Percent,
  patternByThresholds,
  stabilityPercent,
} from '../figures/pattern-figures.ts';
import { generatedSpend, REQUESTS_A_DAY } from '../figures/generated-spend.ts';
import { withoutGaps } from '../../../domain/series/gaps.ts';
import { datasetOf } from '../data-folder.ts';
import {
  emptyOutcome,
  type EvaluationContext,
  type EvaluationPart,
  type PartOutcome,
} from '../evaluation-part.ts';
import { isDailyFile, isHourlyFile, readDailySeries, readLabelledHours } from '../read-series.ts';
import { anomalyChart } from './series-charts.ts';

const GENERATED = 'generated_patterns';
const GENERATED_OF_EACH = 200;
/** Spend with few requests; no labeled series of this kind is public. */
const SPEND = 'generated_spend';
const SPENDERS_OF_EACH = 15;
const SEED = 20_260_101;
const CHARTED_SERIES = 3;

/** E6: whether patterns are detected correctly and consistently, and which anomalies are found. */
export const patternsAndAnomalies: EvaluationPart = {
  id: 'E6',
  title: 'Patterns and anomalies',
  legend:
    'F1 of patterns: mean over the five of a seeded generator · thresholds: single rules on what is ' +
    'plain to see · stability: % of weeks after which a series has the name it had · F1 of ' +
    'anomalies: labelled windows found, each once · falsePerWeek: false alarms per series and week ' +
    '· 3 sigma: mean and deviation of all hours before · seasonal: median and spread of the same ' +
    'hour on 14 days',
  async evaluate(context) {
    const outcome = emptyOutcome();
    const hasSeries = context.folder.files.some((file) => isDailyFile(file) || isHourlyFile(file));
    if (hasSeries && context.isWanted(GENERATED)) namePatterns(context, outcome);
    await keepNames(context, outcome);
    await findAnomalies(context, outcome);
    if (hasSeries && context.isWanted(SPEND)) findGenerated(context, outcome);
    return outcome;
  },
};

function namePatterns({ onProgress }: EvaluationContext, outcome: PartOutcome): void {
  onProgress(GENERATED, 0, 1);
  const labelled = classifyLabelled(GENERATED_OF_EACH, SEED);
  const byThresholds = classifyLabelled(GENERATED_OF_EACH, SEED, patternByThresholds);
  outcome.notes.set(GENERATED, `${labelled.length} series of 14 to 400 days, seed ${SEED}`);
  outcome.findings.push({
    id: 'E6',
    dataset: GENERATED,
    metric: 'F1',
    value: macroF1Percent(labelled),
    unit: '%',
    better: 'higher',
    baselines: [{ name: 'thresholds', value: macroF1Percent(byThresholds) }],
    target: atLeast(90),
  });
}

async function keepNames(
  { folder, isWanted, onProgress }: EvaluationContext,
  outcome: PartOutcome,
): Promise<void> {
  const files = folder.files.filter((file) => isDailyFile(file) && isWanted(datasetOf(file)));
  if (files.length === 0 && isWanted('daily_series')) {
    outcome.missing.push('E6: no file such as daily_series.csv.gz');
  }
  for (const file of files) {
    const dataset = datasetOf(file);
    const series = await readDailySeries({ folder }, file, undefined);
    const percents = series.map(({ days }, index) => {
      onProgress(`${dataset}, stability`, index, series.length);
      return {
        own: stabilityPercent(days),
        thresholds: stabilityPercent(days, (sample) => patternByThresholds(withoutGaps(sample))),
      };
    });
    const finite = percents.filter(({ own }) => Number.isFinite(own));
    const mean = (of: (item: (typeof finite)[number]) => number): number =>
      finite.reduce((sum, item) => sum + of(item), 0) / finite.length;
    outcome.notes.set(
      dataset,
      `${finite.length} series, each named again every week from day 28 on`,
    );
    outcome.findings.push({
      id: 'E6',
      dataset,
      metric: 'stability',
      value: mean(({ own }) => own),
      unit: '%',
      better: 'higher',
      baselines: [{ name: 'thresholds', value: mean(({ thresholds }) => thresholds) }],
      target: atLeast(90),
    });
  }
}

async function findAnomalies(
  { folder, isWanted, onProgress }: EvaluationContext,
  outcome: PartOutcome,
): Promise<void> {
  const files = folder.files.filter((file) => isHourlyFile(file) && isWanted(datasetOf(file)));
  if (files.length === 0 && isWanted('anomaly_series')) {
    outcome.missing.push('E6: no file such as anomaly_series.csv.gz');
  }
  for (const file of files) {
    const dataset = datasetOf(file);
    const series = await readLabelledHours(folder, file);
    const detections = series.map(({ hours }, index) => {
      onProgress(dataset, index, series.length);
      return detectAnomalies(hours).map(({ foundAt }) => foundAt);
    });
    const windows = series.reduce((sum, item) => sum + item.windows.length, 0);
    outcome.notes.set(dataset, `${series.length} series by the hour, ${windows} labelled windows`);
    outcome.findings.push(...anomalyFindings(dataset, series, detections, PUBLISHED));
    outcome.charts.push(
      ...series.slice(-CHARTED_SERIES).map((item, index) => ({
        ...anomalyChart(item, detections.slice(-CHARTED_SERIES)[index] ?? []),
        dataset,
      })),
    );
  }
}

function findGenerated({ onProgress }: EvaluationContext, outcome: PartOutcome): void {
  for (const [index, requestsADay] of REQUESTS_A_DAY.entries()) {
    onProgress(SPEND, index, REQUESTS_A_DAY.length);
    const series = generatedSpend(requestsADay, SPENDERS_OF_EACH, SEED);
    const detections = series.map(({ hours }) =>
      detectAnomalies(hours).map((item) => item.foundAt),
    );
    const dataset = `${SPEND}/${requestsADay}-a-day`;
    outcome.findings.push(...anomalyFindings(dataset, series, detections, {}));
    const faults = 'each with one day of five times or one hour of twenty times as many requests';
    outcome.notes.set(dataset, `${series.length} series of 56 days, ${faults}, seed ${SEED}`);
  }
}

const figuresOf = (
  series: readonly LabelledHours[],
  detect: (item: LabelledHours, index: number) => readonly number[],
): DetectionFigures =>
  detectionFigures(series.map((item, index) => countDetections(item, detect(item, index))));

const PUBLISHED: Partial<Record<keyof DetectionFigures, Target>> = {
  F1: atLeast(60),
  falsePerWeek: atMost(2),
};

function anomalyFindings(
  dataset: string,
  series: readonly LabelledHours[],
  detections: readonly (readonly number[])[],
  targets: typeof PUBLISHED,
): Finding[] {
  const own = figuresOf(series, (_, index) => detections[index] ?? []);
  const threeSigma = figuresOf(series, ({ hours }) => threeSigmaAlarms(withoutGaps(hours, 1)));
  const seasonal = figuresOf(series, ({ hours }) => seasonalAlarms(withoutGaps(hours, 1)));
  const of = (metric: keyof DetectionFigures): Omit<Finding, 'unit' | 'better'> => ({
    id: 'E6',
    dataset,
    metric,
    value: own[metric],
    baselines: [
      { name: '3 sigma', value: threeSigma[metric] },
      { name: 'seasonal', value: seasonal[metric] },
    ],
    target: targets[metric],
  });
  return [
    { ...of('F1'), unit: '%', better: 'higher' },
    { ...of('precision'), unit: '%', better: 'higher' },
    { ...of('recall'), unit: '%', better: 'higher' },
    { ...of('falsePerWeek'), unit: '×', better: 'lower' },
  ];
}
