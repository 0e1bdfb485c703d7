import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type IntervalSummary,
  type Measurement,
  mergedSummary,
  summariesOf,
} from '../../domain/performance/measurement.ts';
import { createPerformanceMetricsStore, MOST_SYSTEMS } from '../../tables/performance-metrics.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';

const AT_MS = Date.parse('2026-11-30T23:57:00Z');
const MINUTE_MS = 60_000;

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

const measured = (part: Partial<Measurement> = {}): Measurement => ({
  system: 'relaycore',
  atMs: AT_MS,
  start: 'warm',
  values: { responseTime: 800_000n, cost: 1_234_567_890n, accuracy: 990_000n, throughput: 0n },
  ...part,
});
/** As many different values as measurements: the most buckets that a batch can have. */
const spread = (count: number): Measurement[] =>
  Array.from({ length: count }, (_, at) => {
    const value = BigInt(Math.round(1.03 ** at * 1_000));
    return measured({
      values: { responseTime: value, cost: value * 7n, accuracy: value, throughput: value * 3n },
    });
  });
const add = async (organizationId: string, measurements: readonly Measurement[]): Promise<void> => {
  const metrics = createPerformanceMetricsStore(store.db);
  for (const summary of summariesOf(measurements)) await metrics.add(organizationId, summary);
};
const read = (organizationId: string, fromMs: number, toMs: number): Promise<IntervalSummary[]> =>
  createPerformanceMetricsStore(store.db).read({
    organizationId,
    system: 'relaycore',
    fromMs,
    toMs,
  });

describe('measurements', () => {
  it('all count when many processes add at once', async () => {
    const parts = [spread(30), spread(7), [measured()], spread(100), [measured(), measured()]];
    await Promise.all(parts.map((part) => add('many', part)));
    const stored = await read('many', AT_MS, AT_MS + 1);
    expect(stored).toHaveLength(1);
    expect(mergedSummary(stored)).toEqual(mergedSummary(summariesOf(parts.flat())));
  });

  it('are read by interval, also across days, and apart by kind of start', async () => {
    await add('times', [
      measured(),
      measured({ start: 'cold', values: { responseTime: 3_000_000n } }),
      measured({ atMs: AT_MS + 2 * MINUTE_MS }),
      measured({ atMs: AT_MS + 3 * MINUTE_MS }),
      measured({ atMs: AT_MS + 13 * MINUTE_MS }),
      measured({ system: 'automatrix' }),
    ]);
    const callsIn = async (fromMs: number, toMs: number) =>
      (await read('times', fromMs, toMs)).map(({ start, intervalMs, calls }) => [
        new Date(intervalMs).toISOString().slice(5, 16),
        start,
        calls,
      ]);
    expect(await callsIn(AT_MS, AT_MS + 10 * MINUTE_MS)).toEqual([
      ['11-30T23:55', 'cold', 1],
      ['11-30T23:55', 'warm', 2],
      ['12-01T00:00', 'warm', 1],
    ]);
    expect(await callsIn(AT_MS + 3 * MINUTE_MS, AT_MS + 14 * MINUTE_MS)).toEqual([
      ['12-01T00:00', 'warm', 1],
      ['12-01T00:10', 'warm', 1],
    ]);
    expect(await callsIn(AT_MS - 60 * MINUTE_MS, AT_MS - 2 * MINUTE_MS)).toEqual([]);
    expect(await read('others', AT_MS, AT_MS + MINUTE_MS)).toEqual([]);
  });

  it('take one write unit each, no read, and expire', async () => {
    store.takeConsumed();
    await add('units', [measured()]);
    expect(store.takeConsumed()).toEqual({ readUnits: 0, writeUnits: 1 });
    await add(
      'units',
      Array.from({ length: 100 }, () => measured()),
    );
    expect(store.takeConsumed()).toEqual({ readUnits: 0, writeUnits: 1 });
    await read('units', AT_MS, AT_MS + 1);
    expect(store.takeConsumed()).toEqual({ readUnits: 0.5, writeUnits: 0 });
    const key = { pk: 'units#2026-11-30#relaycore', sk: '23:55#w' };
    const item = await store.db.get({ table: 'performance-metrics', key });
    expect(item?.['ttl']).toBe(BigInt(Date.parse('2027-01-04T23:55:00Z') / 1_000));
  });

  it('take as many writes as measures need that fit into no common one', async () => {
    store.takeConsumed();
    await add('wide', spread(100));
    // Two writes; the second finds an item of more than a kilobyte.
    expect(store.takeConsumed()).toEqual({ readUnits: 0, writeUnits: 5 });
    const [stored] = await read('wide', AT_MS, AT_MS + 1);
    expect(stored?.calls).toBe(100);
  });
});

describe("an organization's systems", () => {
  it('are taken in once, up to a number, and listed', async () => {
    const metrics = createPerformanceMetricsStore(store.db);
    expect(await metrics.systems('full')).toEqual([]);
    const names = Array.from({ length: MOST_SYSTEMS }, (_, at) => `system-${at}`);
    expect(await Promise.all(names.map((name) => metrics.admit('full', name)))).not.toContain(
      false,
    );
    expect(await metrics.admit('full', 'another')).toBe(false);
    expect(await metrics.admit('full', 'system-7')).toBe(true);
    expect(await metrics.admit('empty', 'another')).toBe(true);
    expect(await metrics.systems('full')).toEqual(names.toSorted());
  });
});
