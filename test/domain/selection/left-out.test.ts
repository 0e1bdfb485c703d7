import { expect, test } from 'vitest';
import { notChosen, sift } from '../../../domain/selection/left-out.ts';

const models = ['a', 'b', 'c'].map((model) => ({ model }));

test('a filter keeps the order, and says why it leaves a model out', () => {
  expect(sift(models, ({ model }) => (model === 'b' ? 'quality' : undefined))).toEqual({
    kept: [{ model: 'a' }, { model: 'c' }],
    leftOut: [{ model: 'b', because: 'quality' }],
  });
});

test('models before the chosen one had no room in a budget, those after it were not needed', () => {
  expect(notChosen(models, 'b')).toEqual([
    { model: 'a', because: 'budget' },
    { model: 'c', because: 'not-needed' },
  ]);
  expect(notChosen(models, undefined).map(({ because }) => because)).toEqual(
    Array(3).fill('budget'),
  );
});
