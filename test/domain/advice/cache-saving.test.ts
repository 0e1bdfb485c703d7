import { expect, test } from 'vitest';
import { cacheSavingsOf } from '../../../domain/advice/cache-saving.ts';
import type { RequestFact } from '../../../domain/advice/request-fact.ts';
import { costOf } from '../../../domain/pricing/rate.ts';
import {
  daily,
  rateAt,
  request,
  samplesOf,
  SONNET,
  tokens,
} from '../../support/advice-requests.ts';

const WHOLE = { fromMs: 0, toMs: Infinity };
const PLAIN = tokens(4_000, 100);
const READ = { ...tokens(1_000, 100), cacheReadTokens: 3_000 };
const WRITTEN = { ...tokens(1_000, 100), cacheWriteTokens: 3_000 };
const HIT_NANO_USD = 12_345n;

const rate = (atMs: number) => rateAt({ model: SONNET, atMs }) ?? expect.fail('there is no price');

/** A write, and then two reads and an answer from the cache, again and again. */
const mixed = daily(40, 5, (atMs, _day, index): RequestFact => {
  const chat = { model: SONNET, operation: 'chat' };
  if (index % 4 === 3) {
    return request(atMs, {
      ...chat,
      operation: 'faq',
      usage: tokens(0, 0),
      costNanoUsd: 0n,
      isCacheHit: true,
      hitSavedNanoUsd: HIT_NANO_USD,
    });
  }
  return request(atMs, { ...chat, usage: index % 4 === 0 ? WRITTEN : READ });
});

const expectedOf = (requests: readonly RequestFact[]) =>
  requests.reduce(
    (sum, { atMs, usage }) =>
      usage.inputTokens === 0 ? sum : sum + costOf(PLAIN, rate(atMs)) - costOf(usage, rate(atMs)),
    0n,
  );

test('caches save to the nano-dollar what the same input had cost without them', () => {
  const hits = mixed.filter(({ isCacheHit }) => isCacheHit).length;
  const savings = cacheSavingsOf(samplesOf(mixed), WHOLE, rateAt);
  const prompts = { savedNanoUsd: expectedOf(mixed), marginNanoUsd: 0n };
  const answers = { savedNanoUsd: BigInt(hits) * HIT_NANO_USD, marginNanoUsd: 0n };
  expect(savings).toMatchObject({ prompts, answers });
  expect(savings.routes).toMatchObject([
    { route: { operation: 'chat' }, ...prompts },
    { route: { operation: 'faq' }, ...answers },
  ]);
});

test('only requests of the period count, and a route without a cache is not named', () => {
  const [first] = mixed;
  const day = { fromMs: first?.atMs ?? 0, toMs: (first?.atMs ?? 0) + 1 };
  const plain = mixed.map((item) => ({ ...item, system: 'plain', usage: PLAIN }));
  const savings = cacheSavingsOf(samplesOf([...mixed, ...plain]), day, rateAt);
  // One write, which costs more than the input without it.
  expect(savings.prompts.savedNanoUsd).toBe(expectedOf(mixed.slice(0, 1)));
  expect(savings.prompts.savedNanoUsd).toBeLessThan(0n);
  expect(savings.routes).toHaveLength(1);
});

test('of a sample, what was saved is an estimate whose interval holds the truth', () => {
  const { prompts } = cacheSavingsOf(samplesOf(mixed, 20), WHOLE, rateAt);
  const truth = expectedOf(mixed);
  expect(prompts.marginNanoUsd).toBeGreaterThan(0n);
  expect(prompts.savedNanoUsd - 2n * prompts.marginNanoUsd).toBeLessThan(truth);
  expect(prompts.savedNanoUsd + 2n * prompts.marginNanoUsd).toBeGreaterThan(truth);
});
