import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadSummary, loadText } from '../../../lab/load/load-summary.ts';

const folder = mkdtempSync(join(tmpdir(), 'purser-load-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const latency = { count: 100, mean: 20, p50: 18, p95: 40, p99: 55, min: 1, max: 60 };
const path = join(folder, 'artillery.json');
writeFileSync(
  path,
  JSON.stringify({
    aggregate: {
      counters: {
        'http.requests': 200,
        'purser.decisions.proceed': 98,
        'purser.decisions.reject': 2,
        'purser.errors': 1,
        'purser.errors.settle.503': 1,
        'errors.ETIMEDOUT': 3,
      },
      rates: { 'http.request_rate': 20 },
      firstMetricAt: 1_000,
      lastMetricAt: 11_000,
      summaries: {
        'http.response_time': { ...latency, count: 200 },
        'plugins.metrics-by-endpoint.response_time.reserve': latency,
        'plugins.metrics-by-endpoint.response_time.settle': latency,
      },
    },
    intermediate: [],
  }),
);

it('reads rates, decisions and errors from what Artillery wrote', async () => {
  const summary = await loadSummary(path, []);
  expect(summary.requestsPerSecond).toBe(20);
  expect(summary.endpoints.map(({ name, perSecond }) => [name, perSecond])).toEqual([
    ['all', 20],
    ['reserve', 10],
    ['settle', 10],
  ]);
  expect(summary.decisions).toEqual([
    ['proceed', 98],
    ['reject', 2],
  ]);
  expect(summary.errors).toEqual([
    ['settle.503', 1],
    ['ETIMEDOUT', 3],
  ]);
  expect(
    loadText(summary)
      .split('\n')
      .filter((line) => line.length > 80),
  ).toEqual([]);
});

it('passes unless a threshold fails that is not for show only', async () => {
  const verdict = (passed: boolean, optional: boolean) => ({
    condition: 'x < 1',
    passed,
    optional,
  });
  expect((await loadSummary(path, [verdict(true, false), verdict(false, true)])).passed).toBe(true);
  expect((await loadSummary(path, [verdict(true, false), verdict(false, false)])).passed).toBe(
    false,
  );
});
