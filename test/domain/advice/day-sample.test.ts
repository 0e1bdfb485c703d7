import { describe, expect, test } from 'vitest';
import { createDaySampler } from '../../../domain/advice/day-sample.ts';
import { daily, request } from '../../support/advice-requests.ts';

const MINUTE_MS = 60_000;
const requests = daily(1_000, 1, (atMs, _, index) =>
  request(atMs, {
    operation: index % 100 === 0 ? 'rare' : 'chat',
    promptHash: `${index % 10}`,
    prefix: { hash: `${index % 2}`, tokens: 2_000 },
    session: `${index % 4}`,
  }),
).slice(0, 1_000);

const sampled = (most: number) => {
  const sampler = createDaySampler(most);
  for (let from = 0; from < requests.length; from += 60) {
    sampler.add(requests.slice(from, from + 60));
  }
  return sampler.routes();
};

describe('the sample of a day', () => {
  test('has exact totals of each route, however few requests it keeps', () => {
    const cost = requests.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0n);
    for (const most of [10_000, 100]) {
      const routes = sampled(most);
      expect(routes.map((route) => route.requests).toSorted((a, b) => a - b)).toEqual([10, 990]);
      expect(routes.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0n)).toBe(cost);
      expect(routes.reduce((sum, { sample }) => sum + sample.length, 0)).toBeLessThanOrEqual(most);
    }
  });

  test('keeps small routes whole, and of a large one those that a larger sample keeps too', () => {
    const [small, large] = [sampled(100), sampled(400)].map((routes) =>
      routes.find(({ requests: count }) => count === 990),
    );
    expect(sampled(100).find(({ requests: count }) => count === 10)?.sample).toHaveLength(10);
    const kept = new Set(large?.sample.map(({ atMs }) => atMs));
    expect(small?.sample.length).toBeGreaterThan(0);
    expect(small?.sample.every(({ atMs }) => kept.has(atMs))).toBe(true);
  });

  test('notes with each request how long before it related ones came, seen or kept or not', () => {
    const all = new Map(
      sampled(10_000).flatMap(({ sample }) => sample.map((item) => [item.atMs, item])),
    );
    for (const { sample } of sampled(100)) {
      for (const item of sample) expect(item).toEqual(all.get(item.atMs));
    }
    const last = requests.at(-1) ?? expect.unreachable();
    expect(all.get(last.atMs)).toMatchObject({
      prefixAgeMs: 2 * MINUTE_MS,
      previous: { ageMs: 4 * MINUTE_MS, wholeInputTokens: 600 },
      repeatAgeMs: 20 * MINUTE_MS,
      answered: { ageMs: 990 * MINUTE_MS, costNanoUsd: last.costNanoUsd },
    });
  });

  test('keeps no id, session, hash or other text of a request', () => {
    const named = requests.map((item, index) => ({
      ...item,
      session: `session of person ${index % 4}`,
      promptHash: `hash of prompt ${index}`,
      prefix: { hash: 'hash of prefix', tokens: 2_000 },
    }));
    const sampler = createDaySampler(1_000);
    sampler.add(named);
    const text = JSON.stringify(sampler.routes(), (_, part: unknown) =>
      typeof part === 'bigint' ? String(part) : part,
    );
    expect(text).not.toMatch(/person|hash of|entry-/);
  });

  test('takes no failed call for an answer, nor its retry for a loop', () => {
    const failing = requests.slice(0, 2).map((item, index) => ({
      ...item,
      operation: 'chat',
      promptHash: 'same',
      session: 'same',
      status: index === 0 ? ('failed' as const) : ('completed' as const),
    }));
    const sampler = createDaySampler(10);
    sampler.add(failing);
    const [, retry] = sampler.routes()[0]?.sample ?? [];
    expect(retry).toMatchObject({
      status: 'completed',
      answered: undefined,
      repeatAgeMs: undefined,
    });
  });
});
