import { describe, expect, test } from 'vitest';
import { type CatalogModel, createCatalog, qualityPriorOf } from '../../../domain/catalog/model.ts';
import {
  addFeedback,
  type Feedback,
  feedbackOf,
  noFeedback,
} from '../../../domain/prediction/model-feedback.ts';
import { knownQuality, learnedMerits, priorMerits } from '../../../domain/selection/merits.ts';

const entry = (
  model: string,
  quality?: number,
  more: Partial<CatalogModel> = {},
): CatalogModel => ({
  model,
  provider: 'own',
  family: 'own',
  contextTokens: 1,
  maxOutputTokens: 1,
  quality,
  qualityUncertainty: 0.1,
  latencyMs: 1_000,
  ...more,
});
const large = entry('own.large', 0.9);
const small = entry('own.small', 0.8);
const catalog = createCatalog([large, small, entry('own.third', 0.7), entry('own.unranked')]);

const graded = (count: number, quality: number, latencyMs?: number): Feedback => {
  const feedback = noFeedback();
  for (let each = 0; each < count; each += 1) addFeedback(feedback, { quality, latencyMs });
  return feedback;
};
const route = (model: string, feedback: Feedback, system = 'crm') => ({
  route: { model, system, operation: 'chat' },
  feedback,
});
const work = { system: 'crm', operation: 'chat' };
const meritsOf = (...routes: ReturnType<typeof route>[]) =>
  learnedMerits(work, catalog, feedbackOf(routes));

describe('what the catalog says', () => {
  test('is the quality for the task, or the score of what was made for it, or the general one', () => {
    const special = entry('own.special', 0.5, {
      specialization: 'chat',
      performanceScore: 0.85,
      taskQualities: [{ task: 'code', quality: 0.3, uncertainty: 0.01, source: 'own' }],
    });
    expect(
      ['chat', 'code', 'other', undefined].map((task) => qualityPriorOf(special, task)),
    ).toEqual([
      { quality: 0.85, uncertainty: 0.1, source: 'performance score' },
      { task: 'code', quality: 0.3, uncertainty: 0.01, source: 'own' },
      expect.objectContaining({ quality: 0.5, uncertainty: 0.1 }),
      expect.objectContaining({ quality: 0.5 }),
    ]);
    expect(priorMerits('chat')(entry('own.unranked')).quality).toBeUndefined();
  });
});

describe('grades of settlements', () => {
  test('change nothing where there are none', () => {
    expect(meritsOf()(large)).toEqual({ quality: 0.9, uncertainty: 0.1, latencyMs: 1_000 });
    const elsewhere = feedbackOf([
      {
        ...route('own.large', graded(500, 0.1)),
        route: { model: 'own.large', system: 'crm', operation: 'code' },
      },
    ]);
    expect(learnedMerits(work, catalog, elsewhere)(large).quality).toBe(0.9);
  });

  test('move a model against the others, little at first and far in the end', () => {
    const gapAfter = (count: number): number => {
      const of = meritsOf(
        route('own.large', graded(count, 0.6)),
        route('own.small', graded(count, 0.9)),
      );
      return (of(large).quality ?? 0) - (of(small).quality ?? 0);
    };
    const gaps = [1, 10, 100, 1_000].map(gapAfter);
    expect(gaps).toEqual(gaps.toSorted((left, right) => right - left));
    expect(gaps[0]).toBeGreaterThan(0);
    expect(gaps[1]).toBeLessThan(0.1);
    expect(gaps[3]).toBeCloseTo(-0.3, 1);
  });

  test('of strict graders do not lower all models', () => {
    const of = meritsOf(
      route('own.large', graded(500, 0.45)),
      route('own.small', graded(500, 0.35)),
    );
    expect(of(large).quality).toBeGreaterThan(0.7);
    expect((of(large).quality ?? 0) - (of(small).quality ?? 0)).toBeCloseTo(0.1, 2);
  });

  test('of a bad model alone lower it, but not as far as grades of two would', () => {
    const alone = meritsOf(route('own.large', graded(1_000, 0.2)))(large).quality ?? 1;
    expect(alone).toBeLessThan(0.8);
    expect(alone).toBeGreaterThan(0.2);
  });

  test('of other systems count for the same operation, and less than its own', () => {
    const others = [
      route('own.large', graded(400, 0.9), 'shop'),
      route('own.small', graded(400, 0.5), 'shop'),
    ];
    const foreign = meritsOf(...others);
    expect(foreign(small).quality).toBeLessThan(0.7);
    const own = meritsOf(
      ...others,
      route('own.small', graded(300, 0.95)),
      route('own.large', graded(300, 0.9)),
    );
    expect(own(small).quality).toBeGreaterThan(0.8);
  });

  test('that are old fade', () => {
    const feedback = graded(2_000, 0.2);
    for (let each = 0; each < 3_000; each += 1) addFeedback(feedback, { quality: 0.9 });
    expect(feedback.grades.sum / feedback.grades.weight).toBeCloseTo(0.87, 2);
  });

  test('make the estimate surer', () => {
    const of = meritsOf(route('own.large', graded(200, 0.9)));
    expect(of(large).uncertainty).toBeLessThan(0.1);
    expect(of(small).uncertainty).toBe(0.1);
  });
});

describe('latencies of settlements', () => {
  test('join the typical one of the catalog', () => {
    expect(meritsOf(route('own.large', graded(10, 0.9, 4_000)))(large).latencyMs).toBeCloseTo(
      2_000,
      -2,
    );
    const slow = meritsOf(route('own.large', graded(1_000, 0.9, 4_000)))(large).latencyMs ?? 0;
    expect(slow).toBeGreaterThan(3_900);
    expect(
      meritsOf(route('own.unranked', graded(5, 0.9, 500)))(
        entry('own.unranked', undefined, { latencyMs: undefined }),
      ).latencyMs,
    ).toBe(500);
  });
});

describe('an assumed quality', () => {
  const guessed = entry('own.guessed', 0.86, {
    qualityUncertainty: undefined,
    assumed: ['quality', 'latencyMs', 'apis'],
  });
  const withGuess = createCatalog([large, guessed]);

  test('is no ground for a choice, and says that it is assumed', () => {
    const merits = priorMerits('chat')(guessed);
    expect(merits).toMatchObject({ quality: 0.86, uncertainty: 0.2887, assumed: guessed.assumed });
    expect(knownQuality(merits)).toBeUndefined();
    expect(knownQuality(priorMerits('chat')(large))).toBe(0.9);
  });

  test('becomes known by grades, and a latency by measured ones', () => {
    const after = (count: number, latencyMs?: number) =>
      learnedMerits(
        work,
        withGuess,
        feedbackOf([
          route('own.large', graded(50, 0.9)),
          route('own.guessed', graded(count, 0.6, latencyMs)),
        ]),
      )(guessed);
    expect(knownQuality(after(2))).toBeUndefined();
    expect(after(2).assumed).toEqual(['quality', 'latencyMs', 'apis']);
    expect(knownQuality(after(40))).toBeLessThan(0.75);
    expect(after(40, 5_000).assumed).toEqual(['apis']);
  });
});
