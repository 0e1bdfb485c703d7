import { stores } from '../../../composition/stores.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyticsText } from '../../../lab/bench/analytics/analytics-text.ts';
import {
  ANALYTICS_STEPS,
  type AnalyticsResult,
  measureAnalytics,
} from '../../../lab/bench/analytics/measure-analytics.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';

const SIZES = { days: 8, first: 2, again: 3 };

let store: EmbeddedStore;
let result: AnalyticsResult;
const notes: string[] = [];
const asked = { paths: [] as string[], invalidated: 0, drained: 0 };
const api = {
  async get(path: string) {
    asked.paths.push(path);
    return JSON.stringify({ hits: 18, misses: 7, hitRate: 0.72 });
  },
  async invalidateCache() {
    asked.invalidated += 1;
  },
  async drain() {
    asked.drained += 1;
  },
};

beforeAll(async () => {
  store = await startEmbeddedStore();
  result = await measureAnalytics(api, store, 'acme', SIZES, (note) => notes.push(note));
});
afterAll(() => store.close());

const questionNamed = (name: string) =>
  result.questions.find((question) => question.name === name) ?? expect.unreachable(name);

describe('the benchmark of analytics', () => {
  test('seeds usage whose sums the store holds', async () => {
    const { seeded } = result;
    const { analytics } = stores(store.db);
    const days = Array.from({ length: SIZES.days }, (_, before) =>
      new Date(Date.now() - before * 86_400_000).toISOString().slice(0, 10),
    );
    const dayAggregates = await analytics.getDays(
      { organizationId: 'acme', dimension: 'organization', value: 'acme' },
      days,
    );
    const requests = dayAggregates.reduce((sum, { measures }) => sum + measures.requests, 0n);
    expect(requests).toBe(BigInt(seeded.requests));
    expect(seeded.requests).toBeGreaterThan(7 * 8);
    expect(asked.drained).toBe(1);
  });

  test('asks uncached and cached, and counts what each reads', async () => {
    expect(notes).toHaveLength(ANALYTICS_STEPS);
    expect(result.questions).toHaveLength(ANALYTICS_STEPS - 1);
    // Three cached answers, each invalidated twice.
    expect(asked.invalidated).toBe(3 * SIZES.first);
    for (const name of ['forecast, 7 d', 'pattern', 'anomalies, 7 d']) {
      const { first, again } = questionNamed(name);
      expect([first.asked, again?.asked]).toEqual([2, 6]);
      expect(first.readUnits).toBeGreaterThan(5);
      // A strongly consistent read of the late-change count; the answer comes from this process.
      expect(again?.readUnits).toBe(1);
    }
    expect(questionNamed('report by user, 90 d')).toMatchObject({ first: { asked: 2 } });
    expect(questionNamed('report by user, 90 d').again).toBeUndefined();
    expect(questionNamed('report by user, 30 d').first.readUnits).toBeLessThan(
      questionNamed('report by user, 90 d').first.readUnits,
    );
    expect(questionNamed('recommendations')).toMatchObject({
      first: { asked: 1 },
      again: { asked: 6 },
    });
    const { run } = await stores(store.db).recommendations.list('acme');
    expect(run?.sampledRequests).toBeGreaterThan(0);
  });

  test('prints every question within 80 columns', () => {
    const slow = { asked: 2, p50Ms: 12_345, p99Ms: 23_456, readUnits: 12_345.5 };
    const widest: AnalyticsResult = {
      ...result,
      seeded: { ...result.seeded, requests: 1_234_567 },
      questions: result.questions.map(({ name }) => ({
        name,
        first: slow,
        again: { ...slow, p50Ms: 3.2 },
      })),
    };
    for (const text of [analyticsText(result), analyticsText(widest)]) {
      for (const { name } of result.questions) expect(text).toContain(`\n${name} `);
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
      expect(text).toContain('Hit rate that the API reports: 72.0 % (18 hits, 7 misses)');
    }
    expect(analyticsText(widest)).toContain('×3858');
  });
});
