import { describe, expect, test } from 'vitest';
import { advise } from '../../../domain/advice/advise.ts';
import { outcomeOf, type Outcome } from '../../../domain/advice/outcome.ts';
import type { RequestFact } from '../../../domain/advice/request-fact.ts';
import type { Recommendation } from '../../../domain/advice/recommendation.ts';
import { costOf } from '../../../domain/pricing/rate.ts';
import {
  daily,
  factsOf,
  OPUS,
  rateAt,
  rateOf,
  request,
  samplesOf,
  SONNET,
  tokens,
} from '../../support/advice-requests.ts';

const NOVA = 'amazon.nova-pro-v1:0';

type Kind = Recommendation['change']['kind'];

/** What accepted advice on the first requests saved on the second ones. */
function realized(
  kind: Kind,
  before: readonly RequestFact[],
  after: readonly RequestFact[],
  most?: number,
): Outcome {
  const advice = advise(factsOf(before)).find(({ change }) => change.kind === kind);
  if (!advice?.before || !('route' in advice.change)) throw new Error(`no advice of ${kind}`);
  return outcomeOf(
    { change: advice.change, before: advice.before, fromMs: 0, successors: [] },
    samplesOf(after, most),
    rateAt,
  );
}

const costIn = (requests: readonly RequestFact[]): bigint =>
  requests.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0n);

const at = (model: string, usage = tokens(600, 100)): bigint =>
  costOf(usage, rateOf({ model }) ?? expect.unreachable());

describe('the outcome of another model', () => {
  const mixed = (share: number) =>
    daily(100, 6, (atMs, _, index) =>
      request(atMs, { model: index < share ? SONNET : OPUS, quality: 1 }),
    );
  const perFollower = at(OPUS) - at(SONNET);

  test('is nothing where nothing was changed', () => {
    const outcome = realized('model', mixed(30), mixed(30));
    expect(outcome).toMatchObject({ requests: 1_400, following: 420, realizedSavingNanoUsd: 0n });
    // The share before is known from some hundred requests only.
    expect(outcome.marginNanoUsd).toBeGreaterThan(0n);
  });

  test('is what more requests than before would have cost, to the nano-dollar', () => {
    const { realizedSavingNanoUsd } = realized('model', mixed(30), mixed(100));
    expect(realizedSavingNanoUsd).toBe(70n * 14n * perFollower);
  });

  test('of a large sample is scaled to all requests, with its margin', () => {
    const exact = 70n * 14n * perFollower;
    const { realizedSavingNanoUsd, marginNanoUsd } = realized('model', mixed(30), mixed(100), 50);
    expect(Number(realizedSavingNanoUsd)).toBeCloseTo(Number(exact), -3);
    expect(marginNanoUsd).toBeGreaterThan(0n);
  });
});

describe('the outcome of a cheaper tier', () => {
  const waiting = (tier: 'flex' | 'batch' | undefined) =>
    daily(50, 12, (atMs) => {
      const rate = rateOf({ model: NOVA, tier }) ?? expect.unreachable();
      const costNanoUsd = costOf(tokens(600, 100), rate);
      const serviceTier = tier && { serviceTier: tier };
      return {
        ...request(atMs, { model: NOVA, urgency: 'deferred', ...serviceTier }),
        costNanoUsd,
      };
    });

  test('is the difference to the tier before', () => {
    const { realizedSavingNanoUsd } = realized('tier', waiting(undefined), waiting('flex'));
    expect(realizedSavingNanoUsd).toBe(costIn(waiting(undefined)) - costIn(waiting('flex')));
    const same = realized('tier', waiting(undefined), waiting(undefined));
    expect(same.realizedSavingNanoUsd).toBe(0n);
  });
});

describe('the outcome of caches', () => {
  const repeating = (unique: number, made = 50) =>
    daily(made, 12, (atMs, day, index) =>
      request(atMs, { model: SONNET, promptHash: `${day}-${index % unique}` }),
    );

  test('of answers counts what a cache answered, where that is reported', () => {
    const after = repeating(25).map((item, index) =>
      index % 50 < 25
        ? item
        : { ...item, isCacheHit: true as const, costNanoUsd: 0n, usage: tokens(0, 0) },
    );
    const { realizedSavingNanoUsd, following } = realized('response-cache', repeating(25), after);
    expect(following).toBe(350);
    expect(realizedSavingNanoUsd).toBe(350n * at(SONNET));
  });

  test('of answers is the drop in repeats where it is not reported', () => {
    const { realizedSavingNanoUsd } = realized('response-cache', repeating(25), repeating(25, 25));
    expect(realizedSavingNanoUsd).toBe(350n * at(SONNET));
    const same = realized('response-cache', repeating(25), repeating(25));
    expect(same.realizedSavingNanoUsd).toBe(0n);
  });

  test('of prompts that are not written any more is what the writes cost', () => {
    const plain = tokens(5_000, 100);
    const written = { ...tokens(2_000, 100), cacheWriteTokens: 3_000 };
    const route = (usage: typeof written | typeof plain) =>
      daily(15, 65, (atMs) =>
        request(atMs, { model: SONNET, usage, prefix: { hash: 'template', tokens: 3_000 } }),
      );
    const { realizedSavingNanoUsd } = realized('prefix-cache', route(written), route(plain));
    expect(realizedSavingNanoUsd).toBe(210n * (at(SONNET, written) - at(SONNET, plain)));
    const same = realized('prefix-cache', route(written), route(written));
    expect(same.realizedSavingNanoUsd).toBe(0n);
  });
});

test('the outcome of fewer wasted calls is the share of the cost that they had', () => {
  const failing = (every: number) =>
    daily(50, 12, (atMs, _, index) =>
      request(atMs, { model: SONNET, status: index % every === 0 ? 'failed' : 'completed' }),
    );
  const mended = failing(10).filter(({ status }) => status === 'completed');
  const { realizedSavingNanoUsd, marginNanoUsd } = realized('calls', failing(10), mended);
  expect(realizedSavingNanoUsd).toBe(70n * at(SONNET));
  expect(marginNanoUsd).toBeGreaterThan(0n);
});

test('the outcome of shorter prompts is what their tokens before would have cost', () => {
  const long = (inputTokens: (day: number) => number) =>
    daily(50, 12, (atMs, day) =>
      request(atMs, { model: SONNET, usage: tokens(inputTokens(day), 100) }),
    );
  const before = long((day) => (day < 9 ? 400 : 800));
  const { realizedSavingNanoUsd } = realized(
    'input-length',
    before,
    long(() => 400),
  );
  expect(realizedSavingNanoUsd).toBe(
    700n * (at(SONNET, tokens(800, 100)) - at(SONNET, tokens(400, 100))),
  );
});
