import { describe, expect, test } from 'vitest';
import type { Posting } from '../../../domain/ledger/posting.ts';
import { createOnlinePredictor, learnRoute } from '../../../domain/prediction/online-predictor.ts';
import { createState } from '../../../domain/prediction/predictor-state.ts';
import { packShape, shapeOf } from '../../../domain/prediction/prompt-shape.ts';
import {
  addOutput,
  emptyRoute,
  emptyStatistics,
  FADING_REQUESTS,
  routeOf,
  routeStatisticsOf,
} from '../../../domain/prediction/route-statistics.ts';
import { NO_TOKENS } from '../../../domain/token-usage.ts';

const posting = (more: Partial<Posting>): Posting => ({
  postingId: 'p.1',
  kind: 'settlement',
  entryId: 'p',
  organizationId: 'acme',
  userId: 'ada',
  system: 'relaycore',
  operation: 'chat',
  model: 'us.anthropic.claude-sonnet-4-6',
  occurredAtMs: 0,
  postedAtMs: 0,
  amountNanoUsd: 1n,
  requests: 1,
  usage: { ...NO_TOKENS, inputTokens: 100, outputTokens: 50 },
  ...more,
});

describe('routeStatisticsOf', () => {
  test('gathers what postings teach by route, whatever form the model is named in', () => {
    const shape = shapeOf([{ role: 'user', text: 'List three rivers in 50 words.' }]);
    const updates = routeStatisticsOf([
      posting({}),
      posting({
        model: 'anthropic.claude-sonnet-4-6',
        usage: { inputTokens: 10, outputTokens: 7, cacheReadTokens: 20, cacheWriteTokens: 30 },
        promptShape: shape && packShape(shape),
      }),
      posting({
        operation: undefined,
        maxOutputTokens: 900,
        tags: { session: 'talk-7', team: 'blue' },
      }),
    ]);
    expect(updates).toEqual([
      {
        route: { model: 'anthropic.claude-sonnet-4-6', system: 'relaycore', operation: 'chat' },
        observations: [
          { inputTokens: 100, outputTokens: 50, atMs: 0 },
          { inputTokens: 60, outputTokens: 7, atMs: 0, shape },
        ],
      },
      {
        route: { model: 'anthropic.claude-sonnet-4-6', system: 'relaycore', operation: '-' },
        observations: [
          { inputTokens: 100, outputTokens: 50, session: 'talk-7', atMs: 0, maxOutputTokens: 900 },
        ],
      },
    ]);
  });

  test('learns nothing from what was only presumed, or corrected by a difference', () => {
    const difference = { ...NO_TOKENS, inputTokens: 5, outputTokens: -20 };
    expect(
      routeStatisticsOf([
        posting({ kind: 'presumption', usage: NO_TOKENS }),
        posting({ kind: 'correction', usage: difference }),
        posting({ usage: NO_TOKENS }),
      ]),
    ).toEqual([]);
  });
});

describe('addOutput', () => {
  test('keeps sums and bins, and forgets old requests slowly', () => {
    const total = emptyStatistics();
    addOutput(total, 50);
    expect(total).toMatchObject({ weight: 1, outputSum: 50 });
    for (let i = 0; i < 20_000; i += 1) addOutput(total, 80);
    expect(total.weight).toBeCloseTo(FADING_REQUESTS, 0);
    expect(total.outputSum / total.weight).toBeCloseTo(80, 3);
    expect(total.bins.reduce((a, b) => a + b, 0)).toBeCloseTo(total.weight, 6);
  });
});

test('learning request by request leads to the state that stored statistics make', () => {
  const predictor = createOnlinePredictor();
  const routes = ['chat', 'code'].map((operation) => ({
    route: routeOf({ model: 'amazon.nova-pro-v1:0', system: 'automatrix', operation }),
    statistics: emptyRoute(),
  }));
  for (let i = 0; i < 500; i += 1) {
    const learned = routes[i % 2];
    if (!learned) continue;
    const observation = { inputTokens: 50 + ((i * 37) % 900), outputTokens: (i * 91) % 700 };
    learnRoute(learned.route, learned.statistics, observation, predictor.state);
    predictor.learn(learned.route, observation);
  }
  const stored = createState(routes);
  expect(predictor.state.overall.weight).toBeCloseTo(stored.overall.weight, 6);
  expect(predictor.state.overall.logSum).toBeCloseTo(stored.overall.logSum, 4);
  for (const [key, { statistics, routes: count }] of stored.kindred) {
    const learned = predictor.state.kindred.get(key);
    expect(learned?.routes).toBe(count);
    expect(learned?.statistics.bins[30]).toBeCloseTo(statistics.bins[30] ?? -1, 6);
  }
  expect(predictor.state.boundOctaves).toBeCloseTo(stored.boundOctaves, 9);
  expect([...predictor.state.routes.keys()]).toEqual([...stored.routes.keys()]);
});
