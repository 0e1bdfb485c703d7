import {
  classifyPattern,
  type Pattern,
  PATTERNS,
} from '../../../domain/patterns/classify-pattern.ts';
import { atLeast, type Finding } from '../figures/finding.ts';
import {
  classifyLabelled,
  keptNames,
  macroF1Percent,
  newNames,
  patternByThresholds,
  stabilityPercent,
} from '../figures/pattern-figures.ts';
import { withoutGaps } from '../../../domain/series/gaps.ts';
import { ownFileOf } from '../data-folder.ts';
import {
  emptyOutcome,
  type EvaluationContext,
  type EvaluationPart,
  type PartOutcome,
  planOf,
} from '../evaluation-part.ts';
import { isDailyFile, isHourlyFile, readDailySeries } from '../read-series.ts';

const GENERATED = 'generated_patterns';
const DAILY = { id: 'E6', matches: isDailyFile, example: 'daily_series' };
const GENERATED_OF_EACH = 200;
const SEED = 20_260_101;

/** E6: whether patterns are named correctly and consistently. */
export const patterns: EvaluationPart = {
  id: 'E6',
  title: 'Patterns',
  legend:
    'F1: mean over the five patterns of a seeded generator, from all days · keptF1: the same for ' +
    'the name that weekly reviews kept · thresholds: single rules on what is plain to see · ' +
    'stability: % of weekly reviews after which a series has the name it had · no memory: named ' +
    'from all days so far in each week',
  plan(files) {
    const { datasets, missing } = planOf(files, DAILY);
    const hasSeries = files.some((file) => isDailyFile(file) || isHourlyFile(file));
    return { datasets: hasSeries ? [GENERATED, ...datasets] : [], missing };
  },
  measure: async (dataset, context) =>
    dataset === GENERATED ? namePatterns() : keepNames(dataset, context),
};

function namePatterns(): PartOutcome {
  const outcome = emptyOutcome();
  const f1 = (classify?: (days: readonly number[]) => Pattern): number =>
    macroF1Percent(classifyLabelled(GENERATED_OF_EACH, SEED, classify));
  const thresholds = { name: 'thresholds', value: f1(patternByThresholds) };
  const of = (metric: string, value: number): Finding => ({
    id: 'E6',
    dataset: GENERATED,
    metric,
    value,
    unit: '%',
    better: 'higher',
    baselines: [thresholds],
  });
  outcome.notes.set(
    GENERATED,
    `${PATTERNS.length * GENERATED_OF_EACH} series of 14 to 400 days, seed ${SEED}`,
  );
  outcome.findings.push(
    { ...of('F1', f1()), target: atLeast(90) },
    of(
      'keptF1',
      f1((days) => keptNames(days).at(-1) ?? 'steady'),
    ),
  );
  return outcome;
}

async function keepNames(
  dataset: string,
  { folder, onProgress }: EvaluationContext,
): Promise<PartOutcome> {
  const series = await readDailySeries({ folder }, ownFileOf(folder, dataset), undefined);
  const percents = series.map(({ days }, index) => {
    onProgress(`${dataset}, stability`, index, series.length);
    return {
      own: stabilityPercent(keptNames(days)),
      unkept: stabilityPercent(newNames(days, (sample) => classifyPattern(sample).pattern)),
      thresholds: stabilityPercent(
        newNames(days, (sample) => patternByThresholds(withoutGaps(sample))),
      ),
    };
  });
  const finite = percents.filter(({ own }) => Number.isFinite(own));
  const meanOf = (of: (item: (typeof finite)[number]) => number): number =>
    finite.reduce((sum, item) => sum + of(item), 0) / finite.length;
  const note = `${finite.length} series, each reviewed every week from day 14 on`;
  const finding: Finding = {
    id: 'E6',
    dataset,
    metric: 'stability',
    value: meanOf(({ own }) => own),
    unit: '%',
    better: 'higher',
    baselines: [
      { name: 'no memory', value: meanOf(({ unkept }) => unkept) },
      { name: 'thresholds', value: meanOf(({ thresholds }) => thresholds) },
    ],
    target: atLeast(90),
  };
  return { ...emptyOutcome(), notes: new Map([[dataset, note]]), findings: [finding] };
}
