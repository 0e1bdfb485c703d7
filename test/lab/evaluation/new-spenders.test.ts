import { expect, test } from 'vitest';
import { generatedOrganization } from '../../../lab/evaluation/figures/generated-spenders.ts';
import { spenderFigures, toldOf } from '../../../lab/evaluation/figures/spender-figures.ts';

const planted = generatedOrganization(1, 0, { isPlanted: true });
const control = generatedOrganization(1, 0, { isPlanted: false });

test('an organization differs from its control by the new spender only', () => {
  expect(control.plant).toBeUndefined();
  expect(planted.plant).toBeDefined();
  const others = ({ sums }: typeof planted) =>
    sums.filter(({ dimension }) => dimension === 'user' && planted.plant?.dimension === dimension);
  const own = others(planted).filter(({ value }) => value !== planted.plant?.value);
  expect(own).toEqual(others(control));
  expect(generatedOrganization(1, 0, { isPlanted: true })).toEqual(planted);
});

test('what is told of a plant is found, and all else is false', () => {
  const firstDay = planted.plant?.firstDay ?? '';
  const own = { dimension: planted.plant?.dimension ?? '', value: planted.plant?.value ?? '' };
  const months = (2 * (120 - 35)) / 30;
  const figures = spenderFigures([
    {
      organization: planted,
      told: [
        { ...own, day: firstDay },
        { ...own, day: '2026-09-20' },
      ],
    },
    { organization: control, told: [{ ...own, day: firstDay }] },
  ]);
  expect(figures).toEqual({
    foundAtOnce: 100,
    foundInWeek: 100,
    found: 100,
    daysUntilTold: 0,
    repeats: 1,
    falsePerMonth: 1 / months,
  });
});

test('the rules see no later day', () => {
  const day = planted.plant?.firstDay ?? '';
  const upTo = {
    days: planted.days.filter((item) => item <= day),
    sums: planted.sums.filter((item) => item.day <= day),
  };
  const all = toldOf(planted);
  expect(toldOf(upTo)).toEqual(all.filter((item) => item.day <= day));
  expect(all.length).toBeGreaterThan(0);
});
