import { expect, test } from 'vitest';
import { generatedSteps } from '../../../lab/evaluation/figures/generated-steps.ts';
import { stepFigures, stepsToldOf } from '../../../lab/evaluation/figures/step-figures.ts';

const planted = generatedSteps(1, 0, { isPlanted: true });
const control = generatedSteps(1, 0, { isPlanted: false });
const plant = planted.plant ?? expect.fail('there is no step');

test('an organization differs from its control from the planted day on only', () => {
  const at = planted.days.indexOf(plant.since);
  expect(planted.values.slice(0, at)).toEqual(control.values.slice(0, at));
  const expected = control.values.slice(at).map((value) => value * plant.factor);
  expect(planted.values.slice(at)).toEqual(expected);
  expect(generatedSteps(1, 0, { isPlanted: true })).toEqual(planted);
});

test('a step near the planted day is found, and all others are false', () => {
  const direction = plant.factor > 1 ? ('above' as const) : ('below' as const);
  const levels = { usualBefore: 1, usualSince: 2, daysBefore: 60, daysSince: 20 };
  const after = (days: number): string =>
    new Date(Date.parse(plant.since) + days * 86_400_000).toISOString().slice(0, 10);
  const own = { ...levels, direction, since: after(2), foundOn: after(9) };
  const other = { ...own, since: after(30), foundOn: after(36) };
  const figures = stepFigures([
    { organization: planted, told: [own, other] },
    { organization: planted, told: [] },
    { organization: control, told: [own] },
  ]);
  expect(figures).toEqual({
    foundInWeek: 0,
    foundInThree: 50,
    daysUntilTold: 10,
    dateError: 2,
    falsePerMonth: 2 / 12,
  });
});

test('a day four times as dear is told in an organization of many users', () => {
  const many = Array.from({ length: 60 }, (_, index) =>
    generatedSteps(3, index, { isPlanted: true }),
  ).filter(({ users, plant: step }) => users === 60 && step?.factor === 4);
  expect(many.length).toBeGreaterThan(0);
  const judged = many.map((organization) => ({ organization, told: stepsToldOf(organization) }));
  expect(stepFigures(judged).foundInThree).toBe(100);
});
