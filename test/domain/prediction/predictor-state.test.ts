import { describe, expect, test } from 'vitest';
import type { OutputModel } from '../../../domain/prediction/fitted-model.ts';
import { createState, stateFor } from '../../../domain/prediction/predictor-state.ts';

const model = (version: string): OutputModel => ({
  version,
  trainedAtMs: 0,
  weights: [],
  residualQuantiles: [],
  strength: 5,
  metrics: { fittedOn: 0, testedOn: 0, logError: 0, baselineLogError: 0, cover: 0 },
});

const USERS = Array.from({ length: 2_000 }, (_, index) => `user-${index}`);

describe('stateFor', () => {
  test('serves the stated share of users, always the same, and only adds users as it grows', () => {
    const previous = model('regression-1');
    const servedAt = (rolloutPercent: number): string[] => {
      const state = createState([], { model: model('regression-2'), rolloutPercent, previous });
      return USERS.filter((user) => stateFor(state, user).version === 'regression-2');
    };
    const tenth = servedAt(10);
    expect(tenth.length).toBeGreaterThan(150);
    expect(tenth.length).toBeLessThan(250);
    const half = new Set(servedAt(50));
    expect(half.size).toBeGreaterThan(900);
    expect(half.size).toBeLessThan(1_100);
    expect(tenth.every((user) => half.has(user))).toBe(true);
    expect(servedAt(100)).toEqual(USERS);
  });

  test('leaves the others to what predicted before, or to running statistics', () => {
    const promotion = { model: model('regression-2'), rolloutPercent: 1 };
    const other = USERS.find(
      (user) => stateFor(createState([], promotion), user).version !== 'regression-2',
    );
    const before = stateFor(
      createState([], { ...promotion, previous: model('regression-1') }),
      other ?? '',
    );
    expect(before.model?.version).toBe('regression-1');
    const none = stateFor(createState([], promotion), other ?? '');
    expect(none).toMatchObject({ version: 'online-2', model: undefined });
  });
});
