import { expect, test } from 'vitest';
import type { LabelledHours } from '../../../lab/evaluation/figures/anomaly-figures.ts';
import { CANDIDATES, crossValidate } from '../../../lab/evaluation/figures/cross-validation.ts';
import { generatedFaults } from '../../../lab/evaluation/figures/generated-faults.ts';
import { DETECTION } from '../../../domain/anomalies/detect-anomalies.ts';

const series = generatedFaults(1, 3);

/** A series in which only false alarms and misses count. */
const mislabelled = (item: LabelledHours): LabelledHours => ({
  ...item,
  windows: [{ from: 100, to: 101 }],
});

test('the settings for a series are chosen without it', () => {
  const { chosen, figures, spread } = crossValidate(series);
  expect(spread[0]).toBeLessThan(figures.F1);
  expect(spread[1]).toBeGreaterThan(figures.F1);
  const [, ...others] = series;
  const changed = crossValidate([...series.slice(0, 1).map(mislabelled), ...others]);
  expect(changed.chosen[0]).toEqual(chosen[0]);
  expect(changed.figures.recall).toBeLessThanOrEqual(figures.recall);
  expect(chosen).toHaveLength(series.length);
}, 120_000);

test('the product has settings that can be chosen', () => {
  expect(CANDIDATES).toContainEqual(DETECTION);
});
