import { expect, test } from 'vitest';
import { DEFAULT_NAMING } from '../../../domain/naming/naming.ts';
import { spelledAs, spellingsOf } from '../../../domain/naming/spelling.ts';

const written = (part: unknown, answer: unknown): unknown =>
  spelledAs(DEFAULT_NAMING, spellingsOf(DEFAULT_NAMING, part), answer);

test('an answer writes ids as its request did', () => {
  const part = { scope: 'user', scopeId: 'toString' };
  expect(
    written(part, {
      scope: 'user',
      scopeId: 'tostring',
      budgetId: 'user/tostring/daily',
      userId: 'TOSTRING',
      detail: 'budget user/tostring/daily: user tostring is under "disable"',
    }),
  ).toEqual({
    scope: 'user',
    scopeId: 'toString',
    budgetId: 'user/toString/daily',
    userId: 'toString',
    detail: 'budget user/toString/daily: user toString is under "disable"',
  });
});

test('ids of another kind, other ids, tags and items of lists stay as they are', () => {
  const answer = {
    scope: 'department',
    scopeId: 'ada',
    userId: 'adam',
    system: 'ada',
    tags: { userId: 'ada' },
    items: [{ userId: 'ada' }],
    budgets: ['user/adam/daily', 'department/ada/daily', 'user/ada/x/daily'],
  };
  expect(written({ userId: 'Ada' }, answer)).toEqual(answer);
});

test('the requests of a workflow and ids with slashes are followed', () => {
  const part = { steps: [{ request: { userId: 'A/daily/B', system: '$&' } }, { userId: 'Bob' }] };
  const budgets = ['user/a/daily/b/daily/2026-11-21~3', 'system/$&/monthly', 'user/bob/daily'];
  expect(written(part, { budgets })).toEqual({
    budgets: ['user/A/daily/B/daily/2026-11-21~3', 'system/$&/monthly', 'user/Bob/daily'],
  });
});

test('models and organizations keep the id that they are kept under', () => {
  const answer = { scope: 'model', scopeId: 'gpt-4o' };
  expect(written({ scope: 'model', scopeId: 'GPT-4o' }, answer)).toEqual(answer);
});
