import { stores } from '../../../composition/stores.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  FULL_PREDICTOR,
  measurePredictor,
  type PredictorResult,
} from '../../../lab/bench/predictor/measure-predictor.ts';
import { predictorText } from '../../../lab/bench/predictor/predictor-report.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

const TINY = { routeRequests: 20, quotes: 20, loads: 2, trainingRows: 600 };
const ROWS = [
  'quote of one model',
  'quote of eight models',
  'predict through HTTP',
  'load, items in memory',
  'load, embedded store',
  'training, s',
  'its peak memory',
];
const spread = (ms: number) => ({ p50Ms: ms, p95Ms: ms, p99Ms: ms, maxMs: ms });

/** A result in which every figure is the same. */
const resultOf = (ms: number, trainingRows: number): PredictorResult => ({
  sizes: { ...FULL_PREDICTOR, trainingRows },
  routes: 50,
  quoteOne: spread(ms),
  quoteEight: spread(ms),
  loadItems: spread(ms),
  loadStored: spread(ms),
  training: { seconds: ms, peakMiB: ms },
});
const textOf = (ms: number, trainingRows = FULL_PREDICTOR.trainingRows): string =>
  predictorText(resultOf(ms, trainingRows), { ...spread(ms), perSecond: 1 });
const count = (text: string, part: RegExp): number => text.match(part)?.length ?? 0;

describe('the benchmark of the predictor', () => {
  it('measures full routes of ten models that the store holds, and prints every row', async () => {
    const notes: string[] = [];
    const result = await measurePredictor(store.db, 'acme', TINY, (note) => notes.push(note));
    const { routes, promotion } = await stores(store.db).artifacts.read('acme');
    expect(routes.map(({ statistics }) => statistics.memory.count)).toEqual(Array(50).fill(20));
    expect(promotion?.model.version).toBe('bench');
    expect(result.routes).toBe(50);
    const { quoteOne, quoteEight, loadItems, loadStored, training } = result;
    for (const { p50Ms, maxMs } of [quoteOne, quoteEight, loadItems, loadStored]) {
      expect(p50Ms).toBeGreaterThan(0);
      expect(maxMs).toBeGreaterThanOrEqual(p50Ms);
    }
    expect(training.seconds).toBeGreaterThan(0);
    expect(training.peakMiB).toBeGreaterThan(10);
    expect(notes).toEqual(['learning routes', 'loading', 'quotes', 'training on 600 rows']);
    const text = predictorText(result, { ...spread(3), perSecond: 1 });
    for (const row of ROWS) expect(text).toContain(row);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  }, 60_000);

  it('says of each target whether it was met', () => {
    expect(count(textOf(0.9), / met$/gm)).toBe(6);
    expect(count(textOf(1), /NOT MET$/gm)).toBe(2);
    expect(count(textOf(20), /NOT MET$/gm)).toBe(3);
    expect(count(textOf(60), /NOT MET$/gm)).toBe(5);
    expect(count(textOf(100_000), /NOT MET$/gm)).toBe(6);
  });

  it('judges no training on fewer rows than the target names', () => {
    expect(count(textOf(100_000, 5_000), /NOT MET$/gm)).toBe(4);
    expect(textOf(1, 5_000)).toContain('Its targets are for 100 000 rows');
  });
});
