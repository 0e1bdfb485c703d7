import { detectAnomalies } from '../../../domain/anomalies/detect-anomalies.ts';
import { withoutGaps } from '../../../domain/series/gaps.ts';
import { ownFileOf } from '../data-folder.ts';
import {
  emptyOutcome,
  type EvaluationContext,
  type EvaluationPart,
  type PartOutcome,
  planOf,
} from '../evaluation-part.ts';
import {
  countDetections,
  type DetectionFigures,
  detectionFigures,
  type LabelledHours,
  seasonalAlarms,
  threeSigmaAlarms,
} from '../figures/anomaly-figures.ts';
import { crossValidate, LEAST_SPEND_F1 } from '../figures/cross-validation.ts';
import { atLeast, atMost, type Finding, type Target } from '../figures/finding.ts';
import { FAULTS, generatedFaults } from '../figures/generated-faults.ts';
import { generatedSpend, REQUESTS_A_DAY } from '../figures/generated-spend.ts';
import { generatedSpikes, RHYTHMS } from '../figures/generated-spikes.ts';
import { isDailyFile, isHourlyFile, readLabelledHours } from '../read-series.ts';
import { anomalyChart } from './series-charts.ts';

/** Spend with few requests; no labeled series of this kind is public. */
const SPEND = 'generated_spend';
const GENERATED_FAULTS = 'generated_faults';
/** Spikes that come again. */
const GENERATED_SPIKES = 'generated_spikes';
const SPENDERS_OF_EACH = 15;
const FAULTS_OF_EACH = 12;
const SPIKES_OF_EACH = 8;
const SEED = 20_260_101;
const CHARTED_SERIES = 3;
/** With fewer, the series that are left say nothing. */
const LEAST_SERIES = 4;

/** E6: which anomalies are found, by the product as it is and by settings chosen without the series. */
export const anomalies: EvaluationPart = {
  id: 'E6',
  title: 'Anomalies',
  legend:
    'F1: labelled windows found, each once, by the product as it is · crossF1: each series judged ' +
    'with settings chosen on the others, with its 5 % and 95 % bounds when series are drawn again ' +
    '(crossLow, crossHigh) · falsePerWeek: false alarms per series and week · 3 sigma: mean and ' +
    'deviation of all hours before · seasonal: median and spread of the same hour on 14 days',
  plan(files) {
    const example = 'anomaly_series';
    const { datasets, missing } = planOf(files, { id: 'E6', matches: isHourlyFile, example });
    const hasSeries = files.some((file) => isDailyFile(file) || isHourlyFile(file));
    return {
      datasets: [...datasets, ...(hasSeries ? [SPEND, GENERATED_FAULTS, GENERATED_SPIKES] : [])],
      missing,
    };
  },
  async measure(dataset, context) {
    if (dataset === SPEND) return measureSpend(context);
    if (dataset === GENERATED_SPIKES) return measureSpikes();
    return dataset === GENERATED_FAULTS ? measureFaults() : measureLabelled(dataset, context);
  },
};

async function measureLabelled(
  dataset: string,
  { folder, onProgress }: EvaluationContext,
): Promise<PartOutcome> {
  const series = await readLabelledHours(folder, ownFileOf(folder, dataset));
  const detections = series.map(foundIn);
  const windows = series.reduce((sum, item) => sum + item.windows.length, 0);
  const note = `${series.length} series by the hour, ${windows} labelled windows`;
  return {
    ...emptyOutcome(),
    notes: new Map([[dataset, note]]),
    findings: [
      ...anomalyFindings(dataset, series, { falsePerWeek: atMost(2) }),
      ...crossFindings(dataset, series, (done, total) => onProgress(dataset, done, total)),
    ],
    charts: series.slice(-CHARTED_SERIES).map((item, index) => ({
      ...anomalyChart(item, detections.slice(-CHARTED_SERIES)[index] ?? []),
      dataset,
    })),
  };
}

