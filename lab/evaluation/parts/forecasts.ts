import { atLeast, between, type Finding, type Target } from '../figures/finding.ts';
import {
  FORECASTERS,
  type Forecaster,
  type TestedSeries,
  testForecasts,
} from '../figures/forecast-figures.ts';
import { testDeclines } from '../figures/generated-declines.ts';
import { testGenerated } from '../figures/generated-forecasts.ts';
import { PATTERNS } from '../../../domain/patterns/classify-pattern.ts';
import { fileOf, ownFileOf } from '../data-folder.ts';
import {
  emptyOutcome,
  type EvaluationContext,
  type EvaluationPart,
  type PartOutcome,
  planOf,
} from '../evaluation-part.ts';
import { isDailyFile, readDailySeries } from '../read-series.ts';
import { forecastChart } from './series-charts.ts';

/** Accuracy of one day and of seven by group: the targets and the published figures. */
const PUBLISHED: Record<string, { target?: readonly number[]; quoted: readonly number[] }> = {
  all: { target: [88.5, 92.5], quoted: [87.2, 91.2] },
  steady: { quoted: [91, 95] },
  seasonal: { quoted: [93, 95] },
  growing: { target: [89, 92], quoted: [87, 90] },
  declining: { quoted: [90, 94] },
  spiky: { target: [79, 85], quoted: [76, 82] },
};
const CHARTED_SERIES = 3;
/** Series of every pattern, including ones that the files do not contain. */
const GENERATED = 'generated_patterns';
const GENERATED_OF_EACH = 12;
const DECLINING = 'generated_declines';
const DECLINES_OF_EACH = 24;
const SEED = 20_260_101;
const DAILY = { id: 'E5', matches: isDailyFile, example: 'daily_series' };
const BASELINES = FORECASTERS.filter((forecaster) => forecaster !== 'purser');

/** E5: the accuracy of seven-day forecasts, and how often days fall within their intervals. */
export const forecasts: EvaluationPart = {
  id: 'E5',
  title: 'Forecasts of seven days',
  legend:
    'day: 1 − Σ|forecast − actual| / Σ actual · total: the same of the sum · each of a series ' +
    'first, then over series · cover: % of days, or sums, within the interval · weekday median: ' +
    'of four weeks · seasonal naive: a week ago · naive: the last day · quoted: an ensemble, as published',
  plan(files) {
    const { datasets, missing } = planOf(files, DAILY);
    return { datasets: datasets.length > 0 ? [...datasets, GENERATED, DECLINING] : [], missing };
  },
  async measure(dataset, context) {
    const report = (share: number): void => context.onProgress(dataset, 100 * share, 100);
    if (dataset === GENERATED) {
      return generatedOutcome(dataset, testGenerated(GENERATED_OF_EACH, SEED, report));
    }
    if (dataset === DECLINING) {
      return generatedOutcome(dataset, testDeclines(DECLINES_OF_EACH, SEED, report));
    }
    return measureDaily(dataset, context);
  },
};

async function measureDaily(
  dataset: string,
  { folder, train, onProgress }: EvaluationContext,
): Promise<PartOutcome> {
  const outcome = emptyOutcome();
  const file = ownFileOf(folder, dataset);
  const series = await readDailySeries({ folder, train }, file, train && fileOf(train, dataset));
  const tested = series
    .map((item, index) =>
      testForecasts(item, (share) =>
        onProgress(`${dataset}, forecasts`, Math.floor(100 * (index + share)), 100 * series.length),
      ),
    )
    .filter((item) => item !== undefined);
  outcome.findings.push(...groupFindings(dataset, tested, PUBLISHED['all']));
  outcome.findings.push(...coverFindings(dataset, tested));
  outcome.notes.set(dataset, noteOf(tested));
  for (const pattern of PATTERNS) {
    const group = tested.filter((item) => item.pattern === pattern);
    const name = `${dataset}/${pattern}`;
    if (group.length === 0) outcome.missing.push(`E5: no series of ${dataset} is ${pattern}`);
    else outcome.findings.push(...groupFindings(name, group, PUBLISHED[pattern]));
    outcome.notes.set(name, noteOf(group));
  }
  outcome.charts.push(
    ...tested.slice(0, CHARTED_SERIES).map((item) => ({ ...forecastChart(item), dataset })),
  );
  return outcome;
}

/** Published figures concern other series, so the only target is the best simple method. */
function generatedOutcome(
  dataset: string,
  generated: ReadonlyMap<string, TestedSeries[]>,
): PartOutcome {
  const outcome = emptyOutcome();
  for (const [label, tested] of generated) {
    const name = `${dataset}/${label}`;
    outcome.findings.push(...groupFindings(name, tested, undefined));
    const count = tested.reduce((sum, { origins }) => sum + origins, 0);
    outcome.notes.set(name, `${count} forecasts of ${tested.length} series, seed ${SEED}`);
  }
  const all = [...generated.values()].flat();
  outcome.findings.push(...coverFindings(dataset, all));
  outcome.notes.set(dataset, `${all.length} series, as many of each kind`);
  return outcome;
}

const noteOf = (tested: readonly TestedSeries[]): string =>
  `${tested.reduce((sum, { origins }) => sum + origins, 0)} forecasts of ${tested.length} series: ` +
  tested.map(({ name }) => name).join(', ');

function groupFindings(
  dataset: string,
  tested: readonly TestedSeries[],
  published: (typeof PUBLISHED)[string] | undefined,
): Finding[] {
  return (['day', 'total'] as const).map((metric, index) => {
    const by = (forecaster: Forecaster): number =>
      100 * meanOf(tested, ({ accuracy }) => accuracy[forecaster][metric]);
    const quoted = published?.quoted[index];
    const target = published?.target?.[index];
    const baselines = BASELINES.map((name) => ({ name, value: by(name) }));
    return {
      id: 'E5',
      dataset,
      metric,
      value: by('purser'),
      unit: '%',
      better: 'higher',
      baselines: [
        ...baselines,
        ...(quoted === undefined ? [] : [{ name: 'quoted', value: quoted, quoted: true as const }]),
      ],
      target: atLeast(target ?? bestOf(baselines)),
    };
  });
}

/** Two decimals, so that the table shows what is compared. */
const bestOf = (baselines: readonly { value: number }[]): number =>
  Math.round(100 * Math.max(...baselines.map(({ value }) => value))) / 100;

function coverFindings(dataset: string, tested: readonly TestedSeries[]): Finding[] {
  const finding = (
    metric: string,
    of: (item: TestedSeries) => number,
    target?: Target,
  ): Finding => ({
    id: 'E5',
    dataset,
    metric,
    value: meanOf(tested, of),
    unit: '%',
    better: 'higher',
    baselines: [],
    target,
  });
  return [
    finding('cover80', ({ cover }) => cover.days80, between(77, 83)),
    finding('cover95', ({ cover }) => cover.days95, between(93, 97)),
    finding('cover80total', ({ cover }) => cover.total80),
  ];
}

const meanOf = (tested: readonly TestedSeries[], of: (item: TestedSeries) => number): number =>
  tested.reduce((sum, item) => sum + of(item), 0) / tested.length;
