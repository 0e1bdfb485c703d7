import { atLeast } from '../figures/finding.ts';
import {
  classifyLabelled,
  macroF1Percent,
  patternByThresholds,
  stabilityPercent,
} from '../figures/pattern-figures.ts';
import { withoutGaps } from '../../../domain/series/gaps.ts';
import { datasetOf } from '../data-folder.ts';
import {
  emptyOutcome,
  type EvaluationContext,
  type EvaluationPart,
  type PartOutcome,
} from '../evaluation-part.ts';
import { isDailyFile, isHourlyFile, readDailySeries } from '../read-series.ts';

const GENERATED = 'generated_patterns';
const GENERATED_OF_EACH = 200;
const SEED = 20_260_101;

/** E6: whether patterns are named correctly and consistently. */
export const patterns: EvaluationPart = {
  id: 'E6',
  title: 'Patterns',
  legend:
    'F1: mean over the five patterns of a seeded generator · thresholds: single rules on what is ' +
    'plain to see · stability: % of weeks after which a series has the name it had',
  async evaluate(context) {
    const outcome = emptyOutcome();
    const hasSeries = context.folder.files.some((file) => isDailyFile(file) || isHourlyFile(file));
    if (hasSeries && context.isWanted(GENERATED)) namePatterns(context, outcome);
    await keepNames(context, outcome);
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