/** What the choice of settings is worth on series that it has not seen. */
function crossFindings(
  dataset: string,
  series: readonly LabelledHours[],
  onProgress: (done: number, total: number) => void,
): Finding[] {
  if (series.length < LEAST_SERIES) return [];
  const { figures, spread } = crossValidate(series, onProgress);
  const of = (metric: string, value: number, target?: Target): Finding => ({
    id: 'E6',
    dataset,
    metric,
    value,
    unit: '%',
    better: 'higher',
    baselines: metric === 'crossF1' ? baselinesOf(series, 'F1') : [],
    target,
  });
  const [low, high] = spread;
  return [
    of('crossF1', figures.F1, atLeast(50)),
    of('crossLow', low),
    of('crossHigh', high),
    {
      ...of('crossFalse', figures.falsePerWeek, atMost(2)),
      unit: '×',
      better: 'lower',
    },
  ];
}

function measureSpend({ onProgress }: EvaluationContext): PartOutcome {
  const outcome = emptyOutcome();
  for (const [index, requestsADay] of REQUESTS_A_DAY.entries()) {
    onProgress(SPEND, index, REQUESTS_A_DAY.length);
    const series = generatedSpend(requestsADay, SPENDERS_OF_EACH, SEED);
    const dataset = `${SPEND}/${requestsADay}-a-day`;
    const F1 = atLeast(LEAST_SPEND_F1[requestsADay]);
    outcome.findings.push(...anomalyFindings(dataset, series, { F1 }));
    const faults = 'each with one day of five times or one hour of twenty times as many requests';
    outcome.notes.set(dataset, `${series.length} series of 56 days, ${faults}, seed ${SEED}`);
  }
  return outcome;
}

function measureFaults(): PartOutcome {
  const series = generatedFaults(FAULTS_OF_EACH, SEED);
  const note = `${series.length} series of 14 to 42 days, each with one fault: ${FAULTS.join(', ')}`;
  return {
    ...emptyOutcome(),
    notes: new Map([[GENERATED_FAULTS, `${note}, seed ${SEED}`]]),
    findings: anomalyFindings(GENERATED_FAULTS, series, {}),
  };
}

function measureSpikes(): PartOutcome {
  const series = generatedSpikes(SPIKES_OF_EACH, SEED);
  const outcome = emptyOutcome();
  for (const rhythm of RHYTHMS) {
    const dataset = `${GENERATED_SPIKES}/${rhythm}`;
    const own = series.filter(({ name }) => name.startsWith(rhythm));
    outcome.findings.push(...anomalyFindings(dataset, own, { F1: atLeast(85) }));
    const unusual = rhythm === 'weekly' ? ', the first two unusual' : '';
    outcome.notes.set(
      dataset,
      `${own.length} series with five equal ${rhythm} spikes each${unusual}, seed ${SEED}`,
    );
  }
  return outcome;
}

const foundIn = ({ hours }: LabelledHours): number[] =>
  detectAnomalies(hours).map(({ foundAt }) => foundAt);

const figuresOf = (
  series: readonly LabelledHours[],
  detect: (item: LabelledHours) => readonly number[],
): DetectionFigures => detectionFigures(series.map((item) => countDetections(item, detect(item))));

const baselinesOf = (series: readonly LabelledHours[], metric: keyof DetectionFigures) => [
  {
    name: '3 sigma',
    value: figuresOf(series, ({ hours }) => threeSigmaAlarms(withoutGaps(hours, 1)))[metric],
  },
  {
    name: 'seasonal',
    value: figuresOf(series, ({ hours }) => seasonalAlarms(withoutGaps(hours, 1)))[metric],
  },
];

function anomalyFindings(
  dataset: string,
  series: readonly LabelledHours[],
  targets: Partial<Record<keyof DetectionFigures, Target>>,
): Finding[] {
  const own = figuresOf(series, foundIn);
  const of = (metric: keyof DetectionFigures): Omit<Finding, 'unit' | 'better'> => ({
    id: 'E6',
    dataset,
    metric,
    value: own[metric],
    baselines: baselinesOf(series, metric),
    target: targets[metric],
  });
  return [
    { ...of('F1'), unit: '%', better: 'higher' },
    { ...of('precision'), unit: '%', better: 'higher' },
    { ...of('recall'), unit: '%', better: 'higher' },
    { ...of('falsePerWeek'), unit: '×', better: 'lower' },
  ];
}
