import { describe, expect, it } from 'vitest';
import { quantiles } from '../../../domain/series/quantile.ts';
import { ROUTE_PROFILES, TABLE_SHARES } from '../../../lab/traces/sample-profiles.ts';
import { sampleCsv, sampleTrace, type SampleRow } from '../../../lab/traces/sample-trace.ts';

const rows = sampleTrace(40_000, 1);
const byRoute = (operation: string): SampleRow[] =>
  rows.filter((row) => row.operation === operation);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('sampleTrace', () => {
  it('gives the same bytes for the same seed and others for another', () => {
    const text = sampleCsv(sampleTrace(500, 42));
    expect(sampleCsv(sampleTrace(500, 42))).toBe(text);
    expect(sampleCsv(sampleTrace(500, 43))).not.toBe(text);
    expect(sampleCsv(sampleTrace(100, 42)).split('\n').slice(0, 50)).toEqual(
      text.split('\n').slice(0, 50),
    );
  });

  it.each([0, 1, 2_000])('has exactly %d rows, in order of time', (count) => {
    const sample = sampleTrace(count, 1);
    expect(sample).toHaveLength(count);
    expect(sample.every((row, index) => row.atMs >= (sample[index - 1]?.atMs ?? 0))).toBe(true);
  });

  /** Published or measured figures; see docs/traces.md. */
  it.each([
    { operation: 'chat', input: 1035, output: 141 },
    { operation: 'code-completion', input: 1454, output: 13 },
    { operation: 'long-conversation', input: 7590, output: 356 },
    { operation: 'workflow-step', input: 7883, output: 271 },
    { operation: 'judge', input: 1537, output: 230 },
  ])('$operation has the median lengths of its source', ({ operation, input, output }) => {
    const route = byRoute(operation);
    const [medianInput = 0] = quantiles(
      route.map((row) => row.inputTokens),
      [0.5],
    );
    const [medianOutput = 0] = quantiles(
      route.map((row) => row.outputTokens),
      [0.5],
    );
    expect(Math.abs(medianInput / input - 1)).toBeLessThan(0.06);
    expect(Math.abs(medianOutput / output - 1)).toBeLessThan(0.06);
  });

  it('follows the whole input table of every route, to three points of probability', () => {
    for (const { operation, input } of ROUTE_PROFILES) {
      const lengths = byRoute(operation).map((row) => row.inputTokens);
      for (const [index, share] of TABLE_SHARES.entries()) {
        const bound = input[index] ?? 0;
        const below = lengths.filter((length) => length < bound).length / lengths.length;
        const upTo = lengths.filter((length) => length <= bound).length / lengths.length;
        expect(below, `${operation} below ${bound}`).toBeLessThan(share + 0.03);
        expect(upTo, `${operation} up to ${bound}`).toBeGreaterThan(share - 0.03);
      }
    }
  });

  it('keeps the mean lengths of the long conversations (12 781 in, 347 out)', () => {
    const route = byRoute('long-conversation');
    expect(Math.abs(mean(route.map((row) => row.inputTokens)) / 12_781 - 1)).toBeLessThan(0.06);
    expect(Math.abs(mean(route.map((row) => row.outputTokens)) / 347 - 1)).toBeLessThan(0.06);
  });

  it('repeats prefixes as the Mooncake conversations do (34.6 % of blocks, 0.75 % exact)', () => {
    const seen = new Set<number>();
    const prompts = new Set<string>();
    let sharedBlocks = 0;
    let blocks = 0;
    let repeats = 0;
    const route = byRoute('long-conversation');
    for (const { prefixBlocks } of route) {
      const fresh = prefixBlocks.findIndex((block) => !seen.has(block));
      sharedBlocks += fresh === -1 ? prefixBlocks.length : fresh;
      blocks += prefixBlocks.length;
      const prompt = prefixBlocks.join();
      if (prompts.has(prompt)) repeats += 1;
      prompts.add(prompt);
      for (const block of prefixBlocks) seen.add(block);
    }
    expect(sharedBlocks / blocks).toBeGreaterThan(0.28);
    expect(sharedBlocks / blocks).toBeLessThan(0.4);
    expect(repeats / route.length).toBeGreaterThan(0.004);
    expect(repeats / route.length).toBeLessThan(0.02);
  });

  it('has the rate and the burstiness of its sources', () => {
    const whole = Math.floor((rows.at(-1)?.atMs ?? 0) / 60_000);
    for (const { operation, requestsPerSecond, minuteVariation } of ROUTE_PROFILES) {
      const minutes = Array.from({ length: whole }, () => 0);
      for (const { atMs } of byRoute(operation)) {
        const minute = Math.floor(atMs / 60_000);
        if (minute < whole) minutes[minute] = (minutes[minute] ?? 0) + 1;
      }
      const perMinute = mean(minutes);
      const deviation = Math.sqrt(mean(minutes.map((count) => (count - perMinute) ** 2)));
      expect(Math.abs(perMinute / 60 / requestsPerSecond - 1), operation).toBeLessThan(0.35);
      expect(Math.abs(deviation / perMinute / minuteVariation - 1), operation).toBeLessThan(0.4);
    }
  });

  it('lets few users make most requests (ServeGen: 5 clients 62 %)', () => {
    const counts = new Map<string, number>();
    for (const { userId } of rows) counts.set(userId, (counts.get(userId) ?? 0) + 1);
    const top = [...counts.values()].toSorted((first, second) => second - first).slice(0, 5);
    expect(mean(top) * 5).toBeGreaterThan(rows.length * 0.52);
    expect(mean(top) * 5).toBeLessThan(rows.length * 0.72);
  });
});
